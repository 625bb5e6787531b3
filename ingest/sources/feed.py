"""Feeds: one page a line of JSON, ``{"id", "title", "url"?, "text", "format"?}``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from content.errors import SourceError
from ingest.extract import Format
from ingest.sources.raw import RawPage, Skipped

FEED_SUFFIX = ".jsonl"


class FeedLine(BaseModel):
    """A line of a feed."""

    id: str = Field(min_length=1, coerce_numbers_to_str=True)
    title: str | None = None
    url: str | None = None
    text: str
    format: Literal[Format.MARKDOWN, Format.HTML, Format.TEXT] = Format.MARKDOWN


def read_feed(path: Path) -> Iterator[RawPage | Skipped]:
    """Yield the pages of a feed in its order; a line that is not one is skipped with its number."""
    taken: dict[str, int] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _read(line, f"{path}:{number}", number, taken)
    except OSError as error:
        raise SourceError(f"source {path}: it cannot be read: {error.strerror}") from error


def _read(line: bytes, where: str, number: int, taken: dict[str, int]) -> RawPage | Skipped:
    try:
        page = FeedLine.model_validate_json(line)
    except ValidationError as error:
        return Skipped(where, _problem(error))
    if page.id in taken:
        return Skipped(where, f"the page id {page.id!r} is taken by line {taken[page.id]}; ids must be unique")
    taken[page.id] = number
    return RawPage(page.id, page.format, page.text, where, page.title or None, page.url or None)


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    return f"field {field!r}: {first['msg']}" if field else f"it is no JSON object: {first['msg']}"
