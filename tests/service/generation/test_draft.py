"""What a model writes, taken apart while it comes."""

import pytest

from service.generation.draft import Draft, Sentence

WRITTEN = """<think>hm [1]. no.</think>Attention was introduced in 2014. [1] It was built by **Bahdanau** et al. [2, 9]. \
See [the page](https://evil.example/x) now![x](https://evil.example/p.png?q=a) It has steps:
1. First one [1].
- Second https://evil.example/a?b one.[3] Last e.g. this [1][2]. And a"""
SENTENCES = [
    Sentence("Attention was introduced in 2014.", (1,)),
    Sentence("It was built by Bahdanau et al.", (2,)),
    Sentence("See the page now It has steps:"),
    Sentence("First one.", (1,)),
    Sentence("Second one.", (3,)),
    Sentence("Last e.g. this.", (1, 2)),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_it_is_the_same_however_it_comes(size):
    draft = Draft(passages=3)
    found = [one for i in range(0, len(WRITTEN), size) for one in draft.feed(WRITTEN[i : i + size])]
    assert found + draft.end() == SENTENCES
    assert not draft.declined


def test_a_sentence_comes_as_soon_as_the_next_begins():
    draft = Draft(passages=1)
    assert draft.feed("One is here [1]. Two") == [Sentence("One is here.", (1,))]


def test_a_mark_behind_the_full_stop_is_waited_for():
    draft = Draft(passages=1)
    assert draft.feed("One is here. [") == []
    assert draft.feed("1] Two") == [Sentence("One is here.", (1,))]


@pytest.mark.parametrize("written", ["NO ANSWER", "NO ANSWER.", "**NO ANSWER** [1]"])
def test_no_answer_is_none(written):
    draft = Draft(passages=1)
    assert draft.feed(written) + draft.end() == []
    assert draft.declined


@pytest.mark.parametrize(
    "carrier",
    [
        "![x](https://evil.example/?q=1)", "![x][1]", "<img src=https://evil.example>", "<https://evil.example>",
        "[here](javascript:alert(1))", "data:text/html,x", "www.evil.example/x", "<!-- hidden -->",
    ],
)  # fmt: skip
def test_nothing_that_leads_away_is_left(carrier):
    draft = Draft(passages=1)
    (sentence,) = draft.feed(f"Read more {carrier} of it [1].") + draft.end()
    assert "evil" not in sentence.text
    assert "script:" not in sentence.text
    assert "hidden" not in sentence.text
