"""Shown: what visitors would read of the small model's drafts, and whether it is true.

    python -m tests.bench.shown EVALDATA DRAFTS.jsonl [--work FOLDER] [--show]

Replays the drafts of ``tests.bench.drafts`` through the checks. A sentence that is shown is judged twice, neither time by
the checks themselves: by ROUGE-L precision (Lin 2004), the share of its words that stand in its quote in the same order,
of which 0.7 are asked for and every number; and, where the question has gold answers, by whether it holds one. Prints
Markdown.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from content.embedding import Embedder
from content.search import search
from content.snapshot import Snapshot
from glossator.models import configured_embedder
from service.answering.evidence import Evidence
from service.estimate import share
from service.evaluation import read_queries
from service.evaluation.jsonl import read_lines
from service.generation.draft import Draft
from service.generation.extractive import compose
from service.generation.prompt import MOST_PASSAGES, prompt
from service.generation.support import Verifier
from service.settings import load_settings
from service.site import SiteSettings
from tests.bench.drafts import ANSWER, CONTEXT, SETS
from tests.bench.quality import published

_WORD = re.compile(r"\w+")
_ENOUGH = 0.7  # of a sentence's words in its quote


class Line(BaseModel):
    """A line of the drafts."""

    id: str
    set: str
    question: str
    draft: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a draft: the sentences that it has, those that are shown with their quotes, and the quotes without it."""

    line: Line
    answerable: bool
    answers: tuple[str, ...]
    written: tuple[str, ...]
    shown: tuple[tuple[str, str], ...]
    quoted: str

    @property
    def said(self) -> str:
        """What the visitor reads: what is left of the draft, or else the quotes."""
        return " ".join(text for text, _ in self.shown) or self.quoted

    def holds(self, text: str) -> bool:
        """Whether a text holds a gold answer."""
        return any(answer.lower() in text.lower() for answer in self.answers)


def borne_out(sentence: str, quote: str) -> bool:
    """Whether a quote says a sentence, by its words in their order and by its numbers."""
    said, held = _WORD.findall(sentence.lower()), _WORD.findall(quote.lower())
    same = sum(block.size for block in SequenceMatcher(None, said, held, autojunk=False).get_matching_blocks())
    numbers = {word for word in said if word.isdigit()}
    return numbers <= set(held) and same >= _ENOUGH * len(said)


def judged(
    line: Line, snapshot: Snapshot, embedder: Embedder, verifier: Verifier
) -> tuple[tuple[Any, ...], tuple[Any, ...], str]:
    """Return a draft's sentences, those that are shown with their quotes, and the quotes that would stand in for it."""
    found = search(snapshot, line.question, embedder.encode_questions([line.question]))
    quoted = " ".join(segment.text for segment in compose(line.question, found, embedder))
    hits = found.hits(MOST_PASSAGES)
    told = prompt(line.question, hits, (), SiteSettings(), CONTEXT - ANSWER, embedder.count_tokens)
    draft = Draft(len(told.hits))
    said = [*draft.feed(line.draft or ""), *draft.end()]
    sentences = list({sentence.text: sentence for sentence in said}.values())  # what is repeated is shown once
    evidence = Evidence(snapshot, told.hits)
    checked = [(sentence.text, verifier.support(sentence, evidence, line.question)) for sentence in sentences]
    shown = tuple(
        (text, " ".join(quote.text for quote in support.quotes)) for text, support in checked if support.holds
    )
    return tuple(sentence.text for sentence in sentences), shown, quoted


def main() -> int:
    """Print what is shown, and whether it is true."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("drafts", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--show", action="store_true", help="print every sentence that is shown, with its quote")
    arguments = parser.parse_args()
    embedder = configured_embedder(load_settings())
    verifier = Verifier(embedder)
    found: list[Judged] = []
    for name in SETS:
        snapshot = published(arguments.evaldata, name, arguments.work, embedder)
        queries = {query.id: query for query in read_queries(arguments.evaldata / name / "dev" / "queries.jsonl")}
        for line in read_lines(arguments.drafts, Line):
            if line.set == name:
                query = queries[line.id]
                result = judged(line, snapshot, embedder, verifier) if line.draft is not None else ((), (), "")
                found.append(Judged(line, query.answerable, query.answers, *result))
    _report(found)
    if arguments.show:
        for one in found:
            for text, quote in one.shown:
                print(
                    f"\n{one.line.question}\n  said:   {text}\n  quoted: {quote}\n  borne out: {borne_out(text, quote)}"
                )
    return 0


def _report(found: list[Judged]) -> None:
    asked = [one for one in found if one.line.draft is not None]
    print(f"Questions: {len(found)}, of them put to the model: {len(asked)}.")
    print("\n| what | of | share | 95 % |\n|---|---|---|---|")
    _line("sentences written that are shown", [text in dict(one.shown) for one in asked for text in one.written])
    _line("sentences shown that their quote bears out", [borne_out(*pair) for one in asked for pair in one.shown])
    _line(
        "sentences written that the best quotes bear out",
        [borne_out(text, one.quoted) for one in asked for text in one.written],
    )
    gold = [one for one in asked if one.answers]
    _line("drafts that hold the gold answer", [one.holds(one.line.draft or "") for one in gold])
    _line("answers shown that hold it", [one.holds(one.said) for one in gold])
    _line("answers in quotes alone that hold it", [one.holds(one.quoted) for one in gold])
    _line(
        "unanswerable questions refused before a model is asked",
        [one.line.draft is None for one in found if not one.answerable],
    )
    _line(
        "unanswerable questions of which nothing generated is shown",
        [not one.shown for one in found if not one.answerable],
    )


def _line(name: str, right: list[bool]) -> None:
    if not right:
        return
    estimate = share([float(one) for one in right])
    low, high = estimate.interval or (0.0, 0.0)
    print(f"| {name} | {len(right)} | {estimate.value:.3f} | {low:.3f}–{high:.3f} |")


if __name__ == "__main__":
    sys.exit(main())
