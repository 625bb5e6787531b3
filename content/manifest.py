"""The manifest of a snapshot: what is in it, what made it, and the digest of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from content.embedding import ModelCard
from content.errors import SnapshotCorrupt, SnapshotMismatch
from content.words import ENGLISH

FORMAT = 3
READABLE = (2, FORMAT)  # before 3, token vectors lay in one segment
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class CollectionState:
    """A collection's share of the snapshot; its passages are the rows ``first_row`` onwards.

    ``language`` is what its words are stemmed by, as Snowball names it; ``asking`` are the pages whose title is a
    question.
    """

    pages: int
    passages: int
    terms: int
    first_row: int
    language: str = ENGLISH
    asking: int = 0

    @property
    def rows(self) -> range:
        """The rows of the collection's passages."""
        return range(self.first_row, self.first_row + self.passages)


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source whose pages are in the snapshot."""

    location: str
    collection: str
    pages: int


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the snapshot as it was published."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the nearest vectors are found where comparing all would take too long (content/index.py).

    Of so many ``lists``, ``probes`` are searched. ``recall`` is the share of the nearest that this finds, 0..1,
    measured against exact search when the snapshot was written.
    """

    lists: int
    probes: int
    recall: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a snapshot and what made it. ``created`` is UTC, ISO 8601; ``index`` None means exact search.

    ``milvus`` is the collection that holds its vectors in Milvus; None where they are searched in its own files.
    """

    snapshot_id: str
    created: str
    model: ModelCard
    dimension: int
    chunker: str
    collections: Mapping[str, CollectionState]
    sources: tuple[SourceState, ...]
    files: Mapping[str, FileState]
    index: IndexState | None = None
    milvus: str | None = None
    format: int = FORMAT

    @property
    def pages(self) -> int:
        """How many pages the snapshot holds."""
        return sum(state.pages for state in self.collections.values())

    @property
    def passages(self) -> int:
        """How many passages the snapshot holds."""
        return sum(state.passages for state in self.collections.values())

    @property
    def terms(self) -> int:
        """How many terms the snapshot holds."""
        return sum(state.terms for state in self.collections.values())

    def prose(self, collections: Sequence[str] | None = None) -> float:
        """Return the share of the pages that are prose: they define no term and are not named by a question, 0..1."""
        states = [self.collections[name] for name in (self.collections if collections is None else collections)]
        pages = sum(state.pages for state in states)
        entries = sum(min(state.pages, state.terms + state.asking) for state in states)
        return 1 - entries / pages if pages else 0.0

    def write(self, folder: Path) -> None:
        """Write the manifest into its snapshot's folder."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a snapshot. Raises SnapshotCorrupt or SnapshotMismatch."""
        path = folder / MANIFEST
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["format"] not in READABLE:
                raise SnapshotMismatch(
                    f"snapshot {folder.name} has format {said['format']}, this version reads format {FORMAT}. "
                    "Run: glossator ingest --rebuild"
                )
            return cls(**_typed(said))
        except FileNotFoundError as error:
            raise SnapshotCorrupt(f"snapshot {folder.name}: {path} is missing. {_REMEDY}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SnapshotCorrupt(f"snapshot {folder.name}: {path} cannot be read ({error}). {_REMEDY}") from error

    def check_model(self, card: ModelCard) -> None:
        """Raise SnapshotMismatch unless the snapshot's vectors were made by this model."""
        if self.model.sha256 != card.sha256:
            raise SnapshotMismatch(
                f"snapshot {self.snapshot_id} was made with the embedding model {self.model.name!r} "
                f"(SHA-256 {self.model.sha256[:12]}…), configured is {card.name!r} ({card.sha256[:12]}…). "
                f"Set GLOSSATOR_EMBEDDING_MODEL={self.model.name}, or embed everything anew: glossator ingest --rebuild"
            )

    def check_sizes(self, folder: Path) -> None:
        """Raise SnapshotCorrupt where a file is missing or has another size: quick, done at every opening."""
        for name, state in self.files.items():
            path = folder / name
            size = path.stat().st_size if path.is_file() else None
            if size != state.bytes:
                found = "is missing" if size is None else f"has {size:,} bytes"
                raise SnapshotCorrupt(
                    f"snapshot {self.snapshot_id}: {name} {found}, published were {state.bytes:,} bytes. {_REMEDY}"
                )

    def check_files(self, folder: Path) -> None:
        """Raise SnapshotCorrupt where a file differs in a single bit from what was published: reads all."""
        self.check_sizes(folder)
        for name, state in self.files.items():
            sha256 = digest(folder / name)
            if sha256 != state.sha256:
                raise SnapshotCorrupt(
                    f"snapshot {self.snapshot_id}: {name} has SHA-256 {sha256[:12]}…, "
                    f"published was {state.sha256[:12]}…. {_REMEDY}"
                )


_REMEDY = "Go back to an earlier one: glossator snapshots rollback; or make it anew: glossator ingest --rebuild"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _typed(said: dict[str, Any]) -> dict[str, Any]:
    return {
        **said,
        "model": ModelCard(**said["model"]),
        "collections": {name: CollectionState(**state) for name, state in said["collections"].items()},
        "sources": tuple(SourceState(**state) for state in said["sources"]),
        "files": {name: FileState(**state) for name, state in said["files"].items()},
        "index": IndexState(**said["index"]) if said.get("index") else None,
    }
