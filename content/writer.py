"""The writer of a snapshot: takes page after page, and holds none of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from content.arraywriter import ArrayWriter, blocks
from content.catalog import Catalog, Origin, StoredPage
from content.catalogwriter import CatalogWriter
from content.centre import Centres
from content.columns import Columns
from content.embedding import ModelCard, Vectors
from content.index import FlatWriter, Former, write_lists
from content.interaction import PackedTokens, Projection
from content.language import language_of
from content.lexicalwriter import LexicalWriter, WordCounts
from content.manifest import MANIFEST, CollectionState, FileState, IndexState, Manifest, SourceState, digest
from content.milvus import Milvus
from content.model import Term
from content.snapshot import (
    CATALOG,
    CENTRES,
    COLUMNS,
    LEXICAL,
    TITLES,
    TOKENS,
    VECTORS,
    Snapshot,
    check_content,
    sync,
    sync_tree,
)
from content.tokens import TokenWriter
from content.words import stems

_PASSAGES = 4096  # of which the vectors are copied at a time


@dataclass(frozen=True, slots=True)
class KeptPages:
    """Pages that are as they were in the snapshot before, by their numbers there; all of one source and collection.

    ``addresses`` are those that lead to a single page now, None where they are as they were.
    """

    source: str
    collection: str
    numbers: range
    addresses: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """The rows of kept passages, and what they and their language were in the snapshot before."""

    collection: str
    language: str
    rows: range
    former: range


@dataclass(slots=True)
class _Collection:
    first_row: int
    pages: int = 0
    passages: int = 0
    terms: int = 0


class SnapshotWriter:
    """Writes a snapshot into an empty folder; the pages of a collection come one after the other.

    ``created`` is UTC, ISO 8601. ``milvus`` is where the vectors are searched, None for in the folder. ``before`` is
    the snapshot that pages are kept from. ``maker`` tells what code and which libraries make this one: what others than
    these derived from a page is derived anew, but for its vectors.
    """

    def __init__(
        self,
        folder: Path,
        snapshot_id: str,
        created: str,
        milvus: Milvus | None = None,
        before: Snapshot | None = None,
        maker: str = "",
    ) -> None:
        self.folder = folder
        self._before = before
        self._milvus = milvus
        self._snapshot_id = snapshot_id
        self._created = created
        for name in (TOKENS, LEXICAL, COLUMNS):
            (folder / name).mkdir()
        self._catalog = CatalogWriter(folder / CATALOG, created, maker, before)
        self._vectors = FlatWriter(folder)
        self._tokens = TokenWriter(folder / TOKENS, before.tokens if before else None)
        self._collections: dict[str, _Collection] = {}
        self._sources: dict[tuple[str, str], int] = {}
        self._kept: list[_Kept] = []
        self._maker = maker
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
        self._catalog.add(stored)
        self._vectors.add(vectors)
        self._tokens.add(tokens)
        self._dimension = vectors.shape[1]
        self._count(stored.page.collection, stored.source, pages=1, passages=len(stored.passages))

    def keep(self, pages: KeptPages) -> None:
        """Copy pages of the snapshot before with all that belongs to them."""
        assert self._before is not None, "there is nothing to keep"
        rows = self._before.catalog.rows(pages.numbers)
        self._catalog.copy(pages.numbers, rows, pages.addresses)
        for block in blocks(rows, _PASSAGES):
            self._vectors.add(self._before.vectors.vectors(np.arange(block.start, block.stop)))
        self._tokens.take(rows)
        self._dimension = self._before.manifest.dimension
        language = self._before.manifest.collections[pages.collection].language
        self._kept.append(_Kept(pages.collection, language, range(self._rows, self._rows + len(rows)), rows))
        self._count(pages.collection, pages.source, pages=len(pages.numbers), passages=len(rows))

    def _count(self, collection: str, source: str, pages: int, passages: int) -> None:
        made = self._collections.setdefault(collection, _Collection(self._rows))
        made.pages += pages
        made.passages += passages
        self._sources[source, collection] = self._sources.get((source, collection), 0) + pages
        self._rows += passages

    def add_origins(self, source: str, origins: Iterable[tuple[str, str, Origin]]) -> None:
        """Write what pages of a source that were added or kept are made from, by (collection, page_id)."""
        self._catalog.add_origins(source, origins)

    def set_anchors(self, pages: Iterable[tuple[tuple[str, str], Sequence[str]]]) -> None:
        """Set the anchors of pages, by (collection, page_id), that were written with those of before."""
        self._catalog.set_anchors(pages)

    @property
    def written(self) -> Catalog:
        """What was written so far."""
        return self._catalog.written

    def finish(
        self,
        model: ModelCard,
        chunker: str,
        titles: Iterable[Vectors],
        terms: Iterable[Term],
        projection: Projection | None,
    ) -> Manifest:
        """End the snapshot, sync it to disk and verify it; the manifest comes last.

        ``titles`` have a row for each page and come some at a time. ``projection`` is None where passages have no
        token vectors.
        """
        self._catalog.add_terms(self._counted(terms))
        if self.is_alike:
            self._catalog.keep_origins()
        states = {name: self._state(name) for name in self._collections}
        Columns.of(self.written).save(self.folder / COLUMNS)
        self._write_lexical(states)
        self._catalog.finish()
        self._write_titles(titles)
        index, collection = self._write_vectors(states)
        self._write_tokens(projection)
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
                path.relative_to(self.folder).as_posix(): self._file_state(path)
                for path in sorted(self.folder.rglob("*"))
                if path.is_file()
            },
            index=index,
            milvus=collection,
        )
        manifest.write(self.folder)
        sync(self.folder / MANIFEST)
        sync(self.folder)
        # The digests were taken of what the disk holds: to read all of it once more would tell nothing new. Those of
        # files that are shared are the published ones, so that one that was damaged since does not pass for whole.
        check_content(self.folder, manifest, self._milvus)
        return manifest

    def _file_state(self, path: Path) -> FileState:
        """Return what a file is as it is published; what is shared with the snapshot before is known from there."""
        former = self._tokens.linked.get(path)
        if former is None or self._before is None:
            return FileState(path.stat().st_size, digest(path))
        return self._before.manifest.files[former.relative_to(self._before.folder).as_posix()]

    def _counted(self, terms: Iterable[Term]) -> Iterator[Term]:
        for term in terms:
            self._collections[term.collection].terms += 1
            yield term

    def _state(self, name: str) -> CollectionState:
        made = self._collections[name]
        language = language_of(self.written.texts(name))
        asking = self.written.asking(name)
        return CollectionState(made.pages, made.passages, made.terms, made.first_row, language, asking)

    def _write_titles(self, titles: Iterable[Vectors]) -> None:
        file = ArrayWriter(self.folder / TITLES, np.float32, (self._dimension,))
        for some in titles:
            file.add(some)
        file.finish()

    def _write_vectors(self, states: Mapping[str, CollectionState]) -> tuple[IndexState | None, str | None]:
        """Return how the vectors are searched: by lists where there are so many, or by a collection in Milvus."""
        vectors = self._vectors.finish()
        Centres.of(vectors.__getitem__, states).save(self.folder / CENTRES)
        if self._milvus is None:
            former = Former(self._before.vectors, self._before.manifest.index) if self._before else None
            return write_lists(self.folder, vectors, former), None
        np.save(self.folder / VECTORS, vectors)
        collection = self._milvus.write(self._snapshot_id, vectors)
        self._vectors.remove()
        return None, collection

    def _write_tokens(self, projection: Projection | None) -> None:
        if projection is not None:
            self._tokens.finish(projection)
        else:
            self._tokens.close()
            shutil.rmtree(self.folder / TOKENS)

    def _write_lexical(self, states: Mapping[str, CollectionState]) -> None:
        """Index the words of all passages; those of kept ones are known where they are stemmed by the same rules."""
        known, at = self._known_words(), 0
        with closing(LexicalWriter(self.folder / LEXICAL, known)) as writer:
            for kept in self._kept if known else ():
                if kept.language == states[kept.collection].language:
                    writer.add(self._stemmed(states, range(at, kept.rows.start)))
                    writer.take(kept.former)
                    at = kept.rows.stop
            writer.add(self._stemmed(states, range(at, self._rows)))
            writer.finish()

    def _known_words(self) -> WordCounts | None:
        return WordCounts.open(self._before.folder / LEXICAL) if self._before and self.is_alike else None

    @property
    def is_alike(self) -> bool:
        """Whether the code that makes this snapshot made the one before."""
        return self._before is not None and self._before.catalog.maker == self._maker

    def _stemmed(self, states: Mapping[str, CollectionState], rows: range) -> Iterator[list[str]]:
        return (stems(text, states[collection].language) for collection, text in self.written.embedded(rows))
