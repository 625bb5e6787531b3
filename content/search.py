"""Search: the passages of a snapshot that fit a question best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from content.embedding import Embedded, Embedder, TokenVectors, Vectors
from content.glossary import Mention
from content.index import Rows
from content.lexical import highest
from content.model import Hit, is_question
from content.rank import Signals, log_odds, near_duplicates, overlap, probability, ranking, scores
from content.snapshot import Snapshot
from content.words import stems

# So many of the nearest by meaning and by words are candidates.
_DEPTH = 100
# So many of the best candidates are compared with the question token by token.
_CLOSE = 64
# What the cosine of a question and a title that has nothing to do with it may well reach.
_USUAL_COSINE = 0.3
# How much the conversation of a follow-up says at most of whether the content holds its answer.
_SCORED_WITHIN = 0.4

_WORD = re.compile(r"\w+")

_ASKS_DEFINITION = re.compile(
    r"^\s*(?:(?:please|can you|could you)\s+)*"
    r"(?:what(?:['’]s|s| is| are| was| were)(?: meant by)?|who(?:['’]s| is| was| are| were)|define|explain|describe|"
    r"definition of|meaning of|tell me about|what (?:do|does|did)\b.*\bmean|what .* (?:stands?) for)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: ``rows`` with their ``scores``, best first, and the terms that the question names.

    ``vector`` and ``tokens`` are the embedded question, ``asked`` are its stems, ``collections`` those that were
    searched. ``signals`` are those of the best passage as the question was searched for by itself, none where nothing
    was found; ``compared`` is whether token vectors were.
    """

    question: str
    vector: Vectors
    tokens: TokenVectors
    asked: frozenset[str]
    rows: Rows
    scores: Vectors
    mentions: tuple[Mention, ...]
    collections: tuple[str, ...]
    snapshot: Snapshot
    signals: Signals
    compared: bool

    @property
    def pages(self) -> int:
        """How many pages were searched."""
        return sum(self.snapshot.manifest.collections[name].pages for name in self.collections)

    @property
    def best(self) -> float:
        """The score of the best passage, the probability that the content answers; 0 where there is none."""
        return float(self.scores[0]) if len(self.scores) else 0.0

    def best_among(self, other: Found) -> float:
        """Return the score of the best passage, were the content at large as it was for the other search."""
        if not len(self.scores) or not len(other.scores):
            return self.best
        at_large = {name: getattr(other.signals, name) for name in ("usual", "alike", "prose")}
        return float(ranking(self.compared).confidences(replace(self.signals, **at_large))[0])

    def hits(self, limit: int) -> list[Hit]:
        """Return the best passages."""
        return self.snapshot.hits([int(row) for row in self.rows[:limit]], self.scores[:limit].tolist())

    def distinct_hits(self, limit: int) -> list[Hit]:
        """Return the best passages, without those that say nearly the same as a better one."""
        distinct = _distinct(self.hits(limit))  # most questions find no duplicates
        return distinct if len(distinct) == limit else _distinct(self.hits(2 * limit))[:limit]

    def page_numbers(self) -> list[int]:
        """Return the numbers of the pages of the passages, best first, each once."""
        return list(dict.fromkeys(self.snapshot.page_numbers[self.rows].tolist()))

    def page_ids(self, limit: int) -> list[str]:
        """Return the ids of the pages of the best passages, each once."""
        return [self.snapshot.page_ids[page] for page in self.page_numbers()[:limit]]


def corrected(question: str, snapshot: Snapshot, embedder: Embedder, collections: Sequence[str] | None = None) -> str:
    """Return a question with the names of terms and pages as these collections write them: spelled out, and rightly.

    A word that some passage holds, or that is one token to the model, is no typo: the model learnt common words whole.
    """

    def held(word: str) -> bool:
        stemmed = (stem for by_language in snapshot.stems(word) for stem in by_language)
        return any(stem in snapshot.lexical for stem in stemmed)

    def common(word: str) -> bool:
        return embedder.count_tokens([word]) == [1]

    question = snapshot.glossary.spelled_out(question, held, common, collections)
    return snapshot.spelling(collections).corrected(question, lambda word: held(word) or common(word))


