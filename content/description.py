"""Descriptions: what a question tells of a term in place of its name."""

from __future__ import annotations

import re

from content.words import stems

_FEWEST_STEMS = 3  # fewer say a name: "the word for dog"
_CALLED = r"(?:term|word|concept|phrase|expression)"
# "Which term does this describe: ...", "What do you call ...", "What is the word for ...", "What is it called when ..."
_BEFORE = re.compile(
    rf"""\s*+(?:
        (?:which|what)\s+{_CALLED}\s+
            (?:does\s+(?:this|that|it|the\s+following)\s+(?:text\s+|sentence\s+|definition\s+)?(?:describe|define|mean)
              |is\s+(?:described|defined|meant|used)(?:\s+(?:here|by|for|as))*
              |describes|means|denotes|refers\s+to|stands\s+for)
      | (?:what(?:['’]?s|\s+is)\s+|is\s+there\s+)(?:the|an?)\s+(?:\w+\s+)?{_CALLED}\s+(?:for|that\s+(?:means|describes))
      | what\s+(?:do|does|would|should)\s+(?:you|we|one|people|they)\s+call
      | what(?:['’]?s|\s+is)\s+it\s+called(?=\s+(?:when|if|that)\b)
    )\b[\s:,–—-]*(?P<told>\S.*)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# "A function that is passed to another: what is it called?", "... Which term is meant?"
_BEHIND = re.compile(
    rf"""\s*+(?P<told>.*[^\s:,;–—-])[\s:,;–—-]++(?:and\s++)?(?:
        what(?:['’]?s|\s+is|\s+do\s+(?:you|we|people|they)\s+call)\s+(?:it|that|this)(?:\s+called)?
      | (?:which|what)\s+{_CALLED}\s+(?:is|do\s+I|does)\b[^.?!]{{0,60}}
    )\s*\?+\s*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"_{2,}")


def described(question: str) -> str | None:
    """Return how a question describes the term that it asks for, or None where it does not; blanks are left out."""
    told = _BEFORE.match(question) or _BEHIND.fullmatch(question)
    if told is None:
        return None
    description = " ".join(_BLANK.sub(" ", told["told"]).split())
    return description if len(set(stems(description))) >= _FEWEST_STEMS else None
