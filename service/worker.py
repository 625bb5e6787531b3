"""The worker: the two threads in which embedding and searching run, off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from content.embedding import Embedded, Embedder
from content.errors import Busy

_P = ParamSpec("_P")
_T = TypeVar("_T")

# Work that yields questions once, is sent them as the model understands them, and returns.
Asking = Generator[Sequence[str], Embedded, _T]

_BATCH = 32  # questions in one pass; more of them take longer without being cheaper


@dataclass(slots=True)
class _Batch:
    """Questions that wait for the same pass of the model."""

    texts: list[str] = field(default_factory=list)
    embedded: Future[Embedded] | None = None


class Worker:
    """Runs one piece of work after the other, and beside it the model, which uses all cores for a single text.

    Questions that come while the model is busy are embedded in one pass, which takes little longer than a single one's;
    none waits for others to come.
    """

    def __init__(self, most_waiting: int, embedder: Embedder) -> None:
        self._most = most_waiting
        self._embedder = embedder
        self._waiting = 0
        self._batch: _Batch | None = None  # the one that still takes questions
        self._lock = threading.Lock()
        self._model = ThreadPoolExecutor(max_workers=1, thread_name_prefix="glossator-model")
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="glossator-worker")

    @property
    def waiting(self) -> int:
        """How many wait for their work to be done; those who left do not count."""
        return self._waiting

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what the work returns. Raises Busy where too much waits already."""
        with self._place():
            return await asyncio.wrap_future(self._executor.submit(work, *args, **kwargs))

    async def ask(self, work: Callable[_P, Asking[_T]], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what the work returns, its questions embedded beside those of others. Raises Busy as well."""
        with self._place():
            asking = work(*args, **kwargs)
            texts = await asyncio.wrap_future(self._executor.submit(next, asking))
            embedded = await self._embed(texts)
            return await asyncio.wrap_future(self._executor.submit(_finish, asking, embedded))

    def close(self) -> None:
        """Finish what runs, drop what waits."""
        for executor in (self._model, self._executor):
            executor.shutdown(wait=True, cancel_futures=True)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._waiting >= self._most:
            raise Busy(f"{self._waiting} questions are waiting already. Try again in a moment.")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _embed(self, texts: Sequence[str]) -> Embedded:
        with self._lock:
            batch = self._batch
            if batch is None or len(batch.texts) + len(texts) > _BATCH:
                batch = self._batch = _Batch()
            at = len(batch.texts)
            batch.texts += texts
            if batch.embedded is None:
                batch.embedded = self._model.submit(self._encode, batch)
        # Whoever goes away leaves the others their pass.
        embedded = await asyncio.shield(asyncio.wrap_future(batch.embedded))
        return embedded.part(slice(at, at + len(texts)))

    def _encode(self, batch: _Batch) -> Embedded:
        with self._lock:
            if self._batch is batch:
                self._batch = None  # what comes from now on waits for the next pass
        return self._embedder.encode_questions(batch.texts)


def _finish(asking: Asking[_T], embedded: Embedded) -> _T:
    try:
        asking.send(embedded)
    except StopIteration as done:
        result: _T = done.value
        return result
    raise AssertionError("work asks for its questions once")
