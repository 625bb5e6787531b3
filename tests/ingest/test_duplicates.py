import random

import pytest

from ingest.duplicates import Duplicates
from ingest.reading import read_source
from ingest.sources import Source

WORDS = [f"word{i}" for i in range(3000)]


def text(seed: int, length: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def changed(words: list[str], share: float) -> list[str]:
    chance = random.Random(1)
    words = list(words)
    for at in chance.sample(range(len(words)), int(share * len(words))):
        words[at] = f"other{at}"
    return words


def test_a_text_that_comes_again():
    duplicates = Duplicates()
    for i in range(200):
        assert duplicates.original(f"page {i}", " ".join(text(i))) is None
    assert duplicates.original("again", " ".join(text(7))) == "page 7"
    assert duplicates.original("printed", " ".join([*text(8), "Printed", "on", "Monday"])) == "page 8"
    assert duplicates.original("cased", " ".join(text(9)).upper()) == "page 9"


def test_texts_that_differ_in_more_than_a_line_stay():
    duplicates = Duplicates()
    duplicates.original("first", " ".join(text(1)))
    assert duplicates.original("a twentieth changed", " ".join(changed(text(1), 0.05))) is None
    assert duplicates.original("half", " ".join(text(1)[:200])) is None


def test_short_and_empty_texts():
    duplicates = Duplicates()
    assert duplicates.original("a", "Left join\nIt joins tables.") is None
    assert duplicates.original("b", "Right join\nIt joins tables.") is None
    assert duplicates.original("c", "") is None
    assert duplicates.original("d", "") == "c"


def test_the_same_is_found_in_every_run():
    found = [
        [duplicates.original(str(i), " ".join(changed(text(i % 20), 0.008))) for i in range(40)]
        for duplicates in (Duplicates(), Duplicates())
    ]
    assert found[0] == found[1]
    assert any(found[0])


@pytest.mark.parametrize("name", ["glossary_mdn", "glossary_k8s", "glossary_cncf", "glossary_gpu"])
def test_real_glossaries_hold_none(evaldata, name):
    duplicates = Duplicates()
    pages = read_source(Source(str(evaldata / name / "raw"))).pages
    assert not [page for page in pages if duplicates.original(page.page_id, f"{page.title}\n{page.text}")]
