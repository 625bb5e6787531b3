"""Queries: questions with what should be found and said."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from content.errors import ConfigurationError
from service.evaluation.jsonl import read_lines


class TurnLine(BaseModel):
    """An earlier message of a question's conversation."""

    role: Literal["user", "assistant"]
    content: str


class QueryLine(BaseModel):
    """A line of a file of questions. ``kind`` is any name for questions that are looked at together."""

    id: str = Field(coerce_numbers_to_str=True)
    question: str
    relevant: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[TurnLine, ...] = ()
    kind: str | None = Field(None, coerce_numbers_to_str=True)


def read_queries(path: Path) -> list[QueryLine]:
    """Return the questions of a file. Raises ConfigurationError naming the line that is none."""
    queries = read_lines(path, QueryLine)
    if not queries:
        raise ConfigurationError(f"{path}: there is no question in it")
    return queries
