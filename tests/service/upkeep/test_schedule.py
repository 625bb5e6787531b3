"""Sources are ingested when they are due, by a child process, one at a time."""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress

import pytest

from content.errors import ConfigurationError
from service.settings import load_settings
from service.upkeep.interval import seconds
from service.upkeep.schedule import Schedule

pytestmark = pytest.mark.anyio

# Stands where the command line does: notes what it was told and its process, and fails where another is at work.
CHILD = """
import os, sys, time
from pathlib import Path
folder = Path(sys.argv[0]).parent
busy = folder / "busy"
busy.touch(exist_ok=False)
with (folder / "calls").open("a") as file:
    file.write(f"{os.getpid()} {' '.join(sys.argv[1:])}\\n")
time.sleep(SLEEP)
print("read it")
busy.unlink()
sys.exit(STATUS)
"""


class Place:
    def __init__(self, folder):
        self.folder = folder
        self.var = folder / "var"

    def schedule(self, *sources, sleep=0.0, status=0):
        script = self.folder / "child.py"
        script.write_text(CHILD.replace("SLEEP", str(sleep)).replace("STATUS", str(status)))
        return Schedule(load_settings(data_dir=self.var, source=sources), (sys.executable, str(script)))

    @property
    def calls(self):
        path = self.folder / "calls"
        return [line.split(" ", 1) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def runs(self):
        path = self.var / "schedule.json"
        return json.loads(path.read_text()) if path.exists() else []


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


async def until(condition):
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 (what is waited for are files of another process)
            await asyncio.sleep(0.05)


async def stop(*watching):
    for task in watching:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


OFTEN = {"location": "docs", "collection": "help", "schedule": "1s"}
DAILY = {"location": "-odd name", "schedule": "1d"}
NEVER = {"location": "by hand"}


async def test_a_source_is_ingested_whenever_it_is_due(place):
    watching = asyncio.create_task(place.schedule(OFTEN, DAILY, NEVER).watch())
    await until(lambda: sum("docs" in call for _, call in place.calls) >= 3)
    await stop(watching)
    told = [call for _, call in place.calls]
    assert set(told) == {
        f"--data-dir {place.var} ingest --collection help -- docs",
        f"--data-dir {place.var} ingest --collection default -- -odd name",
    }
    assert sum("odd" in call for call in told) == 1


async def test_two_are_never_at_work_at_once(place):
    other = OFTEN | {"location": "more"}
    watching = asyncio.create_task(place.schedule(OFTEN, other, sleep=0.3).watch())
    await until(lambda: len(place.calls) >= 4)
    await stop(watching)
    ended = [run for run in place.runs if run["status"] is not None]
    assert ended
    assert all(run["status"] == 0 for run in ended)


async def test_of_several_processes_one_keeps_the_schedule(place):
    watching = [asyncio.create_task(place.schedule(DAILY).watch()) for _ in range(3)]
    await until(lambda: place.runs and place.runs[0]["status"] == 0)
    await stop(*watching)
    assert len(place.calls) == 1


async def test_a_restart_is_no_reason_to_ingest(place):
    first = asyncio.create_task(place.schedule(DAILY).watch())
    await until(lambda: place.runs and place.runs[0]["status"] == 0)
    await stop(first)
    second = asyncio.create_task(place.schedule(DAILY, OFTEN).watch())
    await until(lambda: sum("docs" in call for _, call in place.calls) >= 2)
    await stop(second)
    assert sum("odd" in call for _, call in place.calls) == 1


async def test_what_a_run_said_is_logged_and_kept(place, caplog):
    watching = asyncio.create_task(place.schedule(DAILY, status=1).watch())
    await until(lambda: place.runs and place.runs[0]["status"] is not None)
    await stop(watching)
    (run,) = place.runs
    assert (run["location"], run["status"], run["said"]) == ("-odd name", 1, ["read it"])
    (warned,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "exit status 1" in warned
    assert "read it" in warned


async def test_a_child_ends_with_the_service(place):
    watching = asyncio.create_task(place.schedule(DAILY, sleep=600).watch())
    await until(lambda: place.calls)
    await stop(watching)
    assert not alive(int(place.calls[0][0]))
    assert place.runs[0]["status"] is None


async def test_after_the_clock_was_set_back_or_the_file_was_damaged_a_source_is_due(place):
    place.var.mkdir()
    ahead = {"location": "-odd name", "collection": "default", "started": time.time() + 1e6, "said": []}
    for number, text in enumerate((json.dumps([ahead]), "[{", '[{"location": 1}]'), 1):
        (place.var / "schedule.json").write_text(text)
        watching = asyncio.create_task(place.schedule(DAILY).watch())
        await until(lambda number=number: len(place.calls) == number and place.runs[0]["status"] == 0)
        await stop(watching)


async def test_without_schedules_there_is_nothing_to_watch(place):
    await place.schedule(NEVER).watch()
    assert not place.var.exists()


@pytest.mark.parametrize(("written", "meant"), [("45s", 45), ("30m", 1800), ("6h", 21600), ("1d", 86400)])
def test_intervals(written, meant):
    assert seconds(written) == meant


@pytest.mark.parametrize("written", ["", "6", "h", "0h", "-1h", "6 h", "6h30m", "1.5h", "6H", "٣h", "9999999d"])
def test_what_is_no_interval(written):
    with pytest.raises(ValueError, match="is no interval"):
        seconds(written)
    with pytest.raises(ConfigurationError, match="schedule"):
        load_settings(source=[{"location": "docs", "schedule": written}])
