import asyncio

import pytest

from service.learn.memo import Memo

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.computed = 0

    def memo(self, life: float) -> Memo:
        return Memo(life, clock=lambda: self.now)

    def computing(self, seconds: float = 0.0):
        """Return something to compute that takes so long."""

        async def compute() -> int:
            self.now += seconds
            self.computed += 1
            return self.computed

        return compute


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_old_is_given_out_once_more_while_it_is_computed_anew(clock):
    memo = clock.memo(life=60)
    assert await memo.get("a", clock.computing()) == 1
    clock.now = 59
    assert await memo.get("a", clock.computing()) == 1
    clock.now = 61
    assert await memo.get("a", clock.computing()) == 1
    await settled()
    assert await memo.get("a", clock.computing()) == 2
    clock.now = 10_000
    assert await memo.get("a", clock.computing()) == 3


async def test_what_is_prepared_is_there_for_who_asks_first(clock):
    memo = clock.memo(life=60)
    await memo.prepare("a", clock.computing())
    await memo.prepare("a", clock.computing())
    assert await memo.get("a", clock.computing()) == 1


async def test_what_takes_long_is_computed_for_a_twentieth_of_the_time(clock):
    memo = clock.memo(life=60)
    await memo.prepare("a", clock.computing(seconds=30))
    clock.now = 30 + 20 * 30 - 31
    await memo.prepare("a", clock.computing(seconds=30))
    assert clock.computed == 1
    clock.now += 2
    await memo.prepare("a", clock.computing(seconds=30))
    assert clock.computed == 2


async def test_with_a_life_of_none_all_is_computed_when_it_is_asked_for(clock):
    memo = clock.memo(life=0)
    await memo.prepare("a", clock.computing(seconds=1))
    assert clock.computed == 0
    assert [await memo.get("a", clock.computing(seconds=1)) for _ in range(2)] == [1, 2]


async def test_a_failure_is_told_and_not_kept(clock):
    async def fail() -> None:
        raise ValueError("no")

    memo = clock.memo(life=60)
    with pytest.raises(ValueError, match="no"):
        await memo.get("a", fail)
    assert await memo.get("a", clock.computing()) == 1
    memo.forget()
    assert await memo.get("a", clock.computing()) == 2
