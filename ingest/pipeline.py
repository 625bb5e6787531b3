"""The way of a page: read, extract, cut, embed, check, publish."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from content.archive import Archive
from content.asked import AskedQuestions
from content.catalog import StoredPage
from content.embedding import Embedder, TokenVectors, Vectors
from content.errors import NoSnapshot, NotFound, SnapshotCorrupt, SnapshotMismatch, SourceError
from content.interaction import PackedTokens, Projection
from content.manifest import Manifest
from content.snapshot import Snapshot
from content.words import unique
from ingest.check import CheckOptions, check
from ingest.chunk import CHUNKER_VERSION, Chunk, cut
from ingest.comparison import Comparison, FreshPage
from ingest.reading import Progress, Reading, read_source, silent
from ingest.report import CHECK, CheckReport, Report
from ingest.sources import Source
from ingest.terms import terms_of
from ingest.vectors import QuestionVectors

WEB_FOLDER = "web"  # in the data folder: what was fetched, and how far unfinished visits have come
_SLAB = 400_000  # characters of pages that are held at a time, some hundreds of passages
_BATCH = 256  # passages embedded in one go; the vectors of all their tokens are held until they are packed


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to ingest: ``remove`` are sources to drop, ``keep`` is how many snapshots stay."""

    remove: tuple[Source, ...] = ()
    rebuild: bool = False
    dry_run: bool = False
    keep: int = 5
    check: CheckOptions = field(default_factory=CheckOptions)


def ingest(
    archive: Archive,
    sources: Sequence[Source],
    embedder: Embedder,
    options: IngestOptions = IngestOptions(),
    progress: Progress = silent,
) -> Report:
    """Read sources into a new snapshot and publish it, unless nothing changed or it answers worse.

    A source replaces its own earlier pages, those of other sources stay; unchanged pages keep their vectors. A page
    that fails is reported, and what was published of it stays. Raises SourceError where no source can be read,
    IngestRunning, SnapshotCorrupt, ModelError.
    """
    report = Report()
    with archive.lock():
        before = _published(archive, embedder, options, report)
        with _stage(report, "read"):
            web = archive.data_dir / WEB_FOLDER
            readings = [read_source(source, progress, web, archive.data_dir) for source in sources]
        with _stage(report, "compare"):
            comparison = _compare(before, readings, options, report)
        if before is not None:
            _count(report, before.manifest)
        if options.dry_run or not (before is None or options.rebuild or report.changes):
            return report
        if not comparison.kept and not comparison.fresh:
            raise SourceError("that would leave no page to answer from. To start anew, delete the data folder.")
        manifest = _write(archive, before, comparison, embedder, report, progress)
        with _stage(report, CHECK):
            report.check = _check(archive, before, manifest, embedder, options.check, progress)
        if report.check.held:
            archive.discard(manifest.snapshot_id)
            return report
        with _stage(report, "publish"):
            archive.publish(manifest.snapshot_id)
            archive.prune(options.keep)
            progress("publish", 1, 1)
    report.published = True
    _count(report, manifest)
    return report


def _published(archive: Archive, embedder: Embedder, options: IngestOptions, report: Report) -> Snapshot | None:
    try:
        snapshot = archive.open_current()
    except NoSnapshot:
        return None
    except (SnapshotCorrupt, SnapshotMismatch):
        if not options.rebuild:
            raise
        report.notes.append("the published snapshot cannot be read; the new one holds only the sources read now")
        return None
    manifest = snapshot.manifest
    if manifest.model.sha256 != embedder.card.sha256:
        report.notes.append(
            f"the embedding model changed from {manifest.model.name} to {embedder.card.name}: "
            "everything is embedded anew"
        )
    elif manifest.model.late_interaction != embedder.card.late_interaction:
        switched = "on" if embedder.card.late_interaction else "off"
        report.notes.append(f"late interaction was switched {switched}: everything is embedded anew")
    elif manifest.chunker != CHUNKER_VERSION:
        report.notes.append("pages are cut in a new way: everything is embedded anew")
    return snapshot


def _compare(
    before: Snapshot | None, readings: Sequence[Reading], options: IngestOptions, report: Report
) -> Comparison:
    readable = [reading for reading in readings if reading.readable]
    if readings and not readable:
        raise SourceError(readings[0].report.failed[0][1])
    reuse = not options.rebuild and not report.notes
    comparison = Comparison(before.catalog if before else None, reuse=reuse)
    replaced = {reading.source.key for reading in readable} | {source.key for source in options.remove}
    comparison.keep_all_but(replaced)
    for reading in readable:
        comparison.replace(reading)
    report.sources = [reading.report for reading in readings] + [comparison.remove(source) for source in options.remove]
    return comparison


def _count(report: Report, manifest: Manifest) -> None:
    report.snapshot_id = manifest.snapshot_id
    report.pages, report.passages, report.terms = manifest.pages, manifest.passages, manifest.terms


