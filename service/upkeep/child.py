"""A command in a child process, such as an ingest, so that it takes no memory or time of the service's own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

COMMAND = (sys.executable, "-m", "glossator")
_LONGEST_LINE = 16 * 1024 * 1024  # bytes, for who reads line by line
_GRACE = 5.0  # seconds for a child that is told to end


@asynccontextmanager
async def started(
    command: Sequence[str], stdin: int = asyncio.subprocess.DEVNULL, stderr: int | None = asyncio.subprocess.STDOUT
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command; its errors come with its output, or with the service's own where ``stderr`` is None.

    It is ended where the caller leaves before it does.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        limit=_LONGEST_LINE,
    )
    try:
        yield process
    except BaseException:
        await _end(process)
        raise


async def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a command to its end; return its status and what it said. It is ended where the caller is cancelled."""
    async with started(command) as process:
        output, _ = await process.communicate()
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
