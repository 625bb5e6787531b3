import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.model import BlockKind
from ingest.draft import clean
from ingest.extract.markdown import extract_markdown
from ingest.extract.plain import extract_plain


def blocks(text: str) -> list[tuple[str, str]]:
    (draft,) = extract_plain(text)
    return [(block.kind.value, draft.text[block.start : block.end]) for block in draft.blocks]


def test_paragraphs_headings_questions_and_lists():
    text = """Intro

A first paragraph that is long enough to be prose, so that the line before it heads it.

How does it work?

It works by doing this and that, one after the other, until all of it is done at last.

What you need:
- flour
- water
  and salt
"""
    assert blocks(text) == [
        ("heading", "Intro"),
        (
            "paragraph",
            "A first paragraph that is long enough to be prose, so that the line before it heads it.",
        ),
        ("heading", "How does it work?"),
        (
            "paragraph",
            "It works by doing this and that, one after the other, until all of it is done at last.",
        ),
        ("paragraph", "What you need:"),
        ("item", "flour"),
        ("item", "water\n  and salt"),
    ]


def test_the_first_heading_is_the_title():
    prose = "It works by doing this and that, one after the other, until all of it is done at last."
    assert extract_plain(f"Latency\n\n{prose}")[0].title == "Latency"
    assert extract_plain(f"{prose}\n\nLatency\n\n{prose}")[0].title is None
    assert extract_plain(f"What is it?\n\n{prose}")[0].title is None


def test_indented_lines_are_code():
    assert blocks("Look:\n\n    x = 1\n    y = 2")[1] == ("code", "x = 1\n    y = 2")


def test_a_year_at_the_beginning_of_a_line_keeps_its_place():
    (draft,) = extract_plain("It began in\n1986. A great year.")
    assert draft.text == "It began in\n1986. A great year."


def test_a_lone_line_before_nothing_is_no_heading():
    assert blocks("Just a line")[0][0] == "paragraph"


PLAIN = st.text(alphabet=st.sampled_from("ab _*`~#<>[]()!\\&;:.,?0123456789-+=|\n\t$%^{}'\"éß東\u200d"), max_size=200)


@given(PLAIN)
def test_plain_text_keeps_every_visible_character(text):
    (draft,) = extract_plain(text)
    assert "".join(draft.text.split()) == "".join(clean(text).split())
    for block in draft.blocks:
        assert draft.text[block.start : block.end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "the __init__ method and snake_case_name, 2 * 3 * 4 and *args",
        "Use ~~tildes around the words~~.",
        "if a < b and c > d: List<T> & <T>",
        "1. one\n7. seven\n\n[1]: https://example.com is where",
        "Line one\nLine two\n---\nLine three",
        "`touch /tmp/x`",
        "C:\\temp\\*new* &amp; &copy;",
        "<script>alert(1)</script>",
        "| a | b |",
        "***\n\n> quoted",
    ],
)
def test_plain_text_that_is_called_markdown_keeps_every_visible_character(text):
    (draft,) = extract_markdown(text)
    assert "".join(draft.text.split()) == "".join(text.split())


@pytest.mark.parametrize("hidden", [
        "\x00", "\ufeff", "\u200b", "\u2060", "\u2062", "\u202e", "\u2066", "\u3164", "\ufff9", "\U000e0041", "\U000e0110",
        "\x1b",
    ],
)  # fmt: skip
def test_characters_that_nobody_sees_are_dropped(hidden):
    assert clean(f"a{hidden}b") == "ab"


def test_line_breaks_of_all_kinds_and_lone_surrogates():
    assert clean("a\r\nb\rc\u2028d\ud800") == "a\nb\nc\nd\ufffd"


def test_what_shapes_scripts_and_emoji_stays():
    assert clean("می‌خواهم 👩‍💻") == "می‌خواهم 👩‍💻"


def test_kinds():
    assert {kind for kind, _ in blocks("Text\n\n- item")} == {BlockKind.PARAGRAPH, BlockKind.ITEM}