def joined(alone: Found, within: Found) -> Found:
    """Return what a follow-up finds by itself and within its conversation, as one.

    Passages are ordered by the mean of both log odds, and the best one's score is the mean of both best ones'. The
    conversation weighs as much as the question alone is unsure of its answer: half at most in the order, less in the
    score. Behind the question before it anything finds a passage, so a mean of the probabilities themselves would
    answer a change of the subject with what was talked of before. Measured on mtrag (tests/bench/RESULTS.md): nDCG@10
    .85, of the question alone .78, of it behind the one before .80.
    """
    share = min(0.5, 1 - alone.best)
    rows = np.union1d(alone.rows, within.rows)
    odds = (1 - share) * _log_odds_of(alone, rows) + share * _log_odds_of(within, rows)
    order = np.argsort(-odds, kind="stable")
    share = min(_SCORED_WITHIN, 1 - alone.best)
    best = np.average(log_odds(np.array([alone.best, within.best])), weights=[1 - share, share], keepdims=True)
    return replace(alone, rows=rows[order], scores=scores(odds[order].astype(np.float32), probability(best)))


def by_description(whole: Found, described: Found) -> Found:
    """Return what a question finds that describes the term it asks for, as one.

    Passages are in the order in which they fit the description. That the content answers is as likely as the likelier
    of both says: that a term is asked for speaks for a glossary, and says nothing of other content.
    """
    odds = log_odds(described.scores).astype(np.float32)
    return replace(whole, rows=described.rows, scores=scores(odds, np.maximum(whole.scores[:1], described.scores[:1])))


def _log_odds_of(found: Found, rows: Rows) -> NDArray[np.float64]:
    """Return the log odds of these passages; those that were not found are as unlikely as the last one found."""
    likely = np.full(len(rows), found.scores.min(initial=1.0), np.float64)
    likely[np.searchsorted(rows, found.rows)] = found.scores
    return log_odds(likely)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that may answer a question, in row order, and how each fits it.

    ``compared`` is whether their token vectors were compared with the question's; ``others`` are passages behind them,
    best first, that were not worth it.
    """

    rows: Rows
    signals: Signals
    compared: bool
    others: Rows


def search(
    snapshot: Snapshot,
    question: str,
    embedded: Embedded,
    collections: Sequence[str] | None = None,
    *,
    by_name: bool = True,
) -> Found:
    """Return the passages that fit a question, best first.

    ``embedded`` is the question alone. A question that does not name what it asks for is not matched ``by_name``.
    Raises NotFound for an unknown collection.
    """
    asked = frozenset(stems(question))
    mentions = tuple(snapshot.glossary.mentions(question, collections))
    near = candidates(snapshot, question, embedded, mentions, collections, by_name=by_name)
    weights = ranking(near.compared, by_name)
    fits = weights.fits(near.signals)
    order = np.argsort(-fits, kind="stable")
    best = near.signals.at(order[:1])
    found = scores(fits[order], weights.confidences(best))
    return Found(
        question=question,
        vector=embedded.vectors[0],
        tokens=embedded.tokens[0],
        asked=asked,
        rows=np.concatenate([near.rows[order], near.others]),
        scores=np.concatenate([found, np.repeat(found[-1:], len(near.others))]),
        mentions=mentions,
        collections=tuple(snapshot.manifest.collections if collections is None else collections),
        snapshot=snapshot,
        signals=best,
        compared=near.compared,
    )


def candidates(
    snapshot: Snapshot,
    question: str,
    embedded: Embedded,
    mentions: Sequence[Mention],
    collections: Sequence[str] | None = None,
    *,
    by_name: bool = True,
) -> Candidates:
    """Return the passages that may answer a question that names these terms.

    The nearest by meaning and by words are found first; where there are token vectors, the best of them are compared
    token by token.
    """
    vector, tokens = embedded.vectors[0], embedded.tokens[0]
    asked = frozenset(stems(question))
    among = snapshot.rows(collections)
    stemmed = snapshot.stems(question, collections)
    rows = _nearest(snapshot, vector, stemmed, among)
    words = _words(snapshot, stemmed, rows)
    known = max(map(snapshot.lexical.known, stemmed))
    prose = snapshot.manifest.prose(collections)
    signals = _signals(snapshot, rows, question, vector, asked, words, known, prose, mentions)
    if snapshot.tokens is None or not len(tokens):
        return Candidates(rows, signals, compared=False, others=rows[:0])
    order = np.argsort(-ranking(with_tokens=False, by_name=by_name).fits(signals), kind="stable")
    close = np.sort(order[:_CLOSE])
    matched = snapshot.tokens.scores(tokens, rows[close])
    near = signals.at(close)
    compared = replace(near, tokens=matched, prose_tokens=near.prose * matched)
    return Candidates(rows[close], compared, compared=True, others=rows[order[_CLOSE:]])


def asks_definition(question: str) -> bool:
    """Whether a question wants to know what something is."""
    return _ASKS_DEFINITION.match(question) is not None


def _distinct(hits: Sequence[Hit]) -> list[Hit]:
    repeated = near_duplicates([_WORD.findall(hit.passage.text.casefold()) for hit in hits])
    return [hit for hit, again in zip(hits, repeated, strict=True) if not again]


def _nearest(
    snapshot: Snapshot, vector: Vectors, stemmed: Sequence[Sequence[str]], among: Sequence[range] | None
) -> Rows:
    nearest, _ = snapshot.vectors.search(vector, _DEPTH, among)
    held = np.unique(np.concatenate([snapshot.lexical.nearest(one, _DEPTH, among) for one in stemmed]))
    best = held[highest(_words(snapshot, stemmed, held), _DEPTH)]
    return np.union1d(nearest, best).astype(np.int64)


def _words(snapshot: Snapshot, stemmed: Sequence[Sequence[str]], rows: Rows) -> Vectors:
    """Return how well passages fit by their words, in the language in which they fit best."""
    return reduce(np.maximum, [snapshot.lexical.scores(one, rows) for one in stemmed])


def _signals(
    snapshot: Snapshot,
    rows: Rows,
    question: str,
    vector: Vectors,
    asked: frozenset[str],
    words: Vectors,
    known: float,
    prose: float,
    mentions: Sequence[Mention],
) -> Signals:
    """Return how the candidates fit the question, token vectors aside."""
    pages = snapshot.page_numbers[rows].astype(np.int64)
    return Signals(
        meaning=np.clip(snapshot.vectors.vectors(rows) @ vector, 0, 1),
        words=words,
        tokens=np.zeros(len(rows), np.float32),
        prose_tokens=np.zeros(len(rows), np.float32),
        title_words=_title_words(snapshot, pages, asked),
        title_meaning=(snapshot.title_vectors[pages] @ vector - _USUAL_COSINE) * snapshot.title_rarity[pages],
        term=_term(snapshot, pages, asked, mentions),
        known=np.full(len(rows), known, np.float32),
        first=np.asarray((rows == 0) | (pages != snapshot.page_numbers[rows - 1]), np.float32),
        asked=_asked(snapshot, rows, asked),
        defines=_defines(snapshot, rows, question, mentions),
        usual=snapshot.centres.usual(vector, rows),
        alike=snapshot.centres.alike_at(rows),
        prose=np.full(len(rows), prose, np.float32),
    )


def _title_words(snapshot: Snapshot, pages: Rows, asked: frozenset[str]) -> Vectors:
    """Return how far the question speaks of each candidate's page by the words of its title."""
    weight = lru_cache(maxsize=None)(snapshot.lexical.idf)
    titles = snapshot.title_stems(set(pages.tolist()))
    by_page = {page: overlap(asked, title, weight) for page, title in titles.items()}
    return np.asarray([by_page[page] for page in pages.tolist()], np.float32)


