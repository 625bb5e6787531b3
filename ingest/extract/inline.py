"""Inline content of HTML: what runs of text and elements show, in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborNode

from ingest.draft import clean

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr br mi mn mo mrow msup msub mfrac msqrt mtext semantics".split()
)
BLOCK = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe input li main menu nav noscript ol p picture pre "
    "script search section select source style summary table tbody td template textarea tfoot th thead tr ul video "
    "audio button canvas col colgroup embed head legend link meta object option svg title".split()
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BREAK = "\v"


def inline_text(node: LexborNode) -> str:
    """Return what an element shows, in one line but for ``<br>``."""
    return _lines("".join(piece for piece, _ in _pieces(node)))


def run_text(run: Sequence[LexborNode]) -> str:
    """Return what neighbouring nodes show, in one line but for ``<br>``."""
    # What stands for a picture is read where it is part of a line, such as a formula; a picture alone says nothing.
    pieces = [piece for node in run for piece in _pieces(node)]
    own_length = sum(len(text.strip()) for text, is_picture in pieces if not is_picture)
    shown = [text for text, is_picture in pieces if not is_picture or len(text) < own_length]
    return _lines("".join(shown)) if own_length else ""


def _lines(text: str) -> str:
    # Cleaned only now, because markup can write any character as a reference.
    return clean("\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in text.split(_BREAK)))))


def _pieces(node: LexborNode) -> Iterator[tuple[str, bool]]:
    """Yield the texts below a node, each with whether it stands for a picture."""
    if node.is_text_node:
        yield node.text_content or "", False
    elif node.tag == "br":
        yield _BREAK, False
    elif node.tag == "img":
        yield node.attributes.get("alt") or "", True
    else:
        apart = node.tag in BLOCK
        if apart:
            yield " ", False
        for child in node.iter(include_text=True):
            yield from _pieces(child)
        if apart:
            yield " ", False


def holds_block(node: LexborNode) -> bool:
    """Whether there is a block among what is below an element."""
    return any(inner.tag in BLOCK for inner in node.traverse() if inner.mem_id != node.mem_id)
