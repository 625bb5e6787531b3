"""The way of a question: courtesy, standing alone, searching, answering or refusing, citing."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from content.description import described
from content.embedding import Embedder
from content.errors import InvalidQuestion
from content.model import Hit, Term
from content.reranking import Reranker, reranked
from content.search import Found, by_description, corrected, joined, search
from content.snapshot import Snapshot
from content.words import stems
from service.answering.cite import citation, related_term, search_result
from service.answering.clarify import clarification
from service.answering.courtesy import courtesy
from service.answering.curated import Curated
from service.answering.followup import phrasings
from service.answering.markdown import escape
from service.generation.configured import Writing
from service.generation.generator import Declined, Note, Segment, Task
from service.model import (
    Answer,
    Citation,
    Cited,
    Delta,
    Done,
    Event,
    Outcome,
    RelatedTerm,
    SearchResult,
    Sources,
    Started,
    Turn,
    Usage,
)
from service.site import SiteSettings
from service.store.rows import CuratedAnswer
from service.telemetry.stage import Stage, untimed
from service.worker import Asking, Worker

_SOURCES = 5  # passages shown with an answer
_RELATED = 4
_SUGGESTIONS = 3
_OWNER = "owner"  # what is shown as having answered where the owner has pinned an answer
_NEAR_PAGES = 8  # pages whose terms and questions are offered


@dataclass(frozen=True, slots=True)
class Question:
    """A message to the assistant. ``collections`` None means all that the site makes public.

    ``with_person`` where an agent has the conversation, and so the assistant says nothing.
    """

    text: str
    conversation_id: str
    message_id: str
    history: tuple[Turn, ...] = ()
    collections: tuple[str, ...] | None = None
    with_person: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score of the best passage an answer is claimed, and from which the nearest passages are shown."""

    answered: float
    closest: float


