import asyncio
import threading

import pytest

from content.errors import Busy
from service.worker import Worker
from tests.fakes import HashingEmbedder

pytestmark = pytest.mark.anyio


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
    first = asyncio.create_task(worker.run(gate.wait, 60))
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


class GatedEmbedder(HashingEmbedder):
    """Its first pass takes until the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.passes: list[int] = []

    def encode_questions(self, texts):
        self.passes.append(len(texts))
        self.gate.wait(60)
        return super().encode_questions(texts)


def question(text):
    """Ask for a text's vector."""
    embedded = yield [text]
    return embedded.vectors[0]


async def test_questions_that_wait_are_embedded_in_one_pass():
    embedder = GatedEmbedder()
    worker = Worker(100, embedder)
    try:
        asked = [asyncio.create_task(worker.ask(question, "question 0"))]
        async with asyncio.timeout(30):
            while not embedder.passes:  # noqa: ASYNC110 (another thread begins the pass)
                await asyncio.sleep(0.01)
        asked += [asyncio.create_task(worker.ask(question, f"question {i}")) for i in range(1, 41)]
        await asyncio.sleep(0.05)
        embedder.gate.set()
        found = await asyncio.gather(*asked)
    finally:
        worker.close()
    assert embedder.passes == [1, 32, 8]
    for i, one in enumerate(found):
        assert one == pytest.approx(HashingEmbedder().encode_questions([f"question {i}"]).vectors[0])


async def test_other_work_goes_on_while_the_model_is_busy():
    embedder = GatedEmbedder()
    worker = Worker(10, embedder)
    try:
        asked = asyncio.create_task(worker.ask(question, "one"))
        await asyncio.sleep(0.05)
        assert await worker.run(len, "four") == 4
        assert not asked.done()
        embedder.gate.set()
        await asked
    finally:
        worker.close()


async def test_who_goes_away_leaves_the_others_their_pass():
    embedder = GatedEmbedder()
    worker = Worker(10, embedder)
    try:
        gone, stays = (asyncio.create_task(worker.ask(question, text)) for text in ("one", "two"))
        await asyncio.sleep(0.05)
        gone.cancel()
        embedder.gate.set()
        assert len(await stays) == 128
    finally:
        worker.close()
