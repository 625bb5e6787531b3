"""A snapshot: one immutable published state of all collections, written once and opened read-only."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.catalog import Catalog, Revision, StoredPage, write_catalog
from content.embedding import ModelCard, Vectors
from content.errors import NotFound, SnapshotCorrupt
from content.glossary import Glossary
from content.index import FlatIndex
from content.interaction import PackedTokens, Projection, TokenIndex
from content.language import language_of
from content.lexical import LexicalIndex
from content.manifest import MANIFEST, CollectionState, FileState, Manifest, SourceState, digest
from content.model import Hit, Term, under_headings
from content.spelling import Spelling
from content.words import fold, stems, unique

_CATALOG = "catalog.sqlite"
_VECTORS = "vectors.faiss"
_LEXICAL = "lexical"
_TITLES = "titles.npy"
_TOKENS = "tokens"


class Snapshot:
    """An open snapshot. Threads may share it; it stays whole even when its folder is pruned away."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.catalog = Catalog.open(folder / _CATALOG)
        self.vectors = FlatIndex.open(folder / _VECTORS)
        self.lexical = LexicalIndex.open(folder / _LEXICAL)
        self.title_vectors: Vectors = np.load(folder / _TITLES, mmap_mode="r")
        self.tokens = TokenIndex(folder / _TOKENS) if (folder / _TOKENS).is_dir() else None
        self._title_stems: dict[int, frozenset[str]] = {}
        self._spellings: dict[frozenset[str], Spelling] = {}

    @classmethod
    def open(cls, folder: Path, card: ModelCard | None = None) -> Snapshot:
        """Open a snapshot, with ``card`` only if that model made it.

        Raises SnapshotCorrupt or SnapshotMismatch.
        """
        manifest = Manifest.read(folder)
        if card is not None:
            manifest.check_model(card)
        manifest.check_sizes(folder)
        return cls(folder, manifest)

    @property
    def snapshot_id(self) -> str:
        """The snapshot's name."""
        return self.manifest.snapshot_id

    @cached_property
    def glossary(self) -> Glossary:
        """The terms of all collections."""
        return Glossary(self.catalog.terms())

    @cached_property
    def page_numbers(self) -> NDArray[np.int64]:
        """The number of each passage's page, by row."""
        return np.asarray(self.catalog.page_numbers(), np.int64)

    @cached_property
    def titles(self) -> list[str]:
        """The titles of all pages, by number."""
        return self.catalog.titles()

    @cached_property
    def title_rarity(self) -> Vectors:
        """One divided by how many pages share each page's title, by number: a shared title tells little of a page."""
        folded = [fold(title) for title in self.titles]
        counts = Counter(folded)
        return np.asarray([1 / counts[title] for title in folded], np.float32)

    @cached_property
    def page_ids(self) -> list[str]:
        """The ids of all pages, by number."""
        return self.catalog.page_ids()

    @cached_property
    def questions(self) -> dict[int, frozenset[str]]:
        """The stems of the questions that pages ask themselves, by the row of the passage that answers."""
        return {row: frozenset(stems(question)) for row, question in self.catalog.questions().items()}

    @cached_property
    def definitions(self) -> dict[tuple[str, str], tuple[int, int]]:
        """For each term, by (collection, slug), the number of its page and the row of the passage that defines it."""
        return self.catalog.definitions()

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
            of_terms = (name for term in self.glossary.terms if term.collection in names for name in term.names)
            rows = (self.manifest.collections[name].rows for name in names)
            pages = {page for span in rows for page in self.page_numbers[span.start : span.stop].tolist()}
            self._spellings[names] = Spelling([*of_terms, *(self.titles[page] for page in pages)])
        return self._spellings[names]

    def title_stems(self, page: int) -> frozenset[str]:
        """Return the stems of a page's title, by the page's number."""
        if page not in self._title_stems:
            self._title_stems[page] = frozenset(stems(self.titles[page]))
        return self._title_stems[page]

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
        _ = self.glossary, self.spelling(None), self.definitions, self.page_numbers, self.title_rarity, self.questions


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """What a new snapshot is to hold.

    ``pages`` come by collection; ``titles`` has a row for each of them, ``vectors`` and ``tokens`` one for each of
    their passages, in the same order. ``projection`` is None where passages have no token vectors.
    """

    pages: Sequence[StoredPage]
    titles: Vectors
    vectors: Vectors
    tokens: Sequence[PackedTokens]
    projection: Projection | None
    terms: Sequence[Term]
    sources: tuple[SourceState, ...]
    model: ModelCard
    chunker: str


