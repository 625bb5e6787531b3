"""Support: whether the passages say what a sentence says, and where.

A sentence is supported by one or two sentences of one passage that hold nearly all that it says, by the words' meaning
(``alignment``), and change nothing of it (``contradiction``). Where a cross-encoder is configured, it must also put
that passage before the other ones for this sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from content.embedding import Embedder, TokenVectors
from content.model import Hit
from content.reranking import Reranker
from content.words import stems
from service.evidence import Evidence, Quote, Unit, joined
from service.generation.alignment import Alignment, Pair, Word, words
from service.generation.contradiction import SIMILAR, contradiction
from service.generation.draft import Sentence

_COVERED = 0.8  # the share of a sentence's words, by weight, that its quote must hold
_FURTHER = 0.1  # a second sentence is quoted where it holds that much more
_UNSAID = 0.25  # of a word that the quote holds only by its meaning, at least that much is missing


@dataclass(frozen=True, slots=True)
class Support:
    """The best that the passages have for a sentence; ``lacking`` says why that does not support it, else None."""

    quotes: tuple[Quote, ...] = ()
    score: float = 0.0
    lacking: str | None = "no passage says anything like it"

    @property
    def holds(self) -> bool:
        """Whether the sentence is supported."""
        return self.lacking is None


class Verifier:
    """Checks what a model writes against the passages that it was given."""

    def __init__(self, embedder: Embedder, reranker: Reranker | None = None) -> None:
        self._embedder = embedder
        self._reranker = reranker

    def support(self, sentence: Sentence, evidence: Evidence) -> Support:
        """Return the best support for a sentence: by a passage that it is marked with, or else by any other."""
        (tokens,) = self._embedder.encode_passages([sentence.text]).tokens
        said = words(sentence.text)
        marked = [evidence.hits[number - 1] for number in sentence.marks]
        others = [hit for hit in evidence.hits if hit not in marked]
        best = Support()
        for hits in (marked, others):
            found = [self._by(hit, said, tokens, evidence) for hit in hits]
            best = max([best, *found], key=lambda one: (one.holds, one.score))
            if best.holds:
                break
        if best.holds and self._reranker is not None:
            return self._confirmed(best, sentence, evidence, self._reranker)
        return best

    def _by(self, hit: Hit, said: Sequence[Word], tokens: TokenVectors, evidence: Evidence) -> Support:
        index = evidence.snapshot.tokens
        passage = hit.passage
        beside = index.interaction(tokens, hit.row) if index is not None and len(tokens) else None
        alignment = Alignment(said, words(passage.text), beside, tokens)
        around = frozenset(stems(" ".join([hit.title, *passage.heading])))
        units = list(evidence.of(hit))
        scored = [(self._covered(alignment, [unit], hit, around, evidence), [unit]) for unit in units]
        if not scored:
            return Support()
        scored.sort(key=lambda pair: -pair[0])
        first = scored[0]
        pairs = [
            (self._covered(alignment, [*first[1], unit], hit, around, evidence), [*first[1], unit])
            for _, (unit,) in scored[1:4]
        ]
        second = max(pairs, key=lambda pair: pair[0], default=first)
        score, chosen = second if second[0] >= first[0] + _FURTHER else first
        return self._judged(score, chosen, alignment, hit, around, evidence)

    def _judged(
        self,
        score: float,
        chosen: Sequence[Unit],
        alignment: Alignment,
        hit: Hit,
        around: frozenset[str],
        evidence: Evidence,
    ) -> Support:
        inside = _inside(alignment, chosen, hit)
        quoted = [alignment.held[place] for place in inside]
        lacking = contradiction(alignment.said, quoted, alignment.pairs(inside), around)
        if score < _COVERED:
            lacking = f"only {score:.0%} of it is said there"
        quotes = joined([replace(unit.quote, support=score) for unit in chosen], evidence)
        return Support(tuple(replace(quote, support=score) for quote in quotes), score, lacking)

    def _covered(
        self, alignment: Alignment, units: Sequence[Unit], hit: Hit, around: frozenset[str], evidence: Evidence
    ) -> float:
        """Return the share of the sentence's words that some units say, by weight."""
        pairs = alignment.pairs(_inside(alignment, units, hit))
        if not pairs:
            return 0.0
        weights = np.array([evidence.snapshot.lexical.idf(pair.word.stem) for pair in pairs])
        held = np.array([_held(pair, around) for pair in pairs])
        return float(weights @ held / weights.sum()) if weights.sum() else 0.0

    def _confirmed(self, found: Support, sentence: Sentence, evidence: Evidence, reranker: Reranker) -> Support:
        """Return the support if the cross-encoder, too, puts its passage first."""
        fits = reranker(sentence.text, [hit.passage.in_context(hit.title) for hit in evidence.hits])
        if evidence.hits[int(np.argmax(fits))].row == found.quotes[0].hit.row:
            return found
        return replace(found, lacking="the cross-encoder finds another passage nearer")


def _held(pair: Pair, around: frozenset[str]) -> float:
    if pair.same or pair.word.stem in around:
        return 1.0
    return 1 - _UNSAID if pair.similarity >= SIMILAR else 0.0


def _inside(alignment: Alignment, units: Sequence[Unit], hit: Hit) -> list[int]:
    """Return the places of the passage's words that stand in these units."""
    spans = [(unit.quote.start - hit.passage.start, unit.quote.end - hit.passage.start) for unit in units]
    return [
        word.place for word in alignment.held if any(start <= word.start and word.end <= end for start, end in spans)
    ]
