"""The way of a page: read, extract, cut, embed, check, publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from content.archive import Archive
from content.asked import AskedQuestions
from content.catalog import StoredPage
from content.depot import Depot
from content.embedding import Embedder, Vectors
from content.errors import NoSnapshot, NotFound, SnapshotCorrupt, SnapshotMismatch, SourceError
from content.manifest import Manifest
from content.replica import follow
from content.snapshot import Snapshot
from content.words import unique
from content.writer import KeptPages
from ingest.check import CheckOptions, check
from ingest.chunk import CHUNKER_VERSION
from ingest.comparison import Comparison
from ingest.engine import Engine, LocalEngine
from ingest.maker import maker
from ingest.making import FreshPage, Making
from ingest.reading import Progress, Reading, read_source, silent
from ingest.report import CHECK, CheckReport, Report
from ingest.sources import Source
from ingest.terms import terms_after, terms_of
from ingest.vectors import QuestionVectors

WEB_FOLDER = "web"  # in the data folder: what was fetched, and how far unfinished visits have come
_TITLES = 1024  # of which the vectors are held at a time
_SLAB = 400_000  # characters of pages that are held at a time, some hundreds of passages


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
    depot: Depot | None = None,
    engine: Engine | None = None,
) -> Report:
    """Read sources into a new snapshot and publish it, unless nothing changed or the check holds it back.

    A source replaces its own earlier pages, those of other sources stay; unchanged pages keep their vectors, and all
    else that another version of the code made of them is made anew. A page that fails is reported, and what was
    published of it stays. So does all that was published of a source that loses too much; the others are published.
    With a ``depot`` it begins from what is current there, and is published there as well. ``engine`` is where the work
    is done, None for in this process. Raises SourceError where no source can be read, IngestRunning, Conflict,
    DepotUnavailable, SnapshotCorrupt, ModelError.
    """
    report = Report()
    engine = engine or LocalEngine()
    with archive.lock():
        former = _followed(archive, depot, options) if depot else None
        before = _published(archive, embedder, options, report)
        with report.stage("read"):
            web = archive.data_dir / WEB_FOLDER
            alike = before is not None and before.catalog.maker == maker()
            published = before.catalog if before and alike and not options.rebuild else None
            readings = [read_source(source, progress, web, archive.data_dir, engine, published) for source in sources]
        with report.stage("compare"):
            comparison = _compare(before, readings, archive.data_dir, options, report)
            lost = comparison.losses(options.check.lost_share)
            if lost:
                report.check = CheckReport(lost=lost, held=not options.check.force)
            if lost and not options.check.force:
                comparison.hold_back(lost)  # before anything is embedded: an hourly run would do it every hour
        if before is not None:
            _count(report, before.manifest)
        if options.dry_run or (alike and not options.rebuild and not report.changes):
            return report
        if not comparison.kept and not comparison.fresh:
            raise SourceError("that would leave no page to answer from. To start anew, delete the data folder.")
        known = before.tokens if before and comparison.kept else None
        making = Making(embedder, known.projection if known else None)
        manifest = _write(archive, before, comparison, making, engine, report, progress)
        with report.stage(CHECK):
            report.check = _check(archive, before, manifest, embedder, options.check, progress)
        is_worse = report.check.held
        report.check.lost, report.check.held = lost, is_worse or (bool(lost) and not options.check.force)
        if is_worse:
            archive.discard(manifest.snapshot_id)
            return report
        with report.stage("publish"):
            if depot is not None:
                depot.publish(manifest, archive.draft(manifest.snapshot_id), former, options.keep)
            archive.publish(manifest.snapshot_id)
            archive.prune(options.keep)
            progress("publish", 1, 1)
    report.published = True
    _count(report, manifest)
    return report


def _followed(archive: Archive, depot: Depot, options: IngestOptions) -> str | None:
    """Begin from what is current in the depot, and return that; an empty one gets what is published here."""
    former, here = follow(depot, archive), archive.current_id()
    if former is None and here is not None and not options.dry_run:
        depot.publish(archive.manifest(here), archive.path(here), former, options.keep)
        return here
    return former


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
    elif manifest.model.precision != embedder.card.precision:
        report.notes.append(
            f"the precision of passages changed from {manifest.model.precision} to {embedder.card.precision}: "
            "everything is embedded anew"
        )
    elif manifest.chunker != CHUNKER_VERSION:
        report.notes.append("pages are cut in a new way: everything is embedded anew")
    return snapshot


def _compare(
    before: Snapshot | None, readings: Sequence[Reading], work: Path, options: IngestOptions, report: Report
) -> Comparison:
    readable = [reading for reading in readings if reading.readable]
    if readings and not readable:
        raise SourceError(readings[0].report.failed[0][1])
    reuse = not options.rebuild and not report.notes
    comparison = Comparison(before.catalog if before else None, work, reuse=reuse)
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
    making: Making,
    engine: Engine,
    report: Report,
    progress: Progress,
) -> Manifest:
    """Write a draft of all pages, of which a slab is held at a time."""
    making.watch = lambda passages: progress("embed", done, comparison.fresh, f"{passages:,} passages")
    made = engine.make(_slabs(comparison.fresh_pages()), making, report)
    done = 0
    former = before if comparison.kept else None
    with archive.begin(former, maker()) as writer:
        for page in comparison.pages():
            progress("embed", done, comparison.fresh, f"{max(making.passages, report.embedded):,} passages")
            if isinstance(page, KeptPages):
                with report.stage("publish"):
                    writer.keep(page)
                continue
            stored, vectors, tokens = next(made)
            done += 1
            report.embedded += len(vectors)
            with report.stage("publish"):
                writer.add(_dated(before, stored), vectors, tokens)
        progress("embed", done, done, f"{report.embedded:,} passages")
        progress("write", 0, 1)
        with report.stage("publish"):
            writer.set_anchors(comparison.anchors())
            for source, origins in comparison.origins():
                writer.add_origins(source, origins)
            titles = _titles(writer.written.titles(), former, making.embedder)
            written = writer.written
            terms = terms_after(former.catalog, written) if former and writer.is_alike else terms_of(written)
            manifest = writer.finish(making.embedder.card, CHUNKER_VERSION, titles, terms, making.projection)
        progress("write", 1, 1)
        return manifest


def _slabs(pages: Iterable[FreshPage]) -> Iterator[list[FreshPage]]:
    slab: list[FreshPage] = []
    size = 0
    for page in pages:
        slab.append(page)
        size += len(page.page.text)
        if size >= _SLAB:
            yield slab
            slab, size = [], 0
    if slab:
        yield slab


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


def _titles(titles: Sequence[str], before: Snapshot | None, embedder: Embedder) -> Iterator[Vectors]:
    """Yield the vectors of pages' titles, some at a time; those of titles known before are taken over."""
    known = {title: row for row, title in enumerate(before.titles)} if before else {}
    vectors = np.asarray(before.title_vectors) if before else np.empty(0)
    for at in range(0, len(titles), _TITLES):
        some = titles[at : at + _TITLES]
        new = unique(title for title in some if title not in known)
        made = dict(zip(new, embedder.encode_passages(new).vectors, strict=True)) if new else {}
        yield np.stack([made[title] if title in made else vectors[known[title]] for title in some])