def write_snapshot(folder: Path, snapshot_id: str, created: str, content: SnapshotContent) -> Manifest:
    """Write a whole snapshot into an empty folder and sync it to disk; the manifest comes last."""
    write_catalog(folder / _CATALOG, content.pages, content.terms, created)
    FlatIndex.build(content.vectors).save(folder / _VECTORS)
    np.save(folder / _TITLES, content.titles)
    if content.projection is not None:
        (folder / _TOKENS).mkdir()
        TokenIndex.write(folder / _TOKENS, content.tokens, content.projection)
    (folder / _LEXICAL).mkdir()
    collections = _collections(content.pages, content.terms)
    stemmed = (passage for stored in content.pages for passage in _stemmed(stored, collections))
    LexicalIndex.build(list(stemmed)).save(folder / _LEXICAL)
    manifest = Manifest(
        snapshot_id=snapshot_id,
        created=created,
        model=content.model,
        dimension=int(content.vectors.shape[1]),
        chunker=content.chunker,
        collections=collections,
        sources=content.sources,
        files={
            path.relative_to(folder).as_posix(): FileState(path.stat().st_size, digest(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    )
    manifest.write(folder)
    sync_tree(folder)
    return manifest


def verify_snapshot(folder: Path) -> Manifest:
    """Read every file of a snapshot and hold it against the manifest; open it and count.

    Raises SnapshotCorrupt or SnapshotMismatch.
    """
    manifest = Manifest.read(folder)
    manifest.check_files(folder)
    extra = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    extra -= {MANIFEST, *manifest.files}
    if extra:
        raise SnapshotCorrupt(f"snapshot {manifest.snapshot_id}: files that were not published: {sorted(extra)}")
    snapshot = Snapshot(folder, manifest)
    counts = {
        "vectors": len(snapshot.vectors),
        "lexical entries": len(snapshot.lexical),
        "passages": len(snapshot.catalog.page_numbers()),
    }
    if snapshot.tokens is not None:
        counts["token vectors"] = len(snapshot.tokens)
    snapshot.catalog.close()
    for name, count in counts.items():
        if count != manifest.passages:
            raise SnapshotCorrupt(
                f"snapshot {manifest.snapshot_id}: {count} {name}, its manifest says {manifest.passages}"
            )
    return manifest


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


def _stemmed(stored: StoredPage, collections: Mapping[str, CollectionState]) -> Iterable[list[str]]:
    title, language = stored.page.title, collections[stored.page.collection].language
    return (stems(under_headings(title, passage.heading, passage.text), language) for passage in stored.passages)


def _collections(pages: Sequence[StoredPage], terms: Sequence[Term]) -> Mapping[str, CollectionState]:
    states: dict[str, CollectionState] = {}
    row = 0
    for stored in pages:
        name = stored.page.collection
        before = states.get(name, CollectionState(0, 0, 0, row))
        count = len(stored.passages)
        states[name] = CollectionState(before.pages + 1, before.passages + count, 0, before.first_row)
        row += count
    return {
        name: replace(
            state,
            terms=sum(term.collection == name for term in terms),
            language=language_of(stored.page.text for stored in pages if stored.page.collection == name),
        )
        for name, state in states.items()
    }
