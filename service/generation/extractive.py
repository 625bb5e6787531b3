"""Answers without a language model: the sentences of the content that answer, quoted as they are."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence

import numpy as np

from content.description import described
from content.embedding import Embedder
from content.glossary import Mention
from content.model import BlockKind, Hit, PassageKind, Term, is_question
from content.rank import coverage, overlap
from content.search import Found, asks_definition
from content.words import stems
from service.answering.evidence import Evidence, Quote, Unit, joined
from service.answering.markdown import escape, quote_markdown
from service.generation.generator import Segment, Task
from service.worker import Worker

_PASSAGES = 5  # that sentences are chosen from
_CLOSE_LOOK = 16  # sentences that are compared with the question in meaning
_MOST_SENTENCES = 3
_MOST_WORDS = 90
_SECOND_BEST = 0.88  # a further sentence is worth at least this share of the best one
_SAME_QUESTION = 0.5  # overlap from which the page's own question is the visitor's
_SAME_SIDES = 0.8  # of a page's own comparison must be asked for, or it compares with something else
_MOST_TERMS = 2
_AS_LIKELY = 0.8  # of the best score is what another term must reach to be what a question describes
_SHORT_DEFINITION = 25  # words; a shorter one is followed by the sentence after it

_COMPARES = re.compile(
    r"\b(?:differences?\b.*\bbetween|differs?\b.*\bfrom|different from|versus|vs\.?|compared? (?:to|with)|compare)\b",
    re.I,
)
_ASKS_LIST = re.compile(r"^\s*(?:how (?:do|can|should|to)|what are (?:the|some)|which|list|name|steps|give me)\b", re.I)
_CONTEXT = re.compile(r"\b(?:in|within)\s+(?:the\s+)?[\w+#.]+(?:\s[\w+#.]+)?\s*\??\s*$", re.I)
# Sentences that begin so lean on the one before them.
_LEANS = re.compile(
    r"(?:This|That|These|Those|It|Its|They|Their|He|His|She|Her|Such|Here|Then|Thus|Hence|However|Therefore|"
    r"Moreover|Furthermore|Also|But|And|So|Instead|Otherwise|As a result|In this|In that|In these|For this)\b"
    r"(?! is why)"
)
_SUBJECT = re.compile(r"(?:It|They|He|She|This)(?=\s+(?:is|are|was|were|has|have|had|can|\w+s|\w+ed)\b)")

# What kinds of questions look for: a sentence that has it is the likelier answer.
_WANTED = tuple(
    (re.compile(rf"^\s*(?:{asked})\b", re.I), re.compile(sign))
    for asked, sign in (
        ("when|what year|in which year|since when", r"\b\d{3,4}\b|\bcentury\b"),
        ("how (?:many|much|long|old|large|big|far|often)", r"\d|\b(?:one|two|three|ten|hundred|thousand|million)\b"),
        ("who", r"(?<!^)\b[A-Z]\w+ [A-Z]\w+|\bby [A-Z]"),
        ("why", r"(?i)\b(?:because|since|so that|due to|reason|in order to|therefore)\b"),
    )
)
_WANTED_BONUS = 0.05


class ExtractiveGenerator:
    """Quotes the content, and needs nothing but the embedding model."""

    def __init__(self, embedder: Embedder, worker: Worker) -> None:
        self._embedder = embedder
        self._worker = worker

    def ready(self) -> None:
        """Quoting waits for nothing but the worker, which refuses by itself."""

    async def generate(self, task: Task) -> AsyncGenerator[Segment]:
        """Yield the quotes that answer, in reading order."""
        for segment in await self._worker.run(compose, task.question, task.found, self._embedder):
            yield segment


def compose(question: str, found: Found, embedder: Embedder) -> list[Segment]:
    """Return the quotes that answer a question, in reading order."""
    evidence = Evidence(found.snapshot, found.hits(_PASSAGES))
    quotes = (
        _comparison(question, found, evidence)
        or _definition(question, found, evidence)
        or _described(question, found, evidence)
        or _asked(found, evidence)
        or _sentences(question, found, evidence, embedder)
    )
    return [_segment(quote, evidence) for quote in quotes]


def _definition(question: str, found: Found, evidence: Evidence) -> list[Quote]:
    """Return the definition of the term that the question asks for and speaks of nothing else than."""
    named = {stem for mention in found.mentions for stem in mention.stems}
    asked = set(stems(question))
    if not named or not (asks_definition(question) or asked <= named):
        return []
    if not (asked <= named or set(stems(_CONTEXT.sub("", question))) <= named):
        return []
    best = {hit.passage.page_id for hit in evidence.hits}
    terms = [mention.term for mention in found.mentions if mention.term.page_id in best]
    return [quote for term in terms[:_MOST_TERMS] for quote in _definition_quotes(term, found, evidence)]


def _described(question: str, found: Found, evidence: Evidence) -> list[Quote]:
    """Return the definitions of the terms that a question may describe: those of the pages that fit it best."""
    if described(question) is None:
        return []
    terms = _by_page(found.snapshot.glossary.terms)
    near = [hit.passage for hit in evidence.hits if hit.score >= _AS_LIKELY * found.best]
    told = [terms.get((passage.collection, passage.page_id)) for passage in near]
    if not told or told[0] is None:
        return []
    said = [term for term in dict.fromkeys(told) if term]
    return [quote for term in said[:_MOST_TERMS] for quote in _definition_quotes(term, found, evidence)[:1]]


def _definition_quotes(term: Term, found: Found, evidence: Evidence) -> list[Quote]:
    _, row = found.snapshot.definitions[term.collection, term.slug]
    hit = next((hit for hit in evidence.hits if hit.row == row), None) or found.snapshot.hits([row], [found.best])[0]
    quotes = [evidence.quote(hit, term.start, min(term.end, hit.passage.end), BlockKind.DEFINITION)]
    if len(term.definition.split()) < _SHORT_DEFINITION:
        after = (unit for unit in evidence.of(hit) if unit.quote.start >= term.end)
        following = next(after, None)
        if following and following.quote.kind is BlockKind.PARAGRAPH:
            quotes.append(following.quote)
    return quotes


def _comparison(question: str, found: Found, evidence: Evidence) -> list[Quote]:
    """Return what the content says of both sides of a comparison; its own comparison of them first."""
    sides = _terms(found.mentions)
    if len(sides) < 2 or not _COMPARES.search(question):
        return []
    own = _same_question(found, evidence)
    if own is not None and coverage(_question_of(own), found.asked, found.snapshot.lexical.idf) >= _SAME_SIDES:
        return _answer_to_own(own, evidence)
    two = dict(list(sides.items())[:2])
    mentions = found.snapshot.glossary.mentions
    both = [unit for unit in evidence.units if two.keys() <= _terms(mentions(unit.text)).keys()]
    both.sort(key=lambda unit: _COMPARES.search(unit.text) is None)
    definitions = (quote for term in two.values() for quote in _definition_quotes(term, found, evidence)[:1])
    return [*(unit.quote for unit in both[:1]), *definitions]


def _terms(mentions: Iterable[Mention]) -> dict[tuple[str, str], Term]:
    """Return the terms that are named, each page's once, by (collection, page id)."""
    return _by_page(mention.term for mention in mentions)


