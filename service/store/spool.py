"""The spool: what workers want to keep, on disk before the database has it, so that nothing waits for the database.

A segment is a file of lines, each a checksum and a record as JSON. One thread of each process writes its own segments;
while it does, it holds a lock on the file, so the drainer knows which segments are complete: those that nobody holds.
A line is acknowledged when it is on disk (fsync), many callers sharing one. A line that a crash cut off was never
acknowledged, and its checksum says so.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import queue
import secrets
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from content.errors import ConfigurationError, StoreUnavailable

_log = logging.getLogger("glossator.spool")
_SUFFIX = ".jsonl"
_SEGMENT_SECONDS = 0.5  # after which a segment is closed, so that the drainer can finish with it
_SEGMENT_BYTES = 4 * 1024 * 1024
_GATHERED = 256  # lines that share one fsync at most
_RESERVED = 0.1  # of the spool is kept for what callers wait for: leads, handoffs, feedback
_RETRY_AFTER = 30  # seconds that a caller is told to wait where the spool is full


@dataclass(frozen=True, slots=True)
class Record:
    """A row to be kept: ``kind`` names the table, ``row`` has its columns."""

    kind: str
    row: dict[str, Any]


@dataclass(slots=True)
class _Line:
    data: bytes
    written: asyncio.Future[None] | None
    loop: asyncio.AbstractEventLoop | None


@dataclass(slots=True)
class _Segment:
    file: IO[bytes]
    opened: float = field(default_factory=time.monotonic)
    size: int = 0


class Spool:
    """Writes records to segments in ``folder``, at most ``most`` bytes that are not drained yet."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._lines: queue.Queue[_Line | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._queued = 0  # bytes that wait for the thread
        self._counting = threading.Lock()  # of the line above, which two threads change
        self._stored = 0  # bytes in the folder, as last counted, and what was written since
        self._segment: _Segment | None = None
        self.dropped = 0  # conversation rows that found the spool full, since the start

    def start(self) -> None:
        """Begin to write. Raises ConfigurationError where the folder cannot be used."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._stored = _size(self._folder)
        except OSError as error:
            raise ConfigurationError(
                f"{self._folder} cannot be written ({error.strerror}), so nothing could be kept. "
                "Give the service a data folder of its own (data_dir)."
            ) from error
        self._thread = threading.Thread(target=self._work, name="glossator-spool", daemon=True)
        self._thread.start()

    async def append(self, record: Record) -> None:
        """Return once the record is on disk. Raises StoreUnavailable where it cannot be: then it was not kept."""
        data = _line(record)
        if self._full(len(data), self._most):
            raise StoreUnavailable("the spool is full, so this was not kept; try again later.", _RETRY_AFTER)
        await self._put_and_wait(data)

    async def flush(self) -> None:
        """Return once all that was offered so far is on disk. Raises StoreUnavailable."""
        await self._put_and_wait(b"")

    def offer(self, record: Record) -> None:
        """Keep a record without being waited for; where the spool is full it is dropped and counted."""
        data = _line(record)
        if self._full(len(data), round(self._most * (1 - _RESERVED))):
            self._drop("the spool is full")
        else:
            self._put(_Line(data, None, None))

    def backlog(self) -> int:
        """Return the bytes on disk that are not in the database yet, of all processes of the folder."""
        return _size(self._folder) if self._folder.is_dir() else 0

    def close(self) -> None:
        """Write what waits and let the segment go."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join()
            self._thread = None

    def _full(self, more: int, most: int) -> bool:
        return self._stored + self._queued + more > most

    def _put(self, line: _Line) -> None:
        with self._counting:
            self._queued += len(line.data)
        self._lines.put(line)

    async def _put_and_wait(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._put(_Line(data, written, loop))
        await written

    def _drop(self, why: str) -> None:
        if not self.dropped:
            _log.warning("%s: conversations are answered, but not kept", why)
        self.dropped += 1

    def _work(self) -> None:
        while True:
            batch, ended = self._gather()
            if batch:
                self._write(batch)
            if self._segment and (ended or self._is_over(self._segment)):
                self._close_segment()
            if ended:
                return

    def _gather(self) -> tuple[list[_Line], bool]:
        """Return what waits, or nothing after a moment; true at the end."""
        batch: list[_Line] = []
        try:
            # An open segment must be closed in time; without one there is nothing to do but wait.
            line = self._lines.get(timeout=_SEGMENT_SECONDS if self._segment else None)
            while line is not None:
                batch.append(line)
                if len(batch) == _GATHERED:
                    return batch, False
                line = self._lines.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _write(self, batch: list[_Line]) -> None:
        data = b"".join(line.data for line in batch)
        if not data:  # somebody wanted to know that nothing waits
            _settle(batch, None)
            return
        failure = self._written(data)
        with self._counting:  # before anybody hears of it, and asks whether there is room
            self._queued -= len(data)
        _settle(batch, failure)
        for line in batch if failure else ():
            if line.written is None:
                self._drop("the spool cannot be written")

    def _written(self, data: bytes) -> StoreUnavailable | None:
        """Bring data to the disk; return why that cannot be done."""
        try:
            self._segment = self._segment or self._open_segment()
            _write_all(self._segment.file.fileno(), data)
            os.fsync(self._segment.file.fileno())
        except OSError as error:
            self._close_segment()  # what was half written is the end of a segment, where nothing follows it
            _log.error("the spool in %s cannot be written: %s", self._folder, error)
            return StoreUnavailable(f"nothing can be kept at the moment ({error.strerror}); try again later.")
        self._segment.size += len(data)
        self._stored += len(data)
        return None

    def _is_over(self, segment: _Segment) -> bool:
        return segment.size >= _SEGMENT_BYTES or time.monotonic() - segment.opened >= _SEGMENT_SECONDS

    def _open_segment(self) -> _Segment:
        # A name sorts by its time; the dot hides it from the drainer until it is locked.
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}{_SUFFIX}"
        draft = self._folder / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        file = os.fdopen(descriptor, "ab", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX)
        draft.rename(self._folder / name)
        _sync_folder(self._folder)
        self._stored = _size(self._folder)
        return _Segment(file)

    def _close_segment(self) -> None:
        if self._segment is not None:
            self._segment.file.close()
            self._segment = None


