"""The spool: what was acknowledged is on disk, whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from content.errors import StoreUnavailable
from service.store.spool import Record, Segments, Spool

pytestmark = pytest.mark.anyio


def record(number: int, size: int = 0) -> Record:
    return Record("leads", {"id": f"id-{number}", "message": "x" * size})


def ids(folder) -> list[str]:
    segments = Segments(folder)
    return [one.row["id"] for path in segments.all() for one in segments.read(path)]


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool", 100_000)
    spool.start()
    yield spool
    spool.close()


async def test_what_is_acknowledged_can_be_read_at_once(spool, tmp_path):
    await asyncio.gather(*(spool.append(record(i)) for i in range(50)))
    assert sorted(ids(tmp_path / "spool")) == sorted(f"id-{i}" for i in range(50))


async def test_what_was_offered_is_on_disk_after_a_flush(spool, tmp_path):
    await spool.flush()
    assert ids(tmp_path / "spool") == []
    for i in range(20):
        spool.offer(record(i))
    await spool.flush()
    assert ids(tmp_path / "spool") == [f"id-{i}" for i in range(20)]


async def test_a_segment_is_complete_only_after_its_writer_has_let_go(spool, tmp_path):
    await spool.append(record(1))
    segments = Segments(tmp_path / "spool")
    assert list(segments.complete()) == []
    assert len(segments.all()) == 1
    spool.close()
    assert list(segments.complete()) == segments.all()


async def test_a_segment_is_let_go_by_itself(spool, tmp_path):
    await spool.append(record(1))
    for _ in range(1200):
        if list(Segments(tmp_path / "spool").complete()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the segment is still held")


async def test_a_full_spool_refuses_what_is_waited_for_and_counts_what_is_not(spool, tmp_path):
    await spool.append(record(1, 89_000))
    spool.offer(record(2, 5_000))  # beyond what conversations may take
    assert spool.dropped == 1
    await spool.append(record(3, 5_000))  # leads have room left
    with pytest.raises(StoreUnavailable) as refused:
        await spool.append(record(4, 10_000))
    assert refused.value.retry_after > 0
    assert ids(tmp_path / "spool") == ["id-1", "id-3"]


async def test_there_is_room_again_once_it_is_drained(spool, tmp_path):
    await spool.append(record(1, 99_000))
    spool.close()
    for path in Segments(tmp_path / "spool").complete():
        path.unlink()
    spool.start()
    await spool.append(record(2, 99_000))


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-7], lambda data: data[:-4] + b"XX" + data[-2:], lambda data: data + b"\n\x00\xff 1"]
)
async def test_a_damaged_line_is_left_out_and_the_others_are_read(spool, tmp_path, damage):
    await spool.append(record(1))
    await spool.append(record(2))
    spool.close()
    [path] = Segments(tmp_path / "spool").all()
    path.write_bytes(damage(path.read_bytes()))
    assert ids(tmp_path / "spool")[0] == "id-1"
    assert set(ids(tmp_path / "spool")) <= {"id-1", "id-2"}


async def test_a_folder_that_cannot_be_written_is_no_success(tmp_path):
    spool = Spool(tmp_path / "spool", 100_000)
    spool.start()
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_text("no folder")
    with pytest.raises(StoreUnavailable):
        await spool.append(record(1))
    spool.offer(record(2))
    spool.close()
    assert spool.dropped == 1


_WRITER = """
import asyncio, sys, pathlib
from service.store.spool import Record, Spool
async def main():
    spool = Spool(pathlib.Path(sys.argv[1]), 1 << 30)
    spool.start()
    async def one(n):
        await spool.append(Record("leads", {"id": str(n)}))
        print(n, flush=True)
    n = 0
    while True:
        await asyncio.gather(*(one(n + i) for i in range(20)))
        n += 20
asyncio.run(main())
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path):
    folder = tmp_path / "spool"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(100)]
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.read().splitlines(keepends=True)
        process.stdout.close()
        process.wait()
        acknowledged = {line.strip() for line in said if line.endswith("\n")}
        segments = Segments(folder)
        complete = list(segments.complete())
        assert complete == segments.all(), "a dead writer holds nothing"
        assert acknowledged <= {one.row["id"] for path in complete for one in segments.read(path)}
        for path in complete:
            path.unlink()
