"""Support: whether the passages say what a sentence says, and where.

A sentence is supported by one sentence of a passage that holds nearly all that it says, mostly in the same words,
else by their meaning (``pairing``), and that it changes nothing of (``contradiction``). What a model makes of two
sentences is said by neither: of what a small model made of two, half was not so. Where a cross-encoder is configured,
it must also put that passage before the other ones for this sentence.

The limits were chosen on true and changed sentences and on what SmolLM2-135M wrote (tests/bench/RESULTS.md).
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
from service.answering.evidence import Evidence, Quote, Unit
from service.generation.contradiction import SIMILAR, SUBJECT, contradiction
from service.generation.draft import Sentence
from service.generation.pairing import Pair, Pairing, Word, words

_COVERED = 0.8  # the share of a sentence's words, by weight, that its quote must hold
_BY_MEANING = 0.5  # what a word counts that the quote holds only by its meaning
_REWORDED = 0.25  # the share of a sentence's words that the quote may hold only by their meaning, or not at all
_FEWEST = 3  # words; fewer are no sentence and say nothing by themselves
_OPENING = 3  # words of a quote among which a pronoun stands for what its title names
_PRONOUNS = frozenset("it its they their this these that those he she".split())
# What asks in a question and is not what is asked about.
_ASKING = frozenset(stems("describe term call refer"))


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
        claim = _Claim(sentence.text.rstrip(), words(sentence.text), tokens, frozenset(stems(question)))
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

    text: str
    words: Sequence[Word]
    tokens: TokenVectors
    asked: frozenset[str]

    @property
    def leans(self) -> bool:
        """Whether it begins with a pronoun, and so speaks of what the question is about."""
        return bool(self.words) and self.words[0].folded in _PRONOUNS

    @property
    def topic(self) -> frozenset[str]:
        """The stems of what the question is about."""
        return self.asked - _ASKING


@dataclass(frozen=True, slots=True)
class _Beside:
    """A claim beside one passage; ``around`` are the stems of its title and headings."""

    claim: _Claim
    hit: Hit
    pairing: Pairing
    around: frozenset[str]
    weight: Callable[[str], float]

    def inside(self, unit: Unit) -> list[int]:
        """Return the places of the passage's words that stand in a unit."""
        before = self.hit.passage.start
        start, end = unit.quote.start - before, unit.quote.end - before
        return [word.place for word in self.pairing.held if start <= word.start and word.end <= end]

    def covered(self, unit: Unit) -> float:
        """Return the share of what the claim says that a unit says, by the words' weight.

        It is the lesser one of the share of all words and of those that are not in the question: a sentence that has no
        such words answers nothing.
        """
        inside = self.inside(unit)
        names_it = self._names_it(unit, inside)
        left = Counter(self.pairing.held[place].key for place in inside)
        said: list[tuple[float, float, bool]] = []
        for pair in self.pairing.pairs(inside):
            held = self._held(pair, left, names_it)
            said.append((self.weight(pair.word.stem), held, pair.word.stem in self.claim.asked))
        new = [(weight, held) for weight, held, asked in said if not asked]
        return min(_share([(weight, held) for weight, held, _ in said]), _share(new))

    def lacking(self, unit: Unit, score: float) -> str | None:
        """Return why a unit that covers so much of the claim does not support it, None where it does."""
        inside = self.inside(unit)
        quoted = [self.pairing.held[place] for place in inside]
        pairs = self.pairing.pairs(inside)
        changed = contradiction(self.claim.words, quoted, pairs, self.around)
        if changed is not None:
            return changed
        introduces = self.claim.text.endswith(":") and not unit.text.rstrip().endswith(":")
        if len(self.claim.words) < _FEWEST or introduces:
            return "it says nothing by itself"
        if self.claim.leans and not self.claim.topic <= self.around | {word.stem for word in quoted}:
            return f"what “{self.claim.words[0].text}” is"
        names_it = self._names_it(unit, inside)
        left = Counter(word.key for word in quoted)
        reworded = [pair for pair in pairs if not self._takes(pair, left) and not (names_it and self._is_title(pair))]
        named = [pair.word.text for pair in reworded if self._is_title(pair)]
        if named:
            return f"only the title says {named[0]}"
        echoed = [pair.word.text for pair in reworded if pair.word.stem in self.claim.topic]
        if echoed:
            return f"only the question says {echoed[0]}"
        if len(reworded) > _REWORDED * len(pairs):
            return f"{len(reworded)} of {len(pairs)} words are others"
        return f"only {score:.0%} of it is said there" if score < _COVERED else None

    def _held(self, pair: Pair, left: Counter[str], names_it: bool) -> float:
        """Return how far a word is held."""
        if pair.same:
            return 1.0 if self._takes(pair, left) else 0.0
        if names_it and self._is_title(pair):
            return 1.0
        return _BY_MEANING if pair.similarity >= SIMILAR else 0.0

    @staticmethod
    def _takes(pair: Pair, left: Counter[str]) -> bool:
        """Take a word from those that are ``left`` of the quote; return whether it was there.

        A word that is said more often than it is held is not, the further times.
        """
        left[pair.word.key] -= pair.same
        return pair.same and left[pair.word.key] >= 0

    def _is_title(self, pair: Pair) -> bool:
        return pair.word.stem in self.around and pair.word.place < SUBJECT

    def _names_it(self, unit: Unit, inside: Sequence[int]) -> bool:
        """Whether a unit speaks of what the title names without its name: by a pronoun, or as a definition does.

        A passage's first sentence is one ("A style in which …") unless it begins with something that the claim does not
        say, which then is what it speaks of.
        """
        held = [self.pairing.held[place] for place in inside]
        if not _PRONOUNS.isdisjoint(word.folded for word in held[:_OPENING]):
            return True
        subject = next((word.key for word in held if word.content), None)
        return unit.quote.start == self.hit.passage.start and subject in {word.key for word in self.claim.words}


def _by(hit: Hit, claim: _Claim, evidence: Evidence) -> Support:
    """Return the support that one passage gives, by its best sentence."""
    index = evidence.snapshot.tokens
    interaction = index.interaction(claim.tokens, hit.row) if index is not None and len(claim.tokens) else None
    pairing = Pairing(claim.words, words(hit.passage.text), interaction, claim.tokens)
    around = frozenset(stems(" ".join([hit.title, *hit.passage.heading])))
    beside = _Beside(claim, hit, pairing, around, evidence.snapshot.lexical.idf)
    units = [(beside.covered(unit), unit) for unit in evidence.of(hit)]
    if not units:
        return Support()
    score, best = max(units, key=lambda pair: pair[0])
    return Support((replace(best.quote, support=score),), score, beside.lacking(best, score))


def _share(said: Sequence[tuple[float, float]]) -> float:
    total = sum(weight for weight, _ in said)
    return sum(weight * held for weight, held in said) / total if total else 0.0
