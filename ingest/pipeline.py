"""The way of a page: read, extract, cut, embed, check, publish."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from content.archive import Archive
from content.asked import AskedQuestions
from content.catalog import StoredPage
from content.embedding import Embedder, Vectors
from content.errors import NoSnapshot, NotFound, SnapshotCorrupt, SnapshotMismatch, SourceError
from content.interaction import PackedTokens, Projection
from content.manifest import Manifest, SourceState
from content.snapshot import Snapshot, SnapshotContent
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
_SLAB = 256  # passages embedded between two reports of progress


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
            readings = [read_source(source, progress, archive.data_dir / WEB_FOLDER) for source in sources]
        with _stage(report, "compare"):
            comparison = _compare(before, readings, options, report)
        if before is not None:
            _count(report, before.manifest)
        if options.dry_run or not (before is None or options.rebuild or report.changes):
            return report
        kept, fresh = comparison.kept, comparison.fresh
        if not kept and not fresh:
            raise SourceError("that would leave no page to answer from. To start anew, delete the data folder.")
        with _stage(report, "cut"):
            chunks = _cut(fresh, embedder, progress)
        with _stage(report, "embed"):
            projection = before.tokens.projection if before and before.tokens and kept else None
            made = _embed(chunks, embedder, projection, progress)
        with _stage(report, "publish"):
            progress("publish", 0, 1)
            manifest = archive.write(_content(before, kept, fresh, chunks, made, embedder))
        report.embedded = len(made.vectors)
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


def _cut(fresh: Sequence[FreshPage], embedder: Embedder, progress: Progress) -> list[list[Chunk]]:
    chunks: list[list[Chunk]] = []
    for at in range(0, len(fresh), _SLAB):
        progress("cut", at, len(fresh))
        chunks += cut([new.page for new in fresh[at : at + _SLAB]], embedder)
    return chunks


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Passages as they are stored; ``projection`` is None where there are no token vectors."""

    vectors: Vectors
    tokens: list[PackedTokens]
    projection: Projection | None


def _embed(
    chunks: Sequence[Sequence[Chunk]], embedder: Embedder, projection: Projection | None, progress: Progress
) -> _Embedded:
    flat = [chunk for page in chunks for chunk in page]
    # Long and short texts are embedded apart, so that little of a batch is padding.
    order = sorted(range(len(flat)), key=lambda i: -len(flat[i].embedded))
    vectors = np.empty((0, 0), np.float32)
    packed = [PackedTokens.none()] * len(flat)
    for at in range(0, len(flat), _SLAB):
        progress("embed", at, len(flat))
        rows = order[at : at + _SLAB]
        slab = embedder.encode_passages([flat[i].embedded for i in rows])
        if not vectors.size:
            vectors = np.empty((len(flat), slab.vectors.shape[1]), np.float32)
        vectors[rows] = slab.vectors
        if projection is None and any(map(len, slab.tokens)):
            projection = Projection.learn(slab.tokens)
        if projection is not None:
            for i, tokens in zip(rows, slab.tokens, strict=True):
                packed[i] = projection.compress(flat[i].own(tokens))
    progress("embed", len(flat), len(flat))
    return _Embedded(vectors, packed, projection)


def _content(
    before: Snapshot | None,
    kept: Sequence[StoredPage],
    fresh: Sequence[FreshPage],
    chunks: Sequence[Sequence[Chunk]],
    made: _Embedded,
    embedder: Embedder,
) -> SnapshotContent:
    """Put old and new pages together in the order of their collections and ids, each with its vectors."""
    parts: list[tuple[StoredPage, Vectors, list[PackedTokens]]] = []
    for stored in kept:
        assert before is not None
        rows = range(stored.first_row, stored.first_row + len(stored.passages))
        parts.append(
            (_dated(before, stored), before.vectors.vectors(np.arange(rows.start, rows.stop)), _packed(before, rows))
        )
    at = 0
    for new, cuts in zip(fresh, chunks, strict=True):
        passages = tuple(chunk.passage for chunk in cuts)
        stored = _dated(before, StoredPage(new.page, new.source, new.page.digest, passages))
        end = at + len(cuts)
        parts.append((stored, made.vectors[at:end], made.tokens[at:end]))
        at = end
    parts.sort(key=lambda part: (part[0].page.collection, part[0].source, part[0].page.page_id))
    pages = [stored for stored, _, _ in parts]
    return SnapshotContent(
        pages=pages,
        titles=_titles(pages, before if kept else None, embedder),
        vectors=np.concatenate([vectors for _, vectors, _ in parts]),
        tokens=[tokens for _, _, packed in parts for tokens in packed],
        projection=made.projection,
        terms=terms_of(stored.page for stored in pages),
        sources=_sources(pages),
        model=embedder.card,
        chunker=CHUNKER_VERSION,
    )


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


def _packed(snapshot: Snapshot, rows: range) -> list[PackedTokens]:
    return snapshot.tokens.packed(rows) if snapshot.tokens else [PackedTokens.none()] * len(rows)


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


def _titles(pages: Sequence[StoredPage], before: Snapshot | None, embedder: Embedder) -> Vectors:
    """Return the vectors of the pages' titles; those of titles known before are taken over."""
    known = dict(zip(before.titles, before.title_vectors, strict=True)) if before else {}
    titles = [stored.page.title for stored in pages]
    new = unique(title for title in titles if title not in known)
    if new:
        known |= zip(new, embedder.encode_passages(new).vectors, strict=True)
    return np.stack([known[title] for title in titles])


def _sources(pages: Sequence[StoredPage]) -> tuple[SourceState, ...]:
    counts: dict[tuple[str, str], int] = {}
    for stored in pages:
        key = (stored.source, stored.page.collection)
        counts[key] = counts.get(key, 0) + 1
    return tuple(SourceState(location, collection, pages) for (location, collection), pages in sorted(counts.items()))


@contextmanager
def _stage(report: Report, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    report.stages[name] = round(report.stages.get(name, 0) + time.perf_counter() - started, 3)
