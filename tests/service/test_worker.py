import asyncio
import threading

import pytest

from content.errors import Busy
from service.worker import Worker
from tests.fakes import HashingEmbedder

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def worker():
    worker = Worker(2, HashingEmbedder())
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


async def test_questions_that_wait_are_embedded_in_one_pass():
    embedder, gate = HashingEmbedder(), threading.Event()
    passes = []

    class Counting(HashingEmbedder):
        def encode_questions(self, texts):
            passes.append(len(texts))
            return super().encode_questions(texts)

    def question(text):
        embedded = yield [text]
        return embedded

    worker = Worker(100, Counting())
    try:
        busy = asyncio.create_task(worker.run(gate.wait, 10))
        await asyncio.sleep(0)
        asked = [asyncio.create_task(worker.ask(question, f"question {i}")) for i in range(40)]
        await asyncio.sleep(0.05)
        gate.set()
        found = await asyncio.gather(*asked)
        await busy
    finally:
        worker.close()
    assert passes == [32, 8]
    for i, one in enumerate(found):
        assert one.vectors == pytest.approx(embedder.encode_questions([f"question {i}"]).vectors)


async def test_who_goes_away_leaves_the_others_their_pass(worker):
    gate = threading.Event()

    def question(text):
        embedded = yield [text]
        return len(embedded.vectors)

    roomy = Worker(10, HashingEmbedder())
    try:
        busy = asyncio.create_task(roomy.run(gate.wait, 10))
        await asyncio.sleep(0)
        gone, stays = (asyncio.create_task(roomy.ask(question, text)) for text in ("one", "two"))
        await asyncio.sleep(0.05)
        gone.cancel()
        gate.set()
        assert await stays == 1
        await busy
    finally:
        roomy.close()
