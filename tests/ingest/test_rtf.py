import pytest

from content.errors import PageError
from content.model import BlockKind
from ingest.extract.rtf import extract_rtf


def test_its_text_is_read_as_plain_text_is():
    source = rb"{\rtf1\ansi {\fonttbl\f0 Arial;}{\info{\title T}} Gr\'fc\u223\'dfe.\par\par - \b one\b0\par - two\par}"
    (draft,) = extract_rtf(source)
    assert draft.text == "Grüße.\n\n- one\n- two"
    assert [block.kind for block in draft.blocks] == [BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ITEM]


def test_what_is_no_rich_text():
    with pytest.raises(PageError, match="no rich text"):
        extract_rtf(b"plain")
