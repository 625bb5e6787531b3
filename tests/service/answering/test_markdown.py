import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from content.model import BlockKind
from service.answering.markdown import escape, quote_markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain text.", "plain text."),
        ("see [1] and *that*", r"see \[1\] and \*that\*"),
        ("# not a heading", r"\# not a heading"),
        ("1. not a list", "1\\. not a list"),
        ("- no item", r"\- no item"),
        ("&amp; & <b>", r"\&amp; & \<b\>"),
        ("__init__", r"\_\_init\_\_"),
    ],
)
def test_escape(text, markdown):
    assert escape(text) == markdown


@given(st.text(alphabet="ab1 [](){}<>*_`~#+-=.!|&;:/\\$\"'\n", max_size=60))
def test_escaped_text_is_shown_as_it_is(text):
    text = " ".join(text.split())
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(escape(text))
    shown = "".join(
        child.content for token in tokens for child in token.children or [] if child.type.startswith("text")
    )
    assert " ".join(shown.split()) == text
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


def test_lists_code_and_tables_keep_their_form():
    assert quote_markdown("You need:\n- a [1]\n  2) b", BlockKind.ITEM) == "You need:\n- a \\[1\\]\n  2) b"
    assert quote_markdown("x = `a`\n```", BlockKind.CODE) == "````\nx = `a`\n```\n````"
    assert quote_markdown("a | b\n1 | *", BlockKind.TABLE) == "| a | b |\n| --- | --- |\n| 1 | \\* |"
