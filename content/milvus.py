"""Milvus: an index of vectors on other machines, for more passages than one machine can search.

Each snapshot has a collection of its own. It is filled before the snapshot is published and never changed, so an open
snapshot is answered from exactly its own vectors, before and after any publish or rollback. An alias follows the
published snapshot for whoever else reads from Milvus; Glossator itself never asks it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from content.arraywriter import mapped
from content.embedding import Vectors
from content.errors import IndexUnavailable, MissingPackage, SnapshotCorrupt
from content.index import EXACT_UP_TO, Rows

DEFAULT_NAME = "glossator"
_ROW, _VECTOR = "id", "vector"  # Milvus 2.3 calls the primary key of what it finds "id", whatever its name
_BATCH = 2000  # vectors a message: 3 MB at 384 dimensions, where Milvus takes 64
# A graph of neighbours (Malkov and Yashunin, "HNSW", arXiv:1603.09320) with the links and the breadth of its building
# that Milvus's own examples have; a search looks at twice what it is asked for and some more.
_GRAPH = {"index_type": "HNSW", "params": {"M": 16, "efConstruction": 200}}
_MARGIN = 64
_PATIENCE = 5.0  # seconds that a question waits for Milvus
_BUILDING = 3600.0  # seconds that a step of a build may take, such as the indexing of all vectors


class Milvus:
    """A Milvus server by its address, or Milvus Lite by the path of a file that ends in ``.db``.

    ``name`` is the alias of the published snapshot's collection, and what the names of all collections begin with.
    ``token`` is ``user:password`` or a key, empty where none is needed. Connects when it is first asked. Raises
    MissingPackage, and IndexUnavailable where Milvus cannot be reached or refuses.
    """

    def __init__(self, uri: str, name: str = DEFAULT_NAME, token: str = "") -> None:
        if find_spec("pymilvus") is None:
            raise MissingPackage("milvus_uri names a Milvus; install its client: pip install 'glossator[milvus]'")
        self.uri = uri
        self.name = name
        self._token = token

    def write(self, snapshot_id: str, vectors: Vectors) -> str:
        """Fill the collection of a snapshot with vectors of shape (passages, dimension) and return its name."""
        collection = self._collection(snapshot_id)
        with self._reached() as client:
            from pymilvus import DataType

            schema = client.create_schema(auto_id=False)
            schema.add_field(_ROW, DataType.INT64, is_primary=True)
            schema.add_field(_VECTOR, DataType.FLOAT_VECTOR, dim=vectors.shape[1])
            client.create_collection(collection, schema=schema)
            for at in range(0, len(vectors), _BATCH):
                rows = enumerate(vectors[at : at + _BATCH].tolist(), at)
                client.insert(collection, [{_ROW: row, _VECTOR: vector} for row, vector in rows])
            client.flush(collection, timeout=_BUILDING)
            index = client.prepare_index_params()
            kind = {"index_type": "FLAT"} if len(vectors) <= EXACT_UP_TO else _GRAPH
            index.add_index(_VECTOR, metric_type="IP", **kind)
            client.create_index(collection, index, timeout=_BUILDING)
            client.load_collection(collection, timeout=_BUILDING)
        return collection

    def open(self, collection: str, vectors: Path) -> MilvusIndex:
        """Open a snapshot's collection; the file ``vectors`` holds the same vectors. Raises SnapshotCorrupt."""
        with self._reached() as client:
            if not client.has_collection(collection):
                raise SnapshotCorrupt(
                    f"Milvus at {self.uri} has no collection {collection!r}, which holds the vectors of this snapshot. "
                    "Go back to another one: glossator snapshots rollback; or make it anew: glossator ingest --rebuild"
                )
            client.load_collection(collection, timeout=_BUILDING)
        return MilvusIndex(self, collection, vectors)

    def point(self, collection: str) -> None:
        """Have the alias lead to a collection."""
        with self._reached() as client:
            known = any(self.name in client.list_aliases(one)["aliases"] for one in self._collections(client))
            (client.alter_alias if known else client.create_alias)(collection, self.name)

    def keep(self, snapshot_ids: Collection[str]) -> None:
        """Drop the collections of all snapshots but these."""
        kept = set(map(self._collection, snapshot_ids))
        with self._reached() as client:
            for collection in self._collections(client):
                if collection not in kept:
                    for alias in client.list_aliases(collection)["aliases"]:
                        client.drop_alias(alias)
                    client.drop_collection(collection)

    def count(self, collection: str) -> int:
        """Return how many vectors a collection holds."""
        with self._reached() as client:
            said = client.query(collection, output_fields=["count(*)"], consistency_level="Strong")
        return int(said[0]["count(*)"])

    def search(self, collection: str, vector: Vectors, k: int, chosen: str) -> list[tuple[int, float]]:
        """Return the rows and scores of the nearest vectors among those that the expression ``chosen`` lets in."""
        with self._reached() as client:
            (hits,) = client.search(
                collection, [vector.tolist()], chosen, k, search_params={"ef": 2 * k + _MARGIN}, timeout=_PATIENCE
            )
        return [(hit[_ROW], hit["distance"]) for hit in hits]

    @contextmanager
    def _reached(self) -> Iterator[Any]:
        from grpc import RpcError
        from pymilvus import MilvusException

        try:
            yield self._client
        except (MilvusException, RpcError) as error:
            raise IndexUnavailable(f"Milvus at {self.uri}: {error}. Check that it runs, and `milvus_uri`.") from error

    @cached_property
    def _client(self) -> Any:
        from pymilvus import MilvusClient

        return MilvusClient(self.uri, token=self._token)

    def _collection(self, snapshot_id: str) -> str:
        return f"{self.name}_{snapshot_id.replace('-', '_')}"

    def _collections(self, client: Any) -> list[str]:
        return [name for name in client.list_collections() if name.startswith(f"{self.name}_")]


class MilvusIndex:
    """Search in the collection of one snapshot; whole vectors are read from the snapshot's own file."""

    def __init__(self, milvus: Milvus, collection: str, vectors: Path) -> None:
        self._milvus = milvus
        self._collection = collection
        self._vectors: Vectors = mapped(vectors)

    def search(self, vector: Vectors, k: int, among: Sequence[range] | None = None) -> tuple[Rows, Vectors]:
        """Return the rows and scores of the at most ``k`` nearest, best first."""
        parts = [range(len(self._vectors))] if among is None else [rows for rows in among if rows]
        k = min(k, sum(map(len, parts)))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        chosen = "" if among is None else " or ".join(f"({_ROW} >= {p.start} and {_ROW} < {p.stop})" for p in parts)
        found = self._milvus.search(self._collection, vector, k, chosen)
        return np.array([row for row, _ in found], np.int64), np.array([score for _, score in found], np.float32)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""
        return np.asarray(self._vectors[rows], np.float32)

    def __len__(self) -> int:
        """Return how many vectors Milvus says there are."""
        return self._milvus.count(self._collection)
