"""Facts: what a scrape finds in the state of the service instead of in counters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from content.errors import NoSnapshot
from content.manifest import Manifest
from service.api.visitor import Services
from service.upkeep.schedule import Run, last_runs

_INTERVAL = 1.0  # seconds between two samples


def exposition(services: Services, accept: str) -> tuple[bytes, str]:
    """Return all metrics as text, and the media type of that text: the best of what the scraper accepts."""
    registry = services.metrics.collected()
    registry.register(Facts(services))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


def sample(services: Services) -> None:
    """Measure what goes up and down in this process."""
    services.metrics.sample(services.worker.waiting, len(services.conversations), services.store.spool.dropped)


async def sampling(services: Services) -> None:
    """Measure every second, until cancelled: a scrape reaches one process, and tells of all."""
    while True:
        sample(services)
        await asyncio.sleep(_INTERVAL)


class Facts(Collector):
    """What every process of the service finds alike: the snapshot, the last ingests of the schedule, the store."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Yield them as they are now."""
        yield InfoMetricFamily("glossator_build", "The version that runs.", {"version": version("glossator")})
        try:
            manifest = self._services.library.current.manifest
        except NoSnapshot:
            manifest = None
        yield from _snapshot(manifest, stale=self._services.library.problem is not None)
        yield from _ingests(last_runs(self._services.settings))
        store = self._services.store
        backlog = "What waits on disk for the database, of all processes of this data folder."
        yield GaugeMetricFamily("glossator_spool_bytes", backlog, value=store.spool.backlog())
        reachable = "1 where the database can be reached from the process that was scraped, else 0."
        yield GaugeMetricFamily("glossator_store_reachable", reachable, value=store.reachable)


def _snapshot(manifest: Manifest | None, stale: bool) -> Iterator[Metric]:
    info = InfoMetricFamily("glossator_snapshot", "The snapshot that is answered from.")
    created = GaugeMetricFamily(
        "glossator_snapshot_created_timestamp_seconds", "When it was made; time() less this is its age."
    )
    held = GaugeMetricFamily("glossator_snapshot_items", "What it holds.", labels=("kind",))
    if manifest is not None:
        info.add_metric((), {"snapshot_id": manifest.snapshot_id})
        created.add_metric((), datetime.fromisoformat(manifest.created).timestamp())
        for kind, number in (("page", manifest.pages), ("passage", manifest.passages), ("term", manifest.terms)):
            held.add_metric((kind,), number)
    refused = "1 where a newer snapshot is there and cannot be used, else 0."
    yield from (info, created, held, GaugeMetricFamily("glossator_snapshot_refused", refused, value=stale))


def _ingests(runs: list[Run]) -> Iterator[Metric]:
    labels = ("source", "collection")
    started = GaugeMetricFamily(
        "glossator_ingest_started_timestamp_seconds", "When a source with a schedule was last begun.", labels=labels
    )
    took = GaugeMetricFamily("glossator_ingest_seconds", "How long its last ingest took.", labels=labels)
    status = GaugeMetricFamily(
        "glossator_ingest_exit_status",
        "How it ended: 0 done, 1 in part, 2 not at all. Absent while it runs, and where it was broken off.",
        labels=labels,
    )
    for run in runs:
        started.add_metric((run.location, run.collection), run.started)
        if run.status is not None:
            took.add_metric((run.location, run.collection), run.seconds)
            status.add_metric((run.location, run.collection), run.status)
    yield from (started, took, status)
