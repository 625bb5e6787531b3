"""Headings of a PDF: by its outline where it has one, else by their type."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from content.model import BlockKind
from ingest.extract.pdf.flow import Body, Part, is_bold
from ingest.extract.pdf.lines import Piece, Row

_LARGER = 1.15  # times the size of the running text
_LONGEST = 150  # characters
_MOST_ROWS = 3
_DEEPEST = 6
_NO_HEADING = re.compile(r"[.,;]$|^[\W\d_]*$|^\S+[.@]\S+$")  # a sentence, a number, an address
_SMALLER = 0.85  # of the size of a heading: what stands beside it as a badge
_BADGES = 3  # headings that have the same one
# So many headings, all under the last one of a larger style, are a part of the document that this one comes before.
_FEWEST_UNDER_LAST = 3
_SPACE = re.compile(r"\W+")

Style = tuple[float, bool, bool]  # size, whether bold, whether in capitals
Outline = Mapping[tuple[int, str], int]  # (page, title as `plain` has it) → level from 1


def plain(title: str) -> str:
    """Return a title as titles are compared: letters and digits alone."""
    return _SPACE.sub("", title).casefold()


def mark_headings(parts: Sequence[Part], body: Body, outline: Outline) -> None:
    """Make those parts headings that are, and give them their levels."""
    listed: defaultdict[Style, Counter[int]] = defaultdict(Counter)
    found: list[tuple[Part, int | None]] = []
    for part in parts:
        if part.kind not in {BlockKind.PARAGRAPH, BlockKind.ITEM} or not _may_head(part):
            continue
        level = outline.get((part.pages[0], plain(part.text)))
        if level is not None:
            listed[_style(part, body)][level] += 1
        if level is not None or (_stands_out(part, body) and part.kind is BlockKind.PARAGRAPH):
            found.append((part, level))
    levels = _levels([_style(part, body) for part, _ in found], listed)
    badges = Counter(piece.text for part, _ in found for piece in _beside(part))
    for part, level in found:
        part.kind = BlockKind.HEADING
        part.level = min(_DEEPEST, level or levels[_style(part, body)])
        dropped = [piece for piece in _beside(part) if badges[piece.text] >= _BADGES]
        part.rows = [Row(tuple(piece for piece in row.pieces if piece not in dropped)) for row in part.rows]


def _beside(part: Part) -> list[Piece]:
    """Return the smaller pieces that stand beside a heading on its line."""
    lead = part.rows[0].lead
    return [piece for piece in part.rows[0].pieces if piece.size <= _SMALLER * lead.size] if len(part.rows) == 1 else []


def _may_head(part: Part) -> bool:
    text = part.text
    return len(part.rows) <= _MOST_ROWS and len(text) <= _LONGEST and not _NO_HEADING.search(text)


def _stands_out(part: Part, body: Body) -> bool:
    return part.size >= _LARGER * body.size or (is_bold(part, body) and part.size >= body.size * 0.9)


def _style(part: Part, body: Body) -> Style:
    letters = part.rows[0].lead.text
    return round(part.size * 2) / 2, is_bold(part, body), letters.isupper()


def _levels(order: Sequence[Style], listed: Mapping[Style, Counter[int]]) -> dict[Style, int]:
    """Return the level of each style, given that of each heading: the outline's, or below the styles that hold it."""
    levels: dict[Style, int] = {}
    for style in sorted(set(order), reverse=True):
        if style in listed:
            levels[style] = listed[style].most_common(1)[0][0]
        else:
            levels[style] = 1 + max((levels[larger] for larger in levels if _holds(larger, style, order)), default=0)
    return levels


def _holds(larger: Style, style: Style, order: Sequence[Style]) -> bool:
    """Whether headings of one style have those of another under them, and do not just come before, as on a cover."""
    under: Counter[int] = Counter()
    seen = 0
    for one in order:
        seen += one == larger
        under[seen] += one == style
    inside = sum(under.values()) - under[0]
    if seen < 2 or not inside:
        return False
    return under[seen] < inside or inside < _FEWEST_UNDER_LAST
