"""Trafilatura's judgement of a web page: which blocks are its main content.

Barbaresi, "Trafilatura: A Web Scraping Library and Command-Line Tool for Text Discovery and Extraction", ACL 2021. It
returns text without a trace of where that stood. So it is given a copy of the page in which every block carries a
number, and what it keeps is known by the numbers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.extract.htmlblocks import HTMLBlock
from ingest.extract.inline import INLINE

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

# Numbers are written in Braille patterns, a byte each: signs that trafilatura neither drops nor takes for letters.
_ZERO = 0x2800
_NUMBER = re.compile("[\u2800-\u28ff]{2}")
_MOST_BLOCKS = 256 * 256
_LARGEST = 4_000_000  # characters of HTML; what is larger is no article, and all of it is content
# Inline elements say little about what is content, and without them a page is judged in half the time.
_UNWRAPPED = sorted(INLINE - {"a", "br", "img", "span", "wbr"})


def judged(tree: LexborHTMLParser, blocks: Sequence[HTMLBlock]) -> set[int]:
    """Return the numbers of the blocks that trafilatura keeps, none where it finds no content. The tree is spent."""
    for number, block in enumerate(blocks[:_MOST_BLOCKS]):
        if (text := _first_text(block.nodes)) is not None:
            text.insert_before(chr(_ZERO + number // 256) + chr(_ZERO + number % 256))
    tree.unwrap_tags(_UNWRAPPED)
    for code in tree.css("pre"):
        code.unwrap_tags(["span"])
    html = tree.html or ""
    if len(blocks) > _MOST_BLOCKS or len(html) > _LARGEST:
        return set(range(len(blocks)))
    numbers = (256 * (ord(high) - _ZERO) + ord(low) - _ZERO for high, low in _NUMBER.findall(_content(html)))
    return {number for number in numbers if number < len(blocks)}


def _content(html: str) -> str:
    # Imported here because it takes half a second, which only those who read web pages should wait for.
    from trafilatura import bare_extraction

    document = bare_extraction(html, options=_options())
    return "" if document is None or isinstance(document, dict) else "".join(document.body.itertext())


@cache
def _options() -> Extractor:
    from trafilatura.settings import Extractor

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # an empty page is no error
    return Extractor(fast=True, comments=False)


def _first_text(nodes: Sequence[LexborNode]) -> LexborNode | None:
    for node in nodes:
        if node.is_text_node:
            if (node.text_content or "").strip():
                return node
        elif (found := _first_text(list(node.iter(include_text=True)))) is not None:
            return found
    return None
