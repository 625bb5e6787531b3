"""Exports: rows as CSV that no spreadsheet takes for formulas, and as JSON Lines."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

from service.store.paging import Page, Part, pages

Format = Literal["csv", "jsonl"]
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}

# What a spreadsheet takes for the beginning of a formula, also after white space, quotes and invisible characters that
# some of them take off, and in its full-width form. OWASP: "CSV Injection".
_FORMULA = re.compile(r"[\s\"'\u200b-\u200f\u2060\ufeff\x00-\x1f]*[=+\-@|%＝＋－＠]|[\t\r\n]")
_T = TypeVar("_T")


def cell(value: Any) -> str:
    """Return a value as a cell of CSV. Text that a spreadsheet would compute is marked as text by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if _FORMULA.match(text) else text


async def exported(kind: type[_T], form: Format, part: Callable[[Part], Awaitable[Page[Any]]]) -> AsyncIterator[str]:
    """Yield a whole list as text, page by page, so that its length does not matter."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    if form == "csv":
        yield _row(names)
    async for page in pages(part):
        rows = [{name: getattr(item, name) for name in names} for item in page.items]
        if form == "csv":
            yield "".join(_row([cell(row[name]) for name in names]) for row in rows)
        else:
            yield "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