def _by_page(terms: Iterable[Term]) -> dict[tuple[str, str], Term]:
    return {(term.collection, term.page_id): term for term in terms}


def _asked(found: Found, evidence: Evidence) -> list[Quote]:
    """Return the answer that a page gives to this very question of its own."""
    own = _same_question(found, evidence)
    return [] if own is None else _answer_to_own(own, evidence)


def _same_question(found: Found, evidence: Evidence) -> Hit | None:
    """Return the passage whose own question is the visitor's."""
    weight = found.snapshot.lexical.idf
    own = [hit for hit in evidence.hits if hit.passage.kind is PassageKind.QUESTION]
    alike = [overlap(found.asked, _question_of(hit), weight) for hit in own]
    return own[int(np.argmax(alike))] if max(alike, default=0.0) >= _SAME_QUESTION else None


def _question_of(hit: Hit) -> set[str]:
    return set(stems(hit.passage.question or ""))


def _answer_to_own(hit: Hit, evidence: Evidence) -> list[Quote]:
    """Return what a passage answers to its own question."""
    units = list(evidence.of(hit))
    chosen = [unit for unit, words in zip(units, _running_words(units), strict=True) if words <= _MOST_WORDS] or units[
        :1
    ]
    return joined(_whole(chosen[:_MOST_SENTENCES], evidence), evidence)


