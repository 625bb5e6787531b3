"""Drafts: what a real small model writes for questions, before anything of it is checked.

    python -m tests.bench.drafts EVALDATA DRAFTS.jsonl [--work FOLDER] [--minutes N] [--sample 0|1|2|3]

Asks SmolLM2-135M (tests/smollm2.py) 200 answerable and 100 unanswerable questions of squad2 and glossary_mdn, each as the
product asks it: found passages, prompt, stream. One draft a line; goes on where it stopped. ``tests.bench.verification``
replays them, so that the checks can be measured again without the hours that the model takes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from content.embedding import Embedder
from content.snapshot import Snapshot
from glossator.models import configured_embedder
from service.assistant import Assistant, Thresholds
from service.evaluation import read_queries
from service.evaluation.query import QueryLine
from service.generation.configured import configured_writing
from service.generation.prompt import MOST_PASSAGES, prompt
from service.generation.provider import Deadlines, LanguageModel
from service.language_models import ModelSettings
from service.settings import load_settings
from service.site import SiteSettings
from service.worker import Worker
from tests.bench.quality import published
from tests.smollm2 import NAME, start

SETS = ("squad2", "glossary_mdn")
ANSWERABLE, UNANSWERABLE = 100, 50  # of each set
_BETWEEN = (0, 2, 1, 3)  # quarters of the way to the next question, by sample
# The passages that fit beside an answer of 80 tokens: one or two, as a model that small can still read.
CONTEXT, ANSWER = 1024, 80
_PATIENT = Deadlines(first_token=300, idle=120, total=600)


def questions(evaldata: Path, name: str, sample: int = 0) -> list[QueryLine]:
    """Return the questions of a set that are asked: every n-th, so that all of its pages have some.

    The checks were tuned on the samples 0 and 1. Sample 1 lies halfway between those of 0, and 2 and 3 between both.
    """
    queries = read_queries(evaldata / name / "dev" / "queries.jsonl")

    def some(wanted: int, answerable: bool) -> list[QueryLine]:
        these = [query for query in queries if query.answerable is answerable and not query.history]
        return [these[(4 * i + _BETWEEN[sample]) * len(these) // (4 * wanted)] for i in range(wanted)]

    return some(ANSWERABLE, True) + some(UNANSWERABLE, False)


class Drafting:
    """Asks the model as the product does, and keeps what it writes as it is."""

    def __init__(self, model: LanguageModel, embedder: Embedder, worker: Worker) -> None:
        settings = load_settings()
        self._embedder = embedder
        self._model = model
        self._answered = settings.answer_threshold
        thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
        self._assistant = Assistant(embedder, configured_writing(settings, embedder, worker, None), worker, thresholds)

    async def draft(self, question: str, snapshot: Snapshot) -> str | None:
        """Return what the model writes, None where it is not asked since the passages are not taken to answer."""
        found, _ = await self._assistant.search([question], snapshot, None, 1)
        if found.best < self._answered:
            return None
        hits = found.hits(MOST_PASSAGES)
        told = prompt(found.question, hits, (), SiteSettings(), CONTEXT - ANSWER, self._embedder.count_tokens)
        async with aclosing(self._model.stream(told.messages)) as pieces:
            return "".join([piece async for piece in pieces if isinstance(piece, str)])


def small_model(address: str) -> LanguageModel:
    """Return the small model at an address."""
    settings = ModelSettings(name=NAME, base_url=address, context_tokens=CONTEXT, answer_tokens=ANSWER)
    return LanguageModel(settings, _PATIENT)


def _left(evaldata: Path, drafts: Path, sample: int) -> Iterator[tuple[str, QueryLine]]:
    """Yield what is not asked yet, of all sets in turns, so that a part of it is a sample as well."""
    done = {json.loads(line)["id"] for line in drafts.read_text().splitlines()} if drafts.exists() else set()
    asked = [[(name, query) for query in questions(evaldata, name, sample)] for name in SETS]
    yield from (one for row in zip(*asked, strict=True) for one in row if one[1].id not in done)


async def _run(arguments: argparse.Namespace) -> int:
    embedder = configured_embedder(load_settings())
    worker = Worker(1, embedder)
    server: Any = None if arguments.address else start()  # it ends with its last reference
    address = arguments.address or f"{server.listening_address}/v1"
    drafting = Drafting(small_model(address), embedder, worker)
    until = time.monotonic() + 60 * arguments.minutes
    snapshots = {name: published(arguments.evaldata, name, arguments.work, embedder) for name in SETS}
    with arguments.drafts.open("a", encoding="utf-8") as file:
        for name, query in _left(arguments.evaldata, arguments.drafts, arguments.sample):
            if time.monotonic() > until:
                break
            written = await drafting.draft(query.question, snapshots[name])
            line = {"id": query.id, "set": name, "question": query.question, "draft": written}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
    worker.close()
    return 0


def main() -> int:
    """Write the drafts that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("drafts", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--minutes", type=float, default=600, help="stop after so many")
    parser.add_argument("--sample", type=int, choices=range(4), default=0, help="which of the questions are asked")
    parser.add_argument("--address", help="a server of the model that runs already, such as http://127.0.0.1:1234/v1")
    return asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
