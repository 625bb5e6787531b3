"""Support: whether the passages say what a sentence says, and where.

A sentence is supported by one or two sentences of one passage that hold nearly all that it says, by the words' meaning
(``alignment``), and change nothing of it (``contradiction``). Where a cross-encoder is configured, it must also put
that passage before the other ones for this sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from content.embedding import Embedder, TokenVectors
from content.model import Hit
from content.reranking import Reranker
from content.words import stems
from service.answering.evidence import Evidence, Quote, Unit, joined
from service.generation.alignment import Alignment, Pair, Word, words
from service.generation.contradiction import SIMILAR, SUBJECT, contradiction
from service.generation.draft import Sentence

_COVERED = 0.8  # the share of a sentence's words, by weight, that its quote must hold
_TRIED = 3  # further sentences that are tried beside the best one
_FURTHER = 0.1  # a second sentence is quoted where it holds that much more
_BY_MEANING = 0.5  # what a word counts that the quote holds only by its meaning


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

    def support(self, sentence: Sentence, evidence: Evidence, question: str = "") -> Support:
        """Return the best support for a sentence: by a passage that it is marked with, or else by any other.

        What it says beyond the ``question`` must be there by itself, since an echo of the question is no evidence.
        """
        (tokens,) = self._embedder.encode_passages([sentence.text]).tokens
        claim = _Claim(words(sentence.text), tokens, frozenset(stems(question)))
        marked = [evidence.hits[number - 1] for number in sentence.marks]
        others = [hit for hit in evidence.hits if hit not in marked]
        best = Support()
        for hits in (marked, others):
            found = [_by(hit, claim, evidence) for hit in hits]
            best = max([best, *found], key=lambda one: (one.holds, one.score))
            if best.holds:
                break
        if best.holds and self._reranker is not None:
            return self._confirmed(best, sentence, evidence, self._reranker)
        return best

    def _confirmed(self, found: Support, sentence: Sentence, evidence: Evidence, reranker: Reranker) -> Support:
        """Return the support if the cross-encoder, too, puts its passage first."""
        fits = reranker(sentence.text, [hit.passage.in_context(hit.title) for hit in evidence.hits])
        if evidence.hits[int(np.argmax(fits))].row == found.quotes[0].hit.row:
            return found
        return replace(found, lacking="the cross-encoder finds another passage nearer")


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sentence says: its words and their tokens; ``asked`` are the stems of the question."""

    words: Sequence[Word]
    tokens: TokenVectors
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Beside:
    """A claim beside one passage; ``around`` are the stems of its title and headings."""

    claim: _Claim
    hit: Hit
    alignment: Alignment
    around: frozenset[str]
    weight: Callable[[str], float]

    def inside(self, units: Sequence[Unit]) -> list[int]:
        """Return the places of the passage's words that stand in these units."""
        before = self.hit.passage.start
        spans = [(unit.quote.start - before, unit.quote.end - before) for unit in units]
        held = self.alignment.held
        return [word.place for word in held if any(start <= word.start and word.end <= end for start, end in spans)]

    def covered(self, units: Sequence[Unit]) -> float:
        """Return the share of what the claim says that some units say, by the words' weight.

        It is the lesser one of the share of all words and of those that are not in the question: a sentence that has no
        such words answers nothing.
        """
        inside = self.inside(units)
        left = Counter(self.alignment.held[place].key for place in inside)
        said: list[tuple[float, float, bool]] = []
        for pair in self.alignment.pairs(inside):
            held = self._held(pair, left)
            said.append((self.weight(pair.word.stem), held, pair.word.stem in self.claim.asked))
        new = [(weight, held) for weight, held, asked in said if not asked]
        return min(_share([(weight, held) for weight, held, _ in said]), _share(new))

    def _held(self, pair: Pair, left: Counter[str]) -> float:
        """Return how far a word is held; one that is said more often than it is held is not, the further times."""
        if pair.same:
            left[pair.word.key] -= 1
            return 1.0 if left[pair.word.key] >= 0 else 0.0
        if pair.word.stem in self.around and pair.word.place < SUBJECT:
            return 1.0  # the title in place of a pronoun
        return _BY_MEANING if pair.similarity >= SIMILAR else 0.0


def _share(said: Sequence[tuple[float, float]]) -> float:
    total = sum(weight for weight, _ in said)
    return sum(weight * held for weight, held in said) / total if total else 0.0


def _by(hit: Hit, claim: _Claim, evidence: Evidence) -> Support:
    """Return the support that one passage gives: by its best sentence, or by two where that holds clearly more."""
    index = evidence.snapshot.tokens
    interaction = index.interaction(claim.tokens, hit.row) if index is not None and len(claim.tokens) else None
    alignment = Alignment(claim.words, words(hit.passage.text), interaction, claim.tokens)
    around = frozenset(stems(" ".join([hit.title, *hit.passage.heading])))
    beside = _Beside(claim, hit, alignment, around, evidence.snapshot.lexical.idf)
    ranked = sorted(((beside.covered([unit]), unit) for unit in evidence.of(hit)), key=lambda pair: -pair[0])
    if not ranked:
        return Support()
    best, first = ranked[0]
    chosen = [first]
    for _, unit in ranked[1 : 1 + _TRIED]:
        both = beside.covered([first, unit])
        if both >= best + _FURTHER:
            best, chosen = both, [first, unit]
    return _judged(best, chosen, beside, evidence)


def _judged(score: float, chosen: Sequence[Unit], beside: _Beside, evidence: Evidence) -> Support:
    inside = beside.inside(chosen)
    quoted = [beside.alignment.held[place] for place in inside]
    lacking = contradiction(beside.claim.words, quoted, beside.alignment.pairs(inside), beside.around)
    if lacking is None and score < _COVERED:
        lacking = f"only {score:.0%} of it is said there"
    quotes = joined([unit.quote for unit in chosen], evidence)
    return Support(tuple(replace(quote, support=score) for quote in quotes), score, lacking)
