import sqlite3
from collections.abc import Iterator

import pytest

from ingest.web.address import parse
from ingest.web.traps import Traps, families, repeats


@pytest.fixture
def traps() -> Iterator[Traps]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(Traps.SCHEMA)
    yield Traps(connection)
    connection.close()


def of(target: str) -> set[str]:
    return {family.removeprefix("https://example.com") for family in families(parse("https://example.com" + target))}


def test_families():
    assert of("/about/team") == set()
    assert of("/calendar/2024/05") == {"/calendar/…/…"}
    assert of("/2024-05-01/news") == {"/…/news"}
    assert of("/s/0a1b2c3d4e5f6a7b/about") == {"/s/…"}
    assert of("/list?offset=20&sort=name") == {"/…?offset=", "/…?sort="}
    assert of("/docs/14/functions.html") == {"/docs/…/functions.html"}  # versions are no calendar


@pytest.mark.parametrize("path", ["/a/b/a/b/a/b/", "/x/x/x", "/" + "/".join(map(str, range(25)))])
def test_loops(path):
    assert repeats(parse("https://example.com" + path))


@pytest.mark.parametrize("path", ["/en/docs/docs/intro", "/2024/05/05/5/5", "/"])
def test_paths_that_are_none(path):
    assert not repeats(parse("https://example.com" + path))


def test_a_family_that_says_nothing_new_is_left(traps):
    for day in range(40):
        address = parse(f"https://example.com/calendar/{day}")
        if traps.refusal(address):
            break
        traps.note(address, {1, 2, 3})
    assert day == 20
    assert "/calendar/…" in traps.refusal(parse("https://example.com/calendar/999"))
    assert traps.refusal(parse("https://example.com/about")) is None


def test_a_family_that_goes_on_saying_something_new_stays(traps):
    for article in range(200):
        address = parse(f"https://example.com/article/{article}")
        assert traps.refusal(address) is None
        traps.note(address, {1, 2, 1000 + article // 2})  # every other one is a mere repetition


def test_what_was_learned_is_forgotten_with_the_crawl(traps):
    for day in range(30):
        traps.note(parse(f"https://example.com/calendar/{day}"), {1})
    traps.clear()
    assert traps.refusal(parse("https://example.com/calendar/1")) is None
