"""JSON: objects as lines of names and values, lists of alike objects as tables."""

from __future__ import annotations

import json
from typing import Any

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.encoding import decode
from ingest.extract.rows import add_rows, clean_rows, glossary_drafts

_TITLE = ("title", "name", "headline")
_DEEPEST_HEADING = 6


def extract_json(document: bytes) -> list[Draft]:
    """Return one draft, or one an entry where it is a list of terms. Raises PageError where it is no JSON."""
    try:
        value = json.loads(decode(document))
    except ValueError as error:
        raise PageError(f"it is no JSON: {error}") from error
    if entries := glossary_drafts(_table(value)):
        return entries
    text = DraftText()
    _add(text, value, 2)
    title = next((value[key] for key in _TITLE if isinstance(value.get(key), str)), None) if _is_object(value) else None
    return [text.draft(title)]


def _add(text: DraftText, value: Any, level: int) -> None:
    if rows := _table(value):
        add_rows(text, rows, level)
    elif _is_object(value):
        plain = {name: inner for name, inner in value.items() if not isinstance(inner, dict | list)}
        text.add(
            BlockKind.PARAGRAPH, "\n".join(f"{name}: {said}" for name, inner in plain.items() if (said := _said(inner)))
        )
        for name, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                text.add(BlockKind.HEADING, clean(name), level=min(level, _DEEPEST_HEADING))
                _add(text, inner, level + 1)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list):
                _add(text, inner, level)
            else:
                text.add(BlockKind.ITEM, _said(inner), mark="- ")
    else:
        text.add(BlockKind.PARAGRAPH, _said(value))


def _table(value: Any) -> list[list[str]]:
    """Return the rows of a list of flat objects with the same names, an empty list for anything else."""
    if not isinstance(value, list) or len(value) < 2 or not all(map(_is_object, value)):
        return []
    names = list(value[0])
    if not names or any(
        list(row) != names or any(isinstance(cell, dict | list) for cell in row.values()) for row in value
    ):
        return []
    return clean_rows([names, *([_said(row[name]) for name in names] for row in value)])


def _said(value: Any) -> str:
    return "" if value is None else clean(value if isinstance(value, str) else json.dumps(value))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)
