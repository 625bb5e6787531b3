"""Languages: which one a collection is written in, so that its words are stemmed by that language's rules."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import Stemmer

from content.words import ENGLISH

_MOST_TEXTS = 50  # pages of a collection that are looked at
_MOST_CHARS = 400  # of each page
_FEWEST_CHARS = 200  # a shorter sample tells little
# ISO 639-1 codes of the languages that Snowball has rules for.
_SNOWBALL = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": ENGLISH, "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def language_of(texts: Iterable[str]) -> str:
    """Return the language of a collection's texts, named as Snowball names it.

    It is detected over many pages at once, since short ones are often mistaken (Lui and Baldwin, "langid.py", 2012).
    English where there is too little text, or no rules for the language.
    """
    sample = "\n".join(text[:_MOST_CHARS] for text in islice(texts, _MOST_TEXTS))
    if len(sample) < _FEWEST_CHARS:
        return ENGLISH
    import py3langid  # reads its model when imported

    code, _ = py3langid.classify(sample)
    name = _SNOWBALL.get(code, ENGLISH)
    return name if name in Stemmer.algorithms() else ENGLISH  # older Snowballs know fewer


def code_of(language: str) -> str:
    """Return the ISO 639-1 code of a language that Snowball has rules for."""
    return next(code for code, name in _SNOWBALL.items() if name == language)