def _write(
    archive: Archive,
    before: Snapshot | None,
    comparison: Comparison,
    embedder: Embedder,
    report: Report,
    progress: Progress,
) -> Manifest:
    """Write a draft of all pages, a slab of them at a time."""
    known = before if comparison.kept else None
    making = _Making(embedder, known.tokens.projection if known and known.tokens else None, report)
    done = 0
    with archive.begin() as writer:
        for slab in _slabs(comparison.pages()):
            progress("embed", done, comparison.fresh)
            fresh = [page for page in slab if isinstance(page, FreshPage)]
            done += len(fresh)
            new = iter(making.passages(fresh))
            with _stage(report, "publish"):
                for page in slab:
                    stored, vectors, tokens = next(new) if isinstance(page, FreshPage) else _kept(page, before)
                    writer.add(_dated(before, stored), vectors, tokens)
        progress("embed", done, done)
        progress("publish", 0, 1)
        with _stage(report, "publish"):
            titles = _titles(writer.written.titles(), known, embedder)
            terms = terms_of(writer.written)
            return writer.finish(embedder.card, CHUNKER_VERSION, titles, terms, making.projection)


def _slabs(pages: Iterable[StoredPage | FreshPage]) -> Iterator[list[StoredPage | FreshPage]]:
    slab: list[StoredPage | FreshPage] = []
    size = 0
    for page in pages:
        slab.append(page)
        size += len(page.page.text)
        if size >= _SLAB:
            yield slab
            slab, size = [], 0
    if slab:
        yield slab


_Written = tuple[StoredPage, Vectors, list[PackedTokens]]  # a page as it is written


class _Making:
    """Cuts pages and embeds their passages.

    How token vectors are packed is learned from the first passages, where it is not known from before.
    """

    def __init__(self, embedder: Embedder, projection: Projection | None, report: Report) -> None:
        self.projection = projection
        self._embedder = embedder
        self._report = report

    def passages(self, fresh: Sequence[FreshPage]) -> list[_Written]:
        """Return pages with their passages and vectors."""
        with _stage(self._report, "cut"):
            cuts = cut([new.page for new in fresh], self._embedder)
        with _stage(self._report, "embed"):
            made = self._embed([chunk for page in cuts for chunk in page])
        self._report.embedded += len(made)
        rows = iter(made)
        written: list[_Written] = []
        for new, page in zip(fresh, cuts, strict=True):
            stored = StoredPage(new.page, new.source, new.page.digest, tuple(chunk.passage for chunk in page))
            vectors, packed = zip(*islice(rows, len(page)), strict=True)
            written.append((stored, np.stack(vectors), list(packed)))
        return written

    def _embed(self, chunks: Sequence[Chunk]) -> list[tuple[Vectors, PackedTokens]]:
        # Long and short texts are embedded apart, so that little of a batch is padding.
        order = sorted(range(len(chunks)), key=lambda i: -len(chunks[i].embedded))
        made: dict[int, tuple[Vectors, PackedTokens]] = {}
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            batch = self._embedder.encode_passages([chunks[i].embedded for i in rows])
            if self.projection is None and any(map(len, batch.tokens)):
                self.projection = Projection.learn(batch.tokens)
            for i, vector, tokens in zip(rows, batch.vectors, batch.tokens, strict=True):
                made[i] = vector, self._packed(chunks[i].own(tokens))
        return [made[i] for i in range(len(chunks))]

    def _packed(self, tokens: TokenVectors) -> PackedTokens:
        return PackedTokens.none() if self.projection is None else self.projection.compress(tokens)


def _kept(stored: StoredPage, before: Snapshot | None) -> _Written:
    assert before is not None, "only what is published is kept"
    rows = range(stored.first_row, stored.first_row + len(stored.passages))
    packed = before.tokens.packed(rows) if before.tokens else [PackedTokens.none()] * len(rows)
    return stored, before.vectors.vectors(np.arange(rows.start, rows.stop)), packed


def _dated(before: Snapshot | None, stored: StoredPage) -> StoredPage:
    """Return a page with the times at which it was first published and last changed, as far as they are past."""
    page = stored.page
    if before is None:
        return stored
    try:
        old = before.catalog.page(page.collection, page.page_id)
    except NotFound:
        return stored
    known = before.revision(page.collection, page.page_id)
    same = (old.title, old.text, old.entry, old.url) == (page.title, page.text, page.entry, page.url)
    return replace(stored, published=known.published, changed=known.changed if same else None)


def _check(
    archive: Archive,
    before: Snapshot | None,
    manifest: Manifest,
    embedder: Embedder,
    options: CheckOptions,
    progress: Progress,
) -> CheckReport:
    asked = AskedQuestions(archive.data_dir, options.days).recent()
    after = archive.open_draft(manifest.snapshot_id)
    try:
        vectors = QuestionVectors(archive.data_dir)
        return check(before, after, embedder, asked, vectors, options, progress)
    finally:
        after.catalog.close()


def _titles(titles: Sequence[str], before: Snapshot | None, embedder: Embedder) -> Vectors:
    """Return the vectors of pages' titles; those of titles known before are taken over."""
    known = dict(zip(before.titles, before.title_vectors, strict=True)) if before else {}
    new = unique(title for title in titles if title not in known)
    for at in range(0, len(new), _SLAB):
        slab = new[at : at + _SLAB]
        known |= zip(slab, embedder.encode_passages(slab).vectors, strict=True)
    return np.stack([known[title] for title in titles])


@contextmanager
def _stage(report: Report, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    report.stages[name] = round(report.stages.get(name, 0) + time.perf_counter() - started, 3)