class Segments:
    """What the drainer reads. Only complete segments are given, the oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def complete(self) -> Iterator[Path]:
        """Yield the segments that nobody writes to any more."""
        for path in self.all():
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
            yield path

    def all(self) -> list[Path]:
        """Return all segments, the oldest first."""
        return sorted(path for path in self._folder.glob(f"[0-9]*{_SUFFIX}"))

    def read(self, path: Path) -> list[Record]:
        """Return the records of a segment. Lines that are no whole records are left out, and logged by their number."""
        records = []
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            record = _record(line)
            if record is not None:
                records.append(record)
            elif line:
                _log.warning("%s line %d is cut off or damaged and was left out", path.name, number)
        return records


def _line(record: Record) -> bytes:
    said = json.dumps([record.kind, record.row], ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(said), said)


def _record(line: bytes) -> Record | None:
    checksum, _, said = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(said):
            return None
        kind, row = json.loads(said)
    except ValueError:
        return None
    return Record(kind, row)


def _settle(batch: list[_Line], error: StoreUnavailable | None) -> None:
    for line in batch:
        if line.written is not None and line.loop is not None:
            line.loop.call_soon_threadsafe(_resolve, line.written, error)


def _resolve(future: asyncio.Future[None], error: StoreUnavailable | None) -> None:
    if future.done():  # its caller has gone away
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # drained meanwhile
            continue
    return total


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of it; the system may take a part at a time, as on a disk that is nearly full."""
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
