"""Spelling: a question's misspelt names, as the content writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from content.words import STOP_WORDS, fold, words

# Four of five typos are one letter too many, too few, wrong, or out of turn (Damerau, "A technique for computer
# detection and correction of spelling errors", 1964); a long word may have two.
_ONE_TYPO = 5  # letters from which on a word may have one
_TWO_TYPOS = 9
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")


class Spelling:
    """The words that the content's names are made of."""

    def __init__(self, names: Iterable[str]) -> None:
        written = {word for name in names for word in words(name)}
        self._words = sorted(word for word in written if len(word) >= _ONE_TYPO - 1 and word.isalpha())

    def corrected(self, text: str, known: Callable[[str], bool]) -> str:
        """Return the text with each word that is not ``known`` as the one of a name that it was meant for.

        A word stays where no name has one like it, or several have. The first letter of a word is seldom wrong (Pollock
        and Zamora, "Automatic spelling correction in scientific and scholarly text", 1984), and words that end
        differently are more often kin, such as "cryptography" and "cryptographic", than one misspelt.
        """
        return _WORD.sub(lambda match: self._meant(match.group(), known) or match.group(), text)

    def _meant(self, written: str, known: Callable[[str], bool]) -> str | None:
        word = fold(written)
        if len(word) < _ONE_TYPO or word in STOP_WORDS or known(word):
            return None
        most = 1 + (len(word) >= _TWO_TYPOS)
        near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None)
        alike = sorted((distance, name) for name, distance, _ in near if (name[0], name[-1]) == (word[0], word[-1]))
        if not alike or (len(alike) > 1 and alike[0][0] == alike[1][0]):
            return None
        return alike[0][1]
