"""Grounded answers: a language model writes them, and each sentence is checked before it counts.

The models are tried in their order. Where none answers, or nothing of what one wrote is supported, the content is
quoted instead.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

from content.embedding import Embedder
from content.errors import Busy, ModelFailed
from content.words import words
from service.answering.evidence import Evidence
from service.answering.markdown import escape
from service.generation.draft import Draft, Sentence
from service.generation.extractive import ExtractiveGenerator
from service.generation.generator import Declined, Note, Part, Segment, Task
from service.generation.prompt import MOST_PASSAGES, Prompt, prompt
from service.generation.provider import LanguageModel
from service.generation.support import Support, Verifier
from service.model import Usage
from service.worker import Worker

_log = logging.getLogger("glossator.generation")

Verification = Literal["strict", "flag", "off"]

_LEAKED = 8  # words in a row that an answer may share with what the model was told about how to answer


class GroundedGenerator:
    """Lets language models write, shows what the passages support, and quotes them where nothing comes of it.

    The models have ``seconds`` for an answer, all together.
    """

    def __init__(
        self,
        models: Sequence[LanguageModel],
        verifier: Verifier,
        verification: Verification,
        quoting: ExtractiveGenerator,
        embedder: Embedder,
        worker: Worker,
        seconds: float,
    ) -> None:
        self._models = models
        self._verifier = verifier
        self._verification = verification
        self._quoting = quoting
        self._embedder = embedder
        self._worker = worker
        self._seconds = seconds

    def ready(self) -> None:
        """Raise Busy where no model has room for one more answer."""
        for model in self._models[:-1]:
            try:
                return model.ready()
            except Busy:
                continue
        return self._models[-1].ready()

    async def generate(self, task: Task) -> AsyncGenerator[Part]:
        """Yield the answer sentence by sentence, each once it is checked, and what each model took."""
        shown = failed = False
        until = time.monotonic() + self._seconds
        for model in self._models if task.likely else ():
            failed = False
            try:
                async with aclosing(self._written(model, task, until - time.monotonic())) as parts:
                    async for part in parts:
                        shown = shown or isinstance(part, Segment)
                        yield part
            except (ModelFailed, Busy) as error:
                _log.warning("%s", error)
                failed = True
            if shown or not failed:
                break
        if failed:
            yield Note(task.site.replies.interrupted if shown else task.site.replies.unavailable)
        if failed or not shown:
            async for segment in self._quoting.generate(task):
                yield segment

    async def _written(self, model: LanguageModel, task: Task, seconds: float) -> AsyncGenerator[Part]:
        """Yield what one model writes in this time, sentence by sentence, as far as it may be shown."""
        told = await self._worker.run(self._prompt, model, task)
        evidence = await self._worker.run(Evidence, task.found.snapshot, told.hits)
        draft = Draft(len(told.hits))
        said: set[str] = set()
        async with aclosing(_drafted(model, told, draft, seconds)) as written:
            async for part in written:
                if isinstance(part, Usage):
                    yield part
                elif part.text not in said and not _leaks(part.text, told.rules):
                    said.add(part.text)
                    support = await self._worker.run(self._verifier.support, part, evidence, task.question)
                    if support.holds or self._verification != "strict":
                        yield self._segment(part, support, model)
        if draft.declined and not said:
            yield Declined()

    def _prompt(self, model: LanguageModel, task: Task) -> Prompt:
        budget = model.settings.context_tokens - model.settings.answer_tokens
        hits = task.found.hits(MOST_PASSAGES)
        return prompt(task.question, hits, task.history, task.site, budget, self._embedder.count_tokens)

    def _segment(self, sentence: Sentence, support: Support, model: LanguageModel) -> Segment:
        cited = support.quotes if support.holds or sentence.marks else ()
        supported = support.holds or self._verification == "off"
        return Segment(sentence.text, escape(sentence.text), cited, author=model.name, supported=supported)


async def _drafted(
    model: LanguageModel, told: Prompt, draft: Draft, seconds: float
) -> AsyncGenerator[Sentence | Usage]:
    """Yield the sentences of an answer as it comes, and what it took."""
    async with aclosing(model.stream(told.messages, seconds=seconds)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Usage):
                yield piece
            else:
                for sentence in draft.feed(piece):
                    yield sentence
                if draft.endless:
                    raise ModelFailed(f"{model.name}: it writes a sentence without an end")
    for sentence in draft.end():
        yield sentence


def _leaks(text: str, rules: str) -> bool:
    """Whether a sentence repeats what the model was told about how to answer."""
    told = f" {' '.join(words(rules))} "
    said = words(text)
    runs = (said[i : i + _LEAKED] for i in range(len(said) - _LEAKED + 1))
    return any(f" {' '.join(run)} " in told for run in runs)
