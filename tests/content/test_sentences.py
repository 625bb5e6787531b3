import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. Smith went to Washington, D.C. on Jan. 5.", "He came back."],
        ["It was met by J. K. Rowling, e.g. at 5.30 p.m. in London."],
        ['"Really?" she said.', "He nodded!"],
        ["Node.js v3.11 is out!", "See Fig. 3 for more."],
        ["The U.S. economy grew.", "It grew (a lot)."],
        ["It works, i.e. it does not fail.", "Good."],
        ["He said: “Go.”", "She went."],
        ["The end…", "Über alles."],
        ["Bahdanau et al. proposed attention.", "It was 2014."],
        ["1. First do this.", "Then that."],
    ],
)
def test_english(expected):
    assert cut(" ".join(expected)) == expected


def test_full_width_marks_need_no_space():
    assert cut("これは文です。次の文。") == ["これは文です。", "次の文。"]


def test_a_line_break_does_not_end_a_sentence_but_an_empty_line_does():
    assert cut("It goes\non here\n\nand here anew") == ["It goes\non here", "and here anew"]


def test_a_part_of_a_text_keeps_the_offsets_of_the_whole():
    text = "One. Two. Three."
    assert sentences(text, 5, 9) == [(5, 9)]


@given(st.text(max_size=300))
def test_nothing_visible_is_lost_and_nothing_overlaps(text):
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