def _sentences(question: str, found: Found, evidence: Evidence, embedder: Embedder) -> list[Quote]:
    """Return the few sentences that answer best, each with the one it leans on, in reading order."""
    if not evidence.units:
        return []
    scored = _scored(question, found, evidence, embedder)[:_MOST_SENTENCES]
    chosen = [unit for score, unit in scored if score >= _SECOND_BEST * scored[0][0]]
    if _ASKS_LIST.match(question) or chosen[0].text.rstrip().endswith(":"):
        whole = evidence.list_around(chosen[0])
        if whole:
            return [whole]
    return _short_enough(chosen, evidence)


def _short_enough(units: Sequence[Unit], evidence: Evidence) -> list[Quote]:
    """Return the quotes of as many of the units, best first, as are no burden to read; of one at least."""
    quotes = joined(_whole(units, evidence), evidence)
    if len(units) > 1 and sum(len(quote.text.split()) for quote in quotes) > _MOST_WORDS:
        return _short_enough(units[:-1], evidence)
    return quotes


def _scored(question: str, found: Found, evidence: Evidence, embedder: Embedder) -> list[tuple[float, Unit]]:
    """Return the units by how well they answer: how they match the question, and whether they have what it asks for."""
    wanted = next((sign for kind, sign in _WANTED if kind.match(question)), None)
    token_by_token = found.snapshot.tokens is not None and len(found.tokens) > 0
    matched = _matched(found, evidence) if token_by_token else _near(found, evidence, embedder)
    scores = [(match + _WANTED_BONUS * bool(wanted and wanted.search(unit.text)), unit) for match, unit in matched]
    return sorted(scores, key=lambda pair: -pair[0])


def _matched(found: Found, evidence: Evidence) -> Iterator[tuple[float, Unit]]:
    """Yield the units, each with how well its own tokens, as understood in their passage, match the question's."""
    tokens = found.snapshot.tokens
    assert tokens is not None
    for hit in evidence.hits:
        beside = tokens.interaction(found.tokens, hit.row)
        before = hit.passage.start
        for unit in evidence.of(hit):
            yield beside.between(unit.quote.start - before, unit.quote.end - before), unit


def _near(found: Found, evidence: Evidence, embedder: Embedder) -> list[tuple[float, Unit]]:
    """Return the units that share most words with the question, each with how near it is by words and by meaning."""
    asked, weight = found.asked, found.snapshot.lexical.idf
    shared = [coverage(asked, set(stems(unit.text)), weight) for unit in evidence.units]
    closer = sorted(range(len(shared)), key=lambda i: -shared[i] - evidence.units[i].quote.hit.score)[:_CLOSE_LOOK]
    vectors = embedder.encode_passages([evidence.units[i].text for i in closer]).vectors
    near = zip(closer, (vectors @ found.vector).tolist(), strict=True)
    return [((shared[i] + cosine) / 2, evidence.units[i]) for i, cosine in near]


def _whole(units: Iterable[Unit], evidence: Evidence) -> list[Quote]:
    """Return the units' quotes, each after the sentence that it leans on."""
    quotes: list[Quote] = []
    for unit in units:
        before = evidence.before(unit) if _LEANS.match(unit.text) else None
        quotes += [unit.quote] if before is None else [before.quote, unit.quote]
    return quotes


def _running_words(units: Sequence[Unit]) -> list[int]:
    counts = np.cumsum([len(unit.text.split()) for unit in units])
    return [int(count) for count in counts]


def _segment(quote: Quote, evidence: Evidence) -> Segment:
    listed = quote.kind is BlockKind.ITEM and "\n" in quote.text
    if listed or quote.kind in {BlockKind.CODE, BlockKind.TABLE}:
        return Segment(quote.text, quote_markdown(quote.text, quote.kind), (quote,), apart=True)
    text = " ".join(quote.text.split())
    subject = _SUBJECT.match(text)
    title = quote.hit.title
    if subject and len(title.split()) <= 6 and not is_question(title):
        text = f"[{title}]{text[subject.end() :]}"  # the quote itself keeps its pronoun
    return Segment(text, escape(text), (quote,))
