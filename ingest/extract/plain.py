"""Plain text: paragraphs, lists and headings are recognised where they stand; not a character moves."""

import re

from content.model import Block, BlockKind, is_question
from ingest.draft import Draft, clean, with_definition

_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*\n?)+")
_ITEM = re.compile(r"[ \t]*(?:[-*•‣◦–·]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])[ \t]+(?=\S)")
_INDENTED = re.compile(r"(?: {4}|\t)")
_LONGEST_HEADING = 80  # characters; longer lines are prose
_SHORTEST_PROSE = 60  # characters that a paragraph needs to have a heading of its own
_QUESTION_LEVEL = 3
_HEADING_LEVEL = 2


def extract_plain(source: str) -> list[Draft]:
    """Return one draft whose text is the source, but for invisible characters and outer white space."""
    text = clean(source).strip()
    paragraphs = [_trim(text, match.start(), match.end()) for match in _PARAGRAPH.finditer(text)]
    blocks: list[Block] = []
    for i, (start, end) in enumerate(paragraphs):
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        blocks.extend(_blocks(text, start, end, following))
    first = blocks[0] if blocks else None
    named = first is not None and first.kind is BlockKind.HEADING and first.level == _HEADING_LEVEL
    title = text[first.start : first.end] if first and named else None
    return [with_definition(Draft(title, text, tuple(blocks)))]


def _blocks(text: str, start: int, end: int, following: tuple[int, int] | None) -> list[Block]:
    if level := _heading_level(text[start:end], text[slice(*following)] if following else ""):
        return [Block(BlockKind.HEADING, start, end, level)]
    line_start = text.rfind("\n", 0, start) + 1
    if all(_INDENTED.match(line) for line in text[line_start:end].split("\n")):
        return [Block(BlockKind.CODE, start, end)]
    return _paragraph_and_items(text, _lines(text, start, end))


def _paragraph_and_items(text: str, lines: list[tuple[int, int]]) -> list[Block]:
    # A line with a list mark begins an item, other lines go on with what stands before them.
    blocks: list[Block] = []
    for start, end in lines:
        mark = _ITEM.match(text, start, end)
        if mark:
            blocks.append(Block(BlockKind.ITEM, mark.end(), end))
        elif blocks:
            blocks[-1] = Block(blocks[-1].kind, blocks[-1].start, end)
        else:
            blocks.append(Block(BlockKind.PARAGRAPH, start, end))
    return blocks


def _heading_level(line: str, following: str) -> int:
    """Return the level of a lone line that heads the prose after it, 0 for anything else."""
    if "\n" in line or len(line) > _LONGEST_HEADING or len(following) < _SHORTEST_PROSE or _ITEM.match(line):
        return 0
    if is_question(line):
        return _QUESTION_LEVEL
    plain = line[0].isupper() or line[0].isdigit()
    return _HEADING_LEVEL if plain and line[-1].isalnum() and following[0].isupper() else 0


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    at = start
    for line in text[start:end].split("\n"):
        spans.append(_trim(text, at, at + len(line)))
        at += len(line) + 1
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
