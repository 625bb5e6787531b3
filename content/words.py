"""Words: how a text is cut into the stemmed words that are indexed and compared."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import Stemmer

# Function words and the words that questions are made of. They say how something is asked, not what about,
# so they neither find passages nor count as missing from one. "Who", "when" and their like steer the choice
# of a sentence instead (service/generation/extractive.py).
STOP_WORDS = frozenset(
    """
    a about an and any are aren't as at be been being but by can can't could couldn't did didn't do does
    doesn't doing don't for from had has hasn't have haven't having he her here hers him his how how's i i'd
    i'll i'm i've if in into is isn't it it's its itself just let's me my of on or our ours please she should
    so some such than that that's the their theirs them then there there's these they they're this those to
    too us very was wasn't we we're were weren't what what's when when's where where's which who who's whom
    whose why why's will with won't would wouldn't you you'd you'll you're you've your yours
    define definition explain mean meaning means meant tell
    """.split()
)

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W_]+)*(?:\+\+|#(?!\w))?")
# Scripts that are written without spaces: their runs are cut into pairs of characters, as Lucene's CJK
# analyzer does.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")

ENGLISH = "english"  # as Snowball names it

_stemmers = threading.local()


def words(text: str) -> list[str]:
    """Return the words of a text in order, folded to lower case and without Latin accents."""
    folded = fold(text)
    if folded.isascii():  # most texts: none of their scripts goes without spaces
        return _WORD.findall(folded)
    found: list[str] = []
    for match in _WORD.finditer(folded):
        word = match.group()
        if _UNSPACED.search(word):
            found.extend(_pairs(word))
        else:
            found.append(word)
    return found


def stems(text: str, language: str = ENGLISH) -> list[str]:
    """Return the stems of a text's words in order, stop words left out."""
    return [stem(word, language) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=1 << 17)
def stem(word: str, language: str = ENGLISH) -> str:
    """Return the stem of one folded word by Snowball's rules for a language (Porter 2001)."""
    bare = word.replace("’", "'").removesuffix("'s")
    return str(_stemmer(language).stemWord(bare))


@lru_cache(maxsize=1 << 17)
def stem_as_written(word: str) -> str:
    """Return the stem of one word as it stands in a text."""
    return stem(fold(word))


def fold(text: str) -> str:
    """Return the text in lower case, compatibility forms resolved, Latin letters without accents."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if text.isascii():
        return text
    return "".join(_base(char) if "\u00c0" <= char <= "\u024f" else char for char in text)


def unique(items: Iterable[str]) -> list[str]:
    """Return the items in order, each once."""
    return list(dict.fromkeys(items))


def _base(char: str) -> str:
    return unicodedata.normalize("NFKD", char)[0]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(max(1, len(run) - 1))]


def _stemmer(language: str) -> Any:
    # A stemmer keeps state while it works, so threads do not share one.
    if not hasattr(_stemmers, language):
        setattr(_stemmers, language, Stemmer.Stemmer(language, 0))
    return getattr(_stemmers, language)
