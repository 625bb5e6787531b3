"""The command line in a child process, such as an ingest, so that it takes no memory or time of the service's own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

COMMAND = (sys.executable, "-m", "glossator")
_GRACE = 5.0  # seconds for a child that is told to end


async def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a command to its end; return its status and what it said. It is ended where the caller is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        await _end(process)
        raise
    assert process.returncode is not None, "it has ended"
    return process.returncode, output.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), _GRACE)
    except TimeoutError:
        process.kill()
        await process.communicate()
