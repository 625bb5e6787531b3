"""Markdown: quotes are escaped, so that what a page says is shown and never obeyed as markup."""

from __future__ import annotations

import re

from content.model import BlockKind

_ACTIVE = re.compile(r"([\\`*_\[\]<>|~$])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=](?=[\s=-]|$)|\d{1,9}(?=[.)](?:\s|$)))")
_ITEM = re.compile(r"^(\s*)([-*•‣◦–·]|\d{1,9}[.)])\s+(?=\S)")


def escape(text: str) -> str:
    """Return text as Markdown that shows it as it is."""
    text = _ENTITY.sub(r"\\&", _ACTIVE.sub(r"\\\1", text))
    return "\n".join(map(_escape_start, text.split("\n")))


def quote_markdown(text: str, kind: BlockKind) -> str:
    """Return a quote as Markdown that keeps its form: prose, list, code or table."""
    match kind:
        case BlockKind.CODE:
            fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
            return f"{fence}\n{text}\n{fence}"
        case BlockKind.TABLE:
            return _table(text)
        case BlockKind.ITEM:
            return "\n".join(map(_item, filter(str.strip, text.split("\n"))))
        case _:
            return escape(" ".join(text.split()))


def _escape_start(line: str) -> str:
    match = _LINE_START.match(line)
    if not match:
        return line
    indent, mark = match.groups()
    escaped = f"{mark}\\" if mark.isdigit() else f"\\{mark}"
    return f"{indent}{escaped}{line[match.end() :]}"


def _item(line: str) -> str:
    match = _ITEM.match(line)
    if not match:
        return escape(line.strip())
    indent, mark = match.groups()
    mark = mark if mark[0].isdigit() else "-"
    return f"{indent}{mark} {escape(line[match.end() :].strip())}"


def _table(text: str) -> str:
    rows = [[escape(cell.strip()) for cell in line.split(" | ")] for line in text.split("\n") if line.strip()]
    width = max(map(len, rows))
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