class Assistant:
    """Answers questions from snapshots."""

    def __init__(
        self,
        embedder: Embedder,
        writing: Writing,
        worker: Worker,
        thresholds: Thresholds,
        reranker: Reranker | None = None,
        curated: Curated | None = None,
        stage: Stage = untimed,
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._curated = curated
        self._writing = writing
        self._worker = worker
        self._thresholds = thresholds
        self._stage = stage
        self.loaded = False

    async def load(self) -> None:
        """Load the models, for which the first question would otherwise wait.

        Raises ModelError, and ConfigurationError or MissingPackage for a language model that cannot be called.
        """
        await self._writing.load()
        await self._worker.run(self._embedder.encode_questions, ["ready"])
        if self._reranker is not None:
            await self._worker.run(self._reranker, "ready", ["ready"])
        self.loaded = True

    async def close(self) -> None:
        """Close the connections to language models."""
        await self._writing.close()

    async def reply(self, question: Question, snapshot: Snapshot, site: SiteSettings) -> AsyncGenerator[Event]:
        """Yield the reply to a question as it comes; the last event is Done.

        Raises InvalidQuestion, NotFound for an unknown collection, Busy.
        """
        reply = _Reply(question)
        yield Started(question.conversation_id, question.message_id)
        if question.with_person:
            yield Sources()
            yield reply.done(Outcome.HANDED_OFF)
            return
        polite = courtesy(question.text, site.replies)
        if polite is not None:
            yield Sources()
            yield Delta(escape(polite))
            yield reply.done(Outcome.CONVERSATION, polite)
            return
        self._writing.generator.ready()
        asked = await self._phrasings(question, snapshot, reply)
        found, sources = await self.search(asked, snapshot, question.collections, _SOURCES)
        pinned = self._curated.match(site.id, found.vector) if self._curated else None
        if pinned is not None:
            yield Sources(sources)
            yield reply.quote_owner(pinned)
            yield reply.done(Outcome.ANSWERED, sources=sources, model=_OWNER, found=found, curated_id=pinned.id)
            return
        outcome = self._outcome(found)
        likely = outcome is Outcome.ANSWERED
        with self._stage("clarify"):
            unclear = await self._worker.run(clarification, question.history, found, likely, site.replies)
        if unclear is not None:
            yield Sources()
            yield reply.say(unclear.text)
            yield reply.done(Outcome.CLARIFY, suggestions=unclear.choices, found=found)
            return
        yield Sources(sources)
        if outcome is not Outcome.REFUSED:
            task = Task(found.question, found, site, question.history, likely)
            async with aclosing(self._answer(task, reply)) as events:
                async for event in events:
                    yield event
            outcome = Outcome.CLOSEST if reply.declined else outcome
        if reply.empty:
            outcome = Outcome.REFUSED
            yield reply.say(site.replies.refused)
        with self._stage("related"):
            near = await self._worker.run(_nearby, found)
        yield reply.done(
            outcome,
            reason=None if outcome is Outcome.ANSWERED else _reason(outcome, found),
            sources=sources,
            related_terms=near.related_terms,
            suggestions=near.suggestions,
            found=found,
        )

    async def _phrasings(self, question: Question, snapshot: Snapshot, reply: _Reply) -> tuple[str, ...]:
        """Return the question as it is searched for: as it stands alone, and within its conversation."""
        mentions = partial(snapshot.glossary.mentions, collections=question.collections)
        alone, *others = phrasings(question.text, question.history, mentions)
        if self._writing.rewriter is not None and question.history:
            with self._stage("rewrite"):
                rewritten = await self._writing.rewriter.rewritten(question.text, question.history, reply.usage)
            alone = rewritten or alone
        return (alone, *others)

    async def _answer(self, task: Task, reply: _Reply) -> AsyncGenerator[Event]:
        """Yield the answer to a task as it is written."""
        with self._stage("answer"):
            async with aclosing(self._writing.generator.generate(task)) as parts:
                async for part in parts:
                    match part:
                        case Usage():
                            reply.usage.append(part)
                        case Note(text):
                            yield reply.say(text)
                        case Declined():
                            reply.declined = True
                        case Segment():
                            if reply.empty and (reply.declined or not task.likely):
                                yield reply.say(task.site.replies.closest)
                            for event in reply.add(part):
                                yield event

    async def search(
        self, phrasings: Sequence[str], snapshot: Snapshot, collections: Sequence[str] | None, limit: int
    ) -> tuple[Found, tuple[SearchResult, ...]]:
        """Return what fits a question, and the best passages of it as they are shown.

        A second phrasing is the question within its conversation. Raises InvalidQuestion, NotFound for an unknown
        collection, Busy.
        """
        if not any(char.isalnum() for char in phrasings[0]):
            raise InvalidQuestion("the question holds no word; ask with letters or digits")
        snapshot.rows(collections)  # an unknown collection is refused before anything is embedded
        with self._stage("search"):
            return await self._worker.ask(self._search, phrasings, snapshot, collections, limit)

    def _search(
        self, phrasings: Sequence[str], snapshot: Snapshot, collections: Sequence[str] | None, limit: int
    ) -> Asking[tuple[Found, tuple[SearchResult, ...]]]:
        asked, *within = (corrected(text, snapshot, self._embedder, collections) for text in phrasings)
        description = described(asked)
        texts = [asked, *within] if description is None else [asked, description]
        embedded = yield texts
        first, *second = zip(texts, embedded, strict=True)
        found = search(snapshot, *first, collections)
        if description is not None:
            found = by_description(found, search(snapshot, *second[0], collections, by_name=False))
        elif second:
            found = joined(found, search(snapshot, *second[0], collections))
        if self._reranker is not None:
            found = reranked(found, self._reranker)
        # Near-duplicates are hidden from what is shown, not from what is answered from.
        return found, tuple(search_result(hit, found.asked) for hit in found.distinct_hits(limit))

    def _outcome(self, found: Found) -> Outcome:
        if found.best >= self._thresholds.answered:
            return Outcome.ANSWERED
        return Outcome.CLOSEST if found.best >= self._thresholds.closest else Outcome.REFUSED


class _Reply:
    """Puts an answer together while it is said."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._started = time.perf_counter()
        self._markdown = ""
        self._plain: list[str] = []
        self._citations: list[Citation] = []
        self._unsupported: list[str] = []
        self._author = ""
        self._apart = False
        self.declined = False  # whether the writer found that the content does not hold the answer
        self.usage: list[Usage] = []

    @property
    def empty(self) -> bool:
        """Whether nothing from the content has been said yet."""
        return not self._plain

    def say(self, text: str) -> Delta:
        """Say something that is not from the content."""
        separator = "\n\n" if self._markdown else ""
        self._apart = True
        return self._delta(separator + escape(text))

    def quote_owner(self, answer: CuratedAnswer) -> Delta:
        """Say what the owner has pinned to the question, as they wrote it, with their link."""
        self._plain.append(answer.answer)
        return self._delta(f"{answer.answer}\n\n<{answer.link}>" if answer.link else answer.answer)

    def add(self, segment: Segment) -> list[Event]:
        """Say a part of the answer with the marks of its citations."""
        cited = [citation(len(self._citations) + i, quote) for i, quote in enumerate(segment.quotes, 1)]
        self._citations += cited
        self._plain.append(segment.text)
        self._author = segment.author
        if not segment.supported:
            self._unsupported.append(segment.text)
        marks = "".join(f"[{one.number}]" for one in cited)
        separator = "" if not self._markdown else "\n\n" if segment.apart or self._apart else " "
        self._apart = segment.apart
        parting = "\n\n" if segment.apart else " "
        return [self._delta(f"{separator}{segment.markdown}{parting if marks else ''}{marks}"), *map(Cited, cited)]

    def done(
        self,
        outcome: Outcome,
        polite: str = "",
        *,
        reason: str | None = None,
        sources: tuple[SearchResult, ...] = (),
        related_terms: tuple[RelatedTerm, ...] = (),
        suggestions: tuple[str, ...] = (),
        found: Found | None = None,
        model: str = "",
        curated_id: str | None = None,
    ) -> Done:
        """Return the whole answer."""
        answer = Answer(
            conversation_id=self._question.conversation_id,
            message_id=self._question.message_id,
            outcome=outcome,
            answered=outcome is Outcome.ANSWERED,
            answer=escape(polite) if polite else self._markdown,
            refusal_reason=reason,
            citations=tuple(self._citations),
            unsupported=tuple(self._unsupported),
            sources=sources,
            related_terms=related_terms,
            suggestions=suggestions,
            model=model or self._author,
            took_ms=round((time.perf_counter() - self._started) * 1000),
        )
        return Done(answer, polite or " ".join(self._plain), found, curated_id, tuple(self.usage))

    def _delta(self, text: str) -> Delta:
        self._markdown += text
        return Delta(text)


def _reason(outcome: Outcome, found: Found) -> str:
    looked = f"looked for “{found.question}” in {found.pages} pages"
    if outcome is Outcome.CLOSEST:
        return f"{looked}; the best passage fits with {found.best:.0%}, which is not enough to call it an answer"
    return f"{looked}; no passage fits well enough (best: {found.best:.0%})"


@dataclass(frozen=True, slots=True)
class _Nearby:
    related_terms: tuple[RelatedTerm, ...]
    suggestions: tuple[str, ...]


def _nearby(found: Found) -> _Nearby:
    """Return the terms near to what was asked, and questions to go on with."""
    hits = found.distinct_hits(_NEAR_PAGES)
    terms = _related(found, hits)
    own = [hit.passage.question for hit in hits if hit.passage.question]
    fresh = [question for question in own if set(stems(question)) != found.asked]
    suggestions = dict.fromkeys([*fresh, *(f"What is {term.name}?" for term in terms)])
    return _Nearby(tuple(map(related_term, terms[:_RELATED])), tuple(suggestions)[:_SUGGESTIONS])


def _related(found: Found, hits: Sequence[Hit]) -> list[Term]:
    """Return the terms that the named ones name as related, then those of the pages found; never the named."""
    glossary = found.snapshot.glossary
    named = {(mention.term.collection, mention.term.slug) for mention in found.mentions}
    near = [other for mention in found.mentions for other in glossary.related(mention.term)]
    pages = {(hit.passage.collection, hit.passage.page_id) for hit in hits}
    near += [term for term in glossary.terms if (term.collection, term.page_id) in pages]
    unique = {(term.collection, term.slug): term for term in near}
    return [term for key, term in unique.items() if key not in named]
