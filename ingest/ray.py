"""Ray: the engine for more pages than one machine ingests (Moritz et al., "Ray", arXiv:1712.05889).

The functions of the local engine run as stages of Ray Data, on a cluster where RAY_ADDRESS names one and else in
processes of this machine. What goes in and comes out lies in Ray's object store, which spills to disk. A worker that
dies is replaced, and what it had begun is done again.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Any

from content.embedding import Embedder
from content.errors import EngineError, MissingPackage
from content.interaction import Projection
from ingest.engine import Extracted, LocalEngine, extracted
from ingest.extract import Parser
from ingest.making import FreshPage, Making, Written
from ingest.report import Report
from ingest.sources import RawPage

_DOCUMENTS = 64  # at most that are read by one task
_BYTES = 8 << 20  # of documents at most, beyond the first, that are read by one task
_VALUE = "value"

Rows = dict[str, Any]  # a batch of one row, as Ray hands it to a stage


class RayEngine:
    """Reads and embeds in Ray's workers; ``embedder`` makes their model, and must be picklable.

    ``cpus`` is how many processors of this machine are used, None for all; a cluster knows its own. Raises
    MissingPackage.
    """

    def __init__(self, embedder: Callable[[], Embedder], cpus: int | None = None) -> None:
        if find_spec("ray") is None:
            raise MissingPackage("--engine ray needs Ray. Install it: pip install 'glossator[ray]'")
        self._embedder = embedder
        self._cpus = cpus

    def extract(self, documents: Iterable[RawPage]) -> Iterator[Extracted]:
        """Yield what documents hold."""
        for batch in self._run(_batches(documents), lambda data: data.map_batches(_extract, batch_size=1)):
            yield from batch

    def make(self, slabs: Iterable[Sequence[FreshPage]], making: Making, report: Report) -> Iterator[Written]:
        """Yield the pages of all slabs with their passages and vectors."""
        rest = iter(slabs)
        if making.projection is None and making.embedder.card.late_interaction:
            # All workers must pack token vectors alike, so the packing is learned here, as by the local engine.
            first = next(rest, None)
            if first is not None:
                yield from LocalEngine().make([first], making, report)

        def stages(data: Any) -> Any:
            workers = max(1, int(self._started().cluster_resources()["CPU"]))
            arguments = (self._embedder, making.projection)
            cuts = data.map_batches(_cut, batch_size=1, fn_args=(self._embedder,), num_cpus=0.25)
            return cuts.map_batches(
                _Embedding, batch_size=1, fn_constructor_args=arguments, concurrency=(1, workers), num_cpus=0.5
            )

        made = self._run(rest, stages)
        while True:
            with report.stage("embed"):
                slab = next(made, None)
            if slab is None:
                return
            yield from slab

    def _run(self, values: Iterable[Any], stages: Callable[[Any], Any]) -> Iterator[Any]:
        """Yield what these stages make of values, in their order. Raises EngineError."""
        import pyarrow
        from ray.exceptions import RayError

        try:
            ray = self._started()
            rows = [ray.put(pyarrow.table({_VALUE: [pickle.dumps(value)]})) for value in values]
            if rows:
                for row in stages(ray.data.from_arrow_refs(rows)).iter_rows():
                    yield pickle.loads(row[_VALUE])  # noqa: S301 (our own workers wrote it)
        except (RayError, ConnectionError) as error:
            raise EngineError(
                f"Ray gave up: {error}. What is published stays; try again, or `--engine local`."
            ) from error

    def _started(self) -> Any:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anybody
        import ray
        import ray.data

        if not ray.is_initialized():
            alone: dict[str, Any] = {
                "num_cpus": self._cpus,
                "include_dashboard": False,
                "_node_ip_address": "127.0.0.1",
            }
            ray.init(log_to_driver=False, **({} if "RAY_ADDRESS" in os.environ else alone))
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        return ray


class _Embedding:
    """The stage that embeds; each of its workers loads the model once."""

    def __init__(self, embedder: Callable[[], Embedder], projection: Projection | None) -> None:
        self._making = Making(embedder(), projection)

    def __call__(self, batch: Rows) -> Rows:
        return _each(batch, lambda given: self._making.embed(*given))


def _cut(batch: Rows, embedder: Callable[[], Embedder]) -> Rows:
    making = Making(_known(embedder), None)
    return _each(batch, lambda slab: (slab, making.cut(slab)))


@cache
def _known(embedder: Callable[[], Embedder]) -> Embedder:
    return embedder()


def _extract(batch: Rows) -> Rows:
    with Parser() as parser:
        return _each(batch, lambda documents: [(replace(raw, data=b""), extracted(raw, parser)) for raw in documents])


def _each(batch: Rows, function: Callable[[Any], Any]) -> Rows:
    return {_VALUE: [pickle.dumps(function(pickle.loads(value))) for value in batch[_VALUE]]}  # noqa: S301 (as above)


def _batches(documents: Iterable[RawPage]) -> Iterator[list[RawPage]]:
    batch: list[RawPage] = []
    size = 0
    for raw in documents:
        batch.append(raw)
        size += len(raw.data)
        if size >= _BYTES or len(batch) >= _DOCUMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