def _term(snapshot: Snapshot, pages: Rows, asked: frozenset[str], mentions: Sequence[Mention]) -> Vectors:
    """Return how far the question speaks of the term that each candidate's page defines.

    A page whose title asks for it ("What is X?") is matched by that: where all pages speak of X, most questions that
    name it ask something else.
    """
    spoken = np.zeros(len(pages), np.float32)
    defining = [snapshot.definitions[mention.term.collection, mention.term.slug][0] for mention in mentions]
    titles = dict(snapshot.catalog.titles_of(set(defining)))
    for mention, page in zip(mentions, defining, strict=True):
        if not is_question(titles[page]):
            by_name = overlap(asked, mention.stems, snapshot.lexical.idf)
            spoken[pages == page] = np.maximum(spoken[pages == page], by_name)
    return spoken


def _asked(snapshot: Snapshot, rows: Rows, question: frozenset[str]) -> Vectors:
    """Return how far the question is the one that each candidate's page asks itself there."""
    weight = snapshot.lexical.idf
    asked = map(snapshot.question_stems, rows.tolist())
    return np.asarray([overlap(question, own, weight) if own else 0.0 for own in asked], np.float32)


def _defines(snapshot: Snapshot, rows: Rows, question: str, mentions: Sequence[Mention]) -> Vectors:
    if not mentions or not asks_definition(question):
        return np.zeros(len(rows), np.float32)
    defining = [snapshot.definitions[mention.term.collection, mention.term.slug][1] for mention in mentions]
    return np.isin(rows, defining).astype(np.float32)
