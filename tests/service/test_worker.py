import asyncio
import threading

import pytest

from content.errors import Busy
from service.worker import Worker

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def worker():
    worker = Worker(2)
    yield worker
    worker.close()


async def test_work_runs_in_one_thread_off_the_loop(worker):
    threads = {await worker.run(threading.get_ident) for _ in range(3)}
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


async def test_errors_come_back(worker):
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 / 0)


async def test_what_waits_can_be_cancelled_and_makes_room(worker):
    gate = threading.Event()
    ran = []
    first = asyncio.create_task(worker.run(gate.wait, 10))
    second = asyncio.create_task(worker.run(ran.append, 1))
    await asyncio.sleep(0.05)
    with pytest.raises(Busy) as caught:
        await worker.run(ran.append, 2)
    assert caught.value.retry_after == 1
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    third = asyncio.create_task(worker.run(ran.append, 3))
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(first, third)
    assert ran == [3]
