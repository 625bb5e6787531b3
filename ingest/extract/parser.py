"""The parser of documents: hands them to a child process, so that none of them can take the ingest down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from content.errors import PageError
from ingest.draft import Draft
from ingest.extract.format import Format
from ingest.extract.limits import LARGEST_REPLY, Limits

# Parsers leak and caches grow: a child makes room for a new one after so many documents.
_DOCUMENTS_A_CHILD = 100
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a child says of a document: its drafts, or why there are none. ``crowded`` where memory ran out."""

    drafts: tuple[Draft, ...] = ()
    problem: str | None = None
    crowded: bool = False


_REPLY = TypeAdapter(Reply)


class Parser:
    """Parses one document at a time in a child process that is started at the first one and replaced when it dies.

    Threads may share it.
    """

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self._limits = limits
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._drop()

    def parse(self, document: bytes, form: Format) -> list[Draft]:
        """Return a document's drafts. Raises PageError where it cannot be read within the limits."""
        with self._lock:
            try:
                return self._parse(document, form)
            except _ChildLostError as lost:
                if not lost.used:
                    raise PageError(str(lost)) from lost
            # What earlier documents left in the child may be to blame: a fresh one decides.
            try:
                return self._parse(document, form)
            except _ChildLostError as lost:
                raise PageError(str(lost)) from lost

    def _parse(self, document: bytes, form: Format) -> list[Draft]:
        if self._child is None or self._child.documents >= _DOCUMENTS_A_CHILD:
            self._drop()
            self._child = _Child(self._limits)
        child = self._child
        used = child.documents > 0
        try:
            reply = child.ask(document, form)
        except EOFError as error:
            reason, ours = child.end()
            self._child = None
            raise _ChildLostError(reason, used=used and not ours) from error
        if reply.crowded:
            self._drop()
            raise _ChildLostError(f"it needs more than {_mebibytes(self._limits)} of memory; split it", used=used)
        if reply.problem is not None:
            raise PageError(reply.problem)
        return list(reply.drafts)

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _ChildLostError(Exception):
    """A child died or ran out of memory; ``used`` where another document before this one may be why."""

    def __init__(self, reason: str, *, used: bool) -> None:
        super().__init__(reason)
        self.used = used


class _Child:
    """A running child process."""

    def __init__(self, limits: Limits) -> None:
        self.documents = 0
        self._limits = limits
        self._late = threading.Event()
        ours, theirs = Pipe()
        self._connection: Connection[bytes, bytes] = ours
        with theirs:
            arguments = [str(theirs.fileno()), str(limits.memory), str(limits.cpu_seconds)]
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", "ingest.extract.child", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
            )

    def ask(self, document: bytes, form: Format) -> Reply:
        """Return the child's reply. Raises EOFError where it died or had to be killed."""
        self.documents += 1
        timer = threading.Timer(self._limits.seconds, self._kill_late)
        timer.start()
        try:
            self._connection.send_bytes(form.encode())
            self._connection.send_bytes(document)
            return _REPLY.validate_json(self._connection.recv_bytes(LARGEST_REPLY))
        except (OSError, ValidationError) as error:  # the connection broke, or the reply is none
            raise EOFError from error
        finally:
            timer.cancel()

    def end(self) -> tuple[str, bool]:
        """End the child; return why it was lost, and whether that is certainly the last document's fault."""
        self._connection.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._late.is_set():
            return f"it needs more than {self._limits.seconds:g} s; split it", True
        return _death(self._process.returncode, self._limits)

    def _kill_late(self) -> None:
        self._late.set()
        self._process.kill()


def _death(status: int, limits: Limits) -> tuple[str, bool]:
    if status == -signal.SIGXCPU:
        return f"it needs more than {limits.cpu_seconds} s of processor time; split it", True
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"it is damaged, or it needs more than {_mebibytes(limits)} of memory: its parser died ({how})", False


def _mebibytes(limits: Limits) -> str:
    return f"{limits.memory >> 20:,} MiB"


def _environment() -> Mapping[str, str]:
    # No secrets: whatever a hostile document makes of the parser, there is nothing to be had in the child.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    return kept | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
