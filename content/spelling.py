"""Spelling: a question's misspelt names, as the content writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from content.words import STOP_WORDS, fold, words

# Four of five typos are one letter too many, too few, wrong, or out of turn (Damerau, "A technique for computer
# detection and correction of spelling errors", 1964). Words that differ in more are too often other words, such as
# "visualization" and "virtualization".
_MOST_TYPOS = 1
_SHORTEST = 5  # letters; shorter words are too often one letter away from another
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")


def spelled(name: str) -> Iterator[str]:
    """Yield the words of a name that another word may be meant for."""
    return (word for word in words(name) if len(word) >= _SHORTEST - 1 and word.isalpha())


class Spelling:
    """The words that the content's names are made of, as they are ``spelled``."""

    def __init__(self, written: Iterable[str]) -> None:
        self._words = sorted(set(written))

    def corrected(self, text: str, known: Callable[[str], bool]) -> str:
        """Return the text with each word that is not ``known`` as the one of a name that it was meant for.

        A word stays where no name has one like it, or several have. The first letter of a word is seldom wrong (Pollock
        and Zamora, "Automatic spelling correction in scientific and scholarly text", 1984), and words that end
        differently are more often kin, such as "cryptography" and "cryptographic", than one misspelt.
        """
        return _WORD.sub(lambda match: self._meant(match.group(), known) or match.group(), text)

    def _meant(self, written: str, known: Callable[[str], bool]) -> str | None:
        word = fold(written)
        if len(word) < _SHORTEST or word in STOP_WORDS or known(word):
            return None
        near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=_MOST_TYPOS, limit=None)
        alike = [name for name, _, _ in near if (name[0], name[-1]) == (word[0], word[-1])]
        return alike[0] if len(alike) == 1 else None
