"""A snapshot: one immutable published state of all collections, written once and opened read-only."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.arraywriter import mapped
from content.catalog import Catalog, Revision
from content.centre import Centres
from content.columns import Columns
from content.embedding import ModelCard, Vectors
from content.errors import NotFound, SnapshotCorrupt, SnapshotMismatch
from content.glossary import Glossary
from content.index import VectorIndex, open_index
from content.lexical import LexicalIndex
from content.manifest import MANIFEST, Manifest
from content.milvus import Milvus
from content.model import Hit
from content.spelling import Spelling
from content.tokens import TokenIndex
from content.words import stems, unique

CATALOG = "catalog.sqlite"
LEXICAL = "lexical"
TITLES = "titles.npy"
TOKENS = "tokens"
COLUMNS = "columns"
CENTRES = "centres.npy"
VECTORS = "vectors.npy"  # only where they are searched in Milvus

_REMEMBERED = 100_000  # stems of so many titles or questions


class Snapshot:
    """An open snapshot. Threads may share it; it stays whole even when its folder is pruned away."""

    def __init__(self, folder: Path, manifest: Manifest, milvus: Milvus | None = None) -> None:
        self.folder = folder
        self.manifest = manifest
        self.catalog = Catalog.open(folder / CATALOG)
        self.vectors = _opened_index(folder, manifest, milvus)
        self.lexical = LexicalIndex.open(folder / LEXICAL)
        self.title_vectors: Vectors = mapped(folder / TITLES)
        self.tokens = TokenIndex(folder / TOKENS) if (folder / TOKENS).is_dir() else None
        self.columns = Columns.open(folder / COLUMNS) if (folder / COLUMNS).is_dir() else Columns.of(self.catalog)
        self._title_stems: dict[int, frozenset[str]] = {}
        self._question_stems: dict[int, frozenset[str]] = {}
        self._spellings: dict[frozenset[str], Spelling] = {}

    @classmethod
    def open(cls, folder: Path, card: ModelCard | None = None, milvus: Milvus | None = None) -> Snapshot:
        """Open a snapshot, with ``card`` only if that model made it; ``milvus`` is where its vectors may be.

        Raises SnapshotCorrupt or SnapshotMismatch, IndexUnavailable where Milvus cannot be reached.
        """
        manifest = Manifest.read(folder)
        if card is not None:
            manifest.check_model(card)
        manifest.check_sizes(folder)
        return cls(folder, manifest, milvus)

    @property
    def snapshot_id(self) -> str:
        """The snapshot's name."""
        return self.manifest.snapshot_id

    @cached_property
    def glossary(self) -> Glossary:
        """The terms of all collections."""
        return Glossary(self.catalog.terms())

    @property
    def page_numbers(self) -> NDArray[np.int32]:
        """The number of each passage's page, by row."""
        return self.columns.pages

    @cached_property
    def titles(self) -> list[str]:
        """The titles of all pages, by number."""
        return self.catalog.titles()

    @property
    def title_rarity(self) -> Vectors:
        """One divided by how many pages share each page's title, by number: a shared title tells little of a page."""
        return self.columns.title_rarity

    @cached_property
    def page_ids(self) -> list[str]:
        """The ids of all pages, by number."""
        return self.catalog.page_ids()

    def question_stems(self, row: int) -> frozenset[str]:
        """Return the stems of the question that a passage answers; none where it answers none of its page's own."""
        if not self.columns.is_question[row]:
            return frozenset()
        known = self._question_stems
        if row not in known:
            _remember(known, {row: frozenset(stems(self.catalog.question(row)))})
        return known[row]

    @cached_property
    def definitions(self) -> dict[tuple[str, str], tuple[int, int]]:
        """For each term, by (collection, slug), the number of its page and the row of the passage that defines it."""
        return self.catalog.definitions()

    @cached_property
    def centres(self) -> Centres:
        """The centres of the collections."""
        path, collections = self.folder / CENTRES, self.manifest.collections
        return Centres.open(path, collections) if path.is_file() else Centres.of(self.vectors.vectors, collections)

    def revision(self, collection: str, page_id: str) -> Revision:
        """Return when a page was first published and last changed.

        Where the snapshot was published before pages had this: no later than itself.
        """
        unknown = Revision(self.manifest.created, self.manifest.created)
        return self.catalog.revision(collection, page_id) or unknown

    def stems(self, text: str, collections: Sequence[str] | None = None) -> list[list[str]]:
        """Return the stems of a text, each once, by the rules of each language that these collections are in."""
        names = self.manifest.collections if collections is None else collections
        languages = unique(self.manifest.collections[name].language for name in names)
        return [unique(stems(text, language)) for language in languages]

    def spelling(self, collections: Sequence[str] | None) -> Spelling:
        """Return how the terms and the pages of these collections spell their names; others stay unheard of."""
        names = frozenset(self.manifest.collections if collections is None else collections)
        if names not in self._spellings:
            self._spellings[names] = Spelling(word for name in names for word in self.columns.words[name])
        return self._spellings[names]

    def title_stems(self, pages: Collection[int]) -> dict[int, frozenset[str]]:
        """Return the stems of these pages' titles, by the page's number."""
        found = {page: self._title_stems[page] for page in pages if page in self._title_stems}
        read = {page: frozenset(stems(title)) for page, title in self.catalog.titles_of(set(pages) - found.keys())}
        _remember(self._title_stems, read)
        return found | read

    def rows(self, collections: Sequence[str] | None) -> list[range] | None:
        """Return the rows of these collections' passages, None for all. Raises NotFound for an unknown one."""
        if collections is None:
            return None
        known = self.manifest.collections
        for name in collections:
            if name not in known:
                raise NotFound(f"there is no collection {name!r}; there are: {', '.join(map(repr, known)) or 'none'}")
        return [known[name].rows for name in collections]

    def hits(self, rows: Sequence[int], scores: Sequence[float]) -> list[Hit]:
        """Return the passages of these rows with these scores, in this order."""
        found = self.catalog.passages(rows)
        return [Hit(int(row), *found[int(row)], float(score)) for row, score in zip(rows, scores, strict=True)]

    def load(self) -> None:
        """Read what the first question would otherwise wait for."""
        _ = self.glossary, self.spelling(None), self.definitions, self.centres


