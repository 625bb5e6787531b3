"""Pairing: which words of a sentence say what which words of a passage say.

A word is paired with the passage's word of the same stem, or else with the one whose tokens are nearest to its own in
meaning, by the token vectors of late interaction. Without these only words of the same stem are paired.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from content.embedding import TokenVectors, Vectors
from content.interaction import Interaction
from content.words import STOP_WORDS, fold, stem

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’_][^\W_]+)*")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:st|nd|rd|th|s|k|m|bn)?\Z")
_NUMBER_WORDS = {
    word: str(value)
    for words, start in (
        ("two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen", 2),
        ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", 1),
    )
    for value, word in enumerate(words.split(), start)
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000", "half": "0.5"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text from ``start`` to ``end``; ``place`` counts the words before it.

    ``number`` is its value where it is one; ``opens`` is whether it begins a sentence, where a capital says nothing.
    """

    text: str
    stem: str
    start: int
    end: int
    place: int
    number: str | None
    opens: bool

    @property
    def folded(self) -> str:
        """The word in lower case."""
        return fold(self.text)

    @property
    def key(self) -> str:
        """By what it is the same word as another: its value, or else its stem."""
        return self.stem if self.number is None else self.number

    @property
    def content(self) -> bool:
        """Whether it says something by itself."""
        return self.number is not None or self.folded not in STOP_WORDS

    @property
    def capital(self) -> bool:
        """Whether it is written as names are."""
        return self.content and self.number is None and any(char.isupper() for char in self.text)

    @property
    def name(self) -> bool:
        """Whether it is a name or a code, as far as its writing says so."""
        return self.capital and (not self.opens or any(char.isupper() or char.isdigit() for char in self.text[1:]))


def words(text: str) -> list[Word]:
    """Return the words of a text."""
    found: list[Word] = []
    before = 0
    for place, match in enumerate(_WORD.finditer(text)):
        between = text[before : match.start()]
        opens = place == 0 or any(mark in between for mark in ".!?:\n")
        folded = fold(match.group())
        found.append(Word(match.group(), stem(folded), *match.span(), place, _number(folded), opens))
        before = match.end()
    return found


def _number(folded: str) -> str | None:
    if folded in _NUMBER_WORDS:
        return _NUMBER_WORDS[folded]
    match = _NUMBER.match(re.sub(r",(?=\d{3}\b)", "", folded))
    return f"{float(match.group(1)):.10g}" if match else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of the sentence with the one of the passage that it is paired with, None where none is like it.

    ``similarity`` is 1 for the same word, else how near both are in meaning.
    """

    word: Word
    to: Word | None
    similarity: float

    @property
    def same(self) -> bool:
        """Whether both are the same word."""
        return self.to is not None and self.similarity == 1


class Pairing:
    """A sentence beside a passage: ``said`` are the sentence's words, ``held`` the passage's."""

    def __init__(self, said: Sequence[Word], held: Sequence[Word], beside: Interaction | None, tokens: TokenVectors):
        self.said = said
        self.held = held
        self._near = _near(said, held, beside, tokens)

    def pairs(self, inside: Sequence[int]) -> list[Pair]:
        """Return the sentence's words that say something, paired with those words of the passage, by their places."""
        by_stem: dict[str, list[Word]] = {}
        for place in inside:
            by_stem.setdefault(self.held[place].key, []).append(self.held[place])
        found: list[Pair] = []
        last = 0
        for word in self.said:
            if not word.content:
                continue
            same = by_stem.get(word.key)
            if same:
                to = min(same, key=lambda other: (abs(other.place - last), other.place))
                found.append(Pair(word, to, 1.0))
            elif len(inside):
                near = self._near[word.place, inside]
                best = int(near.argmax())
                to = self.held[inside[best]]
                found.append(Pair(word, to, min(float(near[best]), 0.99)))
            else:
                found.append(Pair(word, None, 0.0))
            last = found[-1].to.place if found[-1].to else last
        return found


def _near(said: Sequence[Word], held: Sequence[Word], beside: Interaction | None, tokens: TokenVectors) -> Vectors:
    """Return how near the words are in meaning, shape (said, held)."""
    near = np.zeros((len(said), len(held)), np.float32)
    if beside is None or not len(tokens) or not len(beside.spans):
        return near
    mine = [_tokens_of(word, tokens.spans) for word in said]
    # The best token of each held word for every token of the sentence, shape (held, tokens of the sentence).
    best = np.stack([_best(word, beside) for word in held]) if held else np.zeros((0, len(tokens)), np.float32)
    for place, own in enumerate(mine):
        if len(own):
            near[place] = best[:, own].mean(axis=1)
    return near


def _best(word: Word, beside: Interaction) -> Vectors:
    own = _tokens_of(word, beside.spans)
    width = beside.similarities.shape[1]
    return np.asarray(beside.similarities[own].max(axis=0) if len(own) else np.zeros(width), np.float32)


def _tokens_of(word: Word, spans: np.ndarray) -> np.ndarray:
    return np.flatnonzero((spans[:, 0] < word.end) & (spans[:, 1] > word.start))
