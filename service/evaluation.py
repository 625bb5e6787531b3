"""Evaluation: how well the current snapshot is searched, answered from, and refused from.

Figures as in BEIR (Thakur et al. 2021) for retrieval, SQuAD (Rajpurkar et al. 2016, 2018) for answers, and balanced
accuracy for refusal.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from content.errors import ConfigurationError, InvalidQuestion
from content.snapshot import Snapshot
from service.assistant import Assistant, Question
from service.followup import phrasings
from service.model import Done, Outcome, Turn
from service.settings import SiteSettings

_RETRIEVED = 20
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class TurnLine(BaseModel):
    """An earlier message of a question's conversation."""

    role: Literal["user", "assistant"]
    content: str


class QueryLine(BaseModel):
    """A line of a file of questions."""

    id: str = Field(coerce_numbers_to_str=True)
    question: str
    relevant: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[TurnLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RunLine:
    """What became of a question, as it is written with ``--run``."""

    id: str
    retrieved: tuple[str, ...]
    answer: str | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a run; None where no question could be measured."""

    questions: int
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    answer_contains: float | None
    answer_f1: float | None
    answer_words_median: float | None
    refusal_balanced_accuracy: float | None
    over_refusal: float | None


def read_queries(path: Path) -> list[QueryLine]:
    """Return the questions of a file. Raises ConfigurationError naming the line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigurationError(f"{path}: it cannot be read: {error.strerror}") from error
    queries = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                queries.append(QueryLine.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"])) or "the line"
                raise ConfigurationError(f"{path}:{number}: {field}: {first['msg']}") from error
    if not queries:
        raise ConfigurationError(f"{path}: there is no question in it")
    return queries


async def run(
    queries: Sequence[QueryLine],
    assistant: Assistant,
    snapshot: Snapshot,
    collections: tuple[str, ...] | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[RunLine]:
    """Ask every question, each for itself, with the history that stands in its line."""
    lines = []
    for done, query in enumerate(queries):
        progress(done)
        lines.append(await _ask(query, assistant, snapshot, collections))
    progress(len(queries))
    return lines


async def _ask(
    query: QueryLine, assistant: Assistant, snapshot: Snapshot, collections: tuple[str, ...] | None
) -> RunLine:
    history = tuple(Turn(turn.role, turn.content) for turn in query.history)
    question = Question(query.question, query.id, query.id, history, collections)
    try:
        asked = phrasings(query.question, history, snapshot.glossary.mentions)
        found, _ = await assistant.search(asked, snapshot, collections, 0)
    except InvalidQuestion:
        return RunLine(query.id, (), None, True)
    async with aclosing(assistant.reply(question, snapshot, SiteSettings())) as events:
        async for event in events:
            if isinstance(event, Done):
                answered = event.answer.outcome is Outcome.ANSWERED
                return RunLine(
                    query.id,
                    tuple(found.page_ids(_RETRIEVED)),
                    event.plain if answered else None,
                    not answered,
                )
    raise AssertionError("a reply ends with Done")


def measure(queries: Sequence[QueryLine], lines: Sequence[RunLine]) -> Figures:
    """Return the figures of a run over its questions."""
    by_id = {line.id: line for line in lines}
    pairs = [(query, by_id[query.id]) for query in queries if query.id in by_id]
    found = [(query, line) for query, line in pairs if query.answerable and query.relevant]
    golden = [(query, line) for query, line in pairs if query.answerable and query.answers]
    answers = [(line.answer or "", query.answers) for query, line in golden]
    should = [line.refused for query, line in pairs if not query.answerable]
    should_not = [line.refused for query, line in pairs if query.answerable]
    return Figures(
        questions=len(pairs),
        recall_at_1=_mean(_recall(query, line, 1) for query, line in found),
        recall_at_5=_mean(_recall(query, line, 5) for query, line in found),
        recall_at_10=_mean(_recall(query, line, 10) for query, line in found),
        mrr_at_10=_mean(_reciprocal_rank(query, line) for query, line in found),
        ndcg_at_10=_mean(_ndcg(query, line) for query, line in found),
        answer_contains=_mean(max(_contains(said, gold) for gold in golds) for said, golds in answers),
        answer_f1=_mean(max(_f1(said, gold) for gold in golds) for said, golds in answers),
        answer_words_median=_median(len(line.answer.split()) for _, line in pairs if line.answer),
        refusal_balanced_accuracy=(
            float((np.mean(should) + 1 - np.mean(should_not)) / 2) if should and should_not else None
        ),
        over_refusal=_mean(map(float, should_not)),
    )


def _recall(query: QueryLine, line: RunLine, depth: int) -> float:
    return len(set(query.relevant) & set(line.retrieved[:depth])) / len(set(query.relevant))


def _reciprocal_rank(query: QueryLine, line: RunLine) -> float:
    ranks = (rank for rank, page_id in enumerate(line.retrieved[:10], 1) if page_id in query.relevant)
    return 1 / next(ranks, float("inf"))


def _ndcg(query: QueryLine, line: RunLine) -> float:
    gains = [1 / np.log2(i + 2) for i, page_id in enumerate(line.retrieved[:10]) if page_id in query.relevant]
    ideal = [1 / np.log2(i + 2) for i in range(min(10, len(set(query.relevant))))]
    return float(sum(gains) / sum(ideal))


def _normal(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _contains(said: str, gold: str) -> float:
    wanted = " ".join(_normal(gold))
    return float(bool(wanted) and f" {wanted} " in f" {' '.join(_normal(said))} ")


def _f1(said: str, gold: str) -> float:
    ours, theirs = _normal(said), _normal(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs))


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return float(np.mean(listed)) if listed else None


def _median(values: Iterable[Any]) -> float | None:
    listed = list(values)
    return float(np.median(listed)) if listed else None