def _remember(known: dict[int, frozenset[str]], found: dict[int, frozenset[str]]) -> None:
    """Remember what was found, in place of all that was known where that is much."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known |= found


def _opened_index(folder: Path, manifest: Manifest, milvus: Milvus | None) -> VectorIndex:
    if manifest.milvus is None:
        return open_index(folder)
    if milvus is None:
        raise SnapshotMismatch(
            f"snapshot {manifest.snapshot_id} has its vectors in the Milvus collection {manifest.milvus!r}, and "
            "`milvus_uri` is not set. Set it, or make the snapshot anew without Milvus: glossator ingest --rebuild"
        )
    return milvus.open(manifest.milvus, folder / VECTORS)


def verify_snapshot(folder: Path, milvus: Milvus | None = None) -> Manifest:
    """Read every file of a snapshot and hold it against the manifest; open it and count.

    Raises SnapshotCorrupt or SnapshotMismatch, IndexUnavailable where Milvus cannot be reached.
    """
    manifest = Manifest.read(folder)
    manifest.check_files(folder)
    check_content(folder, manifest, milvus)
    return manifest


def check_content(folder: Path, manifest: Manifest, milvus: Milvus | None = None) -> None:
    """Open a snapshot whose files are known to be those of its manifest, and count.

    Raises SnapshotCorrupt, also where there are files that were not published, and IndexUnavailable.
    """
    extra = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    extra -= {MANIFEST, *manifest.files}
    if extra:
        raise SnapshotCorrupt(f"snapshot {manifest.snapshot_id}: files that were not published: {sorted(extra)}")
    snapshot = Snapshot(folder, manifest, milvus)
    counts = {
        "vectors": len(snapshot.vectors),
        "lexical entries": len(snapshot.lexical),
        "passages": len(snapshot.page_numbers),
    }
    if snapshot.tokens is not None:
        counts["token vectors"] = len(snapshot.tokens)
    snapshot.catalog.close()
    for name, count in counts.items():
        if count != manifest.passages:
            raise SnapshotCorrupt(
                f"snapshot {manifest.snapshot_id}: {count} {name}, its manifest says {manifest.passages}"
            )


def sync_tree(folder: Path) -> None:
    """Have the disk hold every file of a folder, and the folders' own entries."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Have the disk hold a file's content, or a folder's entries (POSIX fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
