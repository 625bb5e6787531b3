"""A run: every question asked once, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

from content.errors import ConfigurationError, InvalidQuestion
from content.snapshot import Snapshot
from service.assistant import Assistant, Question
from service.evaluation.jsonl import read_lines
from service.evaluation.query import QueryLine
from service.model import Done, Outcome, Turn
from service.site import SiteSettings

DEPTH = 20  # so many pages are kept of what was found


@dataclass(frozen=True, slots=True)
class RunLine:
    """What became of a question, as it stands in a run file."""

    id: str
    retrieved: tuple[str, ...]
    answer: str | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question; the score of its best passage and its outcome are not kept in a run file."""

    line: RunLine
    score: float | None = None
    outcome: Outcome | None = None


async def run(
    queries: Sequence[QueryLine],
    assistant: Assistant,
    snapshot: Snapshot,
    collections: tuple[str, ...] | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Asked]:
    """Ask every question, each for itself, with the history that stands in its line."""
    asked = []
    for done, query in enumerate(queries):
        progress(done)
        asked.append(await _ask(query, assistant, snapshot, collections))
    progress(len(queries))
    return asked


async def _ask(
    query: QueryLine, assistant: Assistant, snapshot: Snapshot, collections: tuple[str, ...] | None
) -> Asked:
    history = tuple(Turn(turn.role, turn.content) for turn in query.history)
    question = Question(query.question, query.id, query.id, history, collections)
    try:
        done = await _reply(question, assistant, snapshot)
        found = done.found
        if found is None:  # a courtesy is not searched for, but what a search finds is measured all the same
            found, _ = await assistant.search([query.question], snapshot, collections, 0)
    except InvalidQuestion:
        return Asked(RunLine(query.id, (), None, True))
    answered = done.answer.outcome is Outcome.ANSWERED
    line = RunLine(query.id, tuple(found.page_ids(DEPTH)), done.plain if answered else None, not answered)
    return Asked(line, found.best, done.answer.outcome)


async def _reply(question: Question, assistant: Assistant, snapshot: Snapshot) -> Done:
    async with aclosing(assistant.reply(question, snapshot, SiteSettings())) as events:
        async for event in events:
            if isinstance(event, Done):
                return event
    raise AssertionError("a reply ends with Done")


def read_run(path: Path) -> list[Asked]:
    """Return a run that was written earlier. Raises ConfigurationError naming the line that is none of a run."""
    return [Asked(line) for line in read_lines(path, RunLine)]


def write_run(path: Path, asked: Iterable[Asked]) -> None:
    """Write what became of each question, one a line. Raises ConfigurationError where that cannot be."""
    lines = (json.dumps(asdict(one.line), ensure_ascii=False) + "\n" for one in asked)
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: it cannot be written: {error.strerror}") from error
