"""Running a verb again and again, each time as a child process: no failure ends it, and memory is given back."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import FrameType
from typing import NoReturn

from glossator.output import note

_GRACE = 10  # seconds for a child that is told to end


def repeat(arguments: Sequence[str], seconds: int) -> None:
    """Run ``glossator`` with these arguments at once and then every so many seconds.

    Returns when this process is interrupted or told to end; a run that is under way then is ended too. A run that fails
    says why itself.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        while True:
            began = time.monotonic()
            status = _run([sys.executable, "-m", "glossator", *arguments])
            wait = max(0.0, began + seconds - time.monotonic())
            again = datetime.now().astimezone() + timedelta(seconds=wait)
            note(f"exit status {status}; the next run is at {again:%Y-%m-%d %H:%M:%S}")
            time.sleep(wait)
    except KeyboardInterrupt:
        note("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(command: Sequence[str]) -> int:
    process = subprocess.Popen(command)  # noqa: S603 (the command is ours)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
