"""The writer of a snapshot: takes page after page, and holds none of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from content.catalog import Catalog, StoredPage
from content.catalogwriter import CatalogWriter
from content.columns import Columns
from content.embedding import ModelCard, Vectors
from content.index import FlatWriter, Former, write_lists
from content.interaction import PackedTokens, Projection, TokenWriter
from content.language import language_of
from content.lexical import LexicalIndex
from content.manifest import MANIFEST, CollectionState, FileState, Manifest, SourceState, digest
from content.milvus import Milvus
from content.model import Term
from content.snapshot import CATALOG, COLUMNS, LEXICAL, TITLES, TOKENS, VECTORS, Snapshot, check_content, sync, sync_tree
from content.words import stems


@dataclass(slots=True)
class _Collection:
    first_row: int
    pages: int = 0
    passages: int = 0
    terms: int = 0


class SnapshotWriter:
    """Writes a snapshot into an empty folder; the pages of a collection come one after the other.

    ``created`` is UTC, ISO 8601. ``milvus`` is where the vectors are searched, None for in the folder. ``before`` is
    the snapshot of which what still holds is taken over.
    """

    def __init__(
        self,
        folder: Path,
        snapshot_id: str,
        created: str,
        milvus: Milvus | None = None,
        before: Snapshot | None = None,
    ) -> None:
        self.folder = folder
        self._before = before
        self._milvus = milvus
        self._snapshot_id = snapshot_id
        self._created = created
        for name in (TOKENS, LEXICAL, COLUMNS):
            (folder / name).mkdir()
        self._catalog = CatalogWriter(folder / CATALOG, created)
        self._vectors = FlatWriter(folder)
        self._tokens = TokenWriter(folder / TOKENS)
        self._collections: dict[str, _Collection] = {}
        self._sources: dict[tuple[str, str], int] = {}
        self._rows = 0
        self._dimension = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the files, finished or not."""
        self._catalog.close()
        self._vectors.close()
        self._tokens.close()

    def add(self, stored: StoredPage, vectors: Vectors, tokens: Sequence[PackedTokens]) -> None:
        """Write a page; ``vectors`` and ``tokens`` have a row for each of its passages."""
        page, count = stored.page, len(stored.passages)
        self._catalog.add(stored)
        self._vectors.add(vectors)
        for one in tokens:
            self._tokens.add(one)
        collection = self._collections.setdefault(page.collection, _Collection(self._rows))
        collection.pages += 1
        collection.passages += count
        source = (stored.source, page.collection)
        self._sources[source] = self._sources.get(source, 0) + 1
        self._rows += count
        self._dimension = vectors.shape[1]

    @property
    def written(self) -> Catalog:
        """What was written so far."""
        return self._catalog.written

    def finish(
        self, model: ModelCard, chunker: str, titles: Vectors, terms: Iterable[Term], projection: Projection | None
    ) -> Manifest:
        """End the snapshot, sync it to disk and verify it; the manifest comes last.

        ``titles`` has a row for each page. ``projection`` is None where passages have no token vectors.
        """
        self._catalog.add_terms(self._counted(terms))
        states = {name: self._state(name) for name in self._collections}
        Columns.of(self.written).save(self.folder / COLUMNS)
        LexicalIndex.build(self._stemmed(states)).save(self.folder / LEXICAL)
        self._catalog.finish()
        np.save(self.folder / TITLES, titles)
        vectors = self._vectors.finish()
        index = collection = None
        if self._milvus is None:
            former = Former(self._before.vectors, self._before.manifest.index) if self._before else None
            index = write_lists(self.folder, vectors, former)
        else:
            np.save(self.folder / VECTORS, vectors)
            collection = self._milvus.write(self._snapshot_id, vectors)
            self._vectors.remove()
        if projection is not None:
            self._tokens.finish(projection)
        else:
            self._tokens.close()
            shutil.rmtree(self.folder / TOKENS)
        sync_tree(self.folder)
        manifest = Manifest(
            snapshot_id=self._snapshot_id,
            created=self._created,
            model=model,
            dimension=self._dimension,
            chunker=chunker,
            collections=states,
            sources=tuple(SourceState(*key, pages) for key, pages in sorted(self._sources.items())),
            files={
                path.relative_to(self.folder).as_posix(): FileState(path.stat().st_size, digest(path))
                for path in sorted(self.folder.rglob("*"))
                if path.is_file()
            },
            index=index,
            milvus=collection,
        )
        manifest.write(self.folder)
        sync(self.folder / MANIFEST)
        sync(self.folder)
        # The digests were taken of what the disk holds: to read all of it once more would tell nothing new.
        check_content(self.folder, manifest, self._milvus)
        return manifest

    def _counted(self, terms: Iterable[Term]) -> Iterator[Term]:
        for term in terms:
            self._collections[term.collection].terms += 1
            yield term

    def _state(self, name: str) -> CollectionState:
        made = self._collections[name]
        language = language_of(self.written.texts(name))
        return CollectionState(made.pages, made.passages, made.terms, made.first_row, language)

    def _stemmed(self, states: Mapping[str, CollectionState]) -> Iterator[list[str]]:
        return (stems(text, states[collection].language) for collection, text in self.written.embedded())
