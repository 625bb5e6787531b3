"""The draft: what a model writes, taken apart into sentences while it comes.

A sentence is plain text with the numbers of the passages that it is marked with. Images and markup go; of a link its
text stays, since a model's links lead nowhere that was vetted. Where a page lies its citation says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from content.sentences import sentences
from service.generation.prompt import NO_ANSWER

_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*[^\]\d\s,;][^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(r"<?\b(?:[a-z][a-z0-9+.-]*://|www\.|(?:javascript|data|mailto):)[^\s<>]*>?", re.I)
_TAG = re.compile(r"</?[a-z][^<>]*>|<!--.*?-->", re.I | re.S)
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`+|^\s*(?:#{1,6}|>)\s+", re.M)
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s+")
_MARK = re.compile(r"\[(?:passage\s*)?(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]", re.I)
# Marks that stand behind the full stop belong to the sentence before it.
_LATE_MARKS = re.compile(r"([.!?…]+[\"”’)]*)(\s*(?:\[(?:passage\s*)?\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]\s*)+)", re.I)
_STOPPED = re.compile(r"[.!?…。！？｡][\"'”’»)\]\s*_]*\Z|NO ANSWER[^.!?]*\Z")
_OPEN = re.compile(r"[!<\[(][^\])>]*\Z|\]\Z")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)


_LONGEST = 8000  # characters without an end, thinking aside; no sentence of an answer is that long


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that a model wrote, and the passages that it marked it with."""

    text: str
    marks: tuple[int, ...] = ()


class Draft:
    """An answer while it is written; ``passages`` is how many there are to mark."""

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._pending = ""
        self.declined = False

    @property
    def endless(self) -> bool:
        """Whether what is written comes to no end, so that taking it apart would only cost time."""
        return len(self._pending) > _LONGEST and "<think" not in self._pending

    def feed(self, text: str) -> list[Sentence]:
        """Return the sentences that a further piece of text completes."""
        self._pending += text
        return self._released(whole=False)

    def end(self) -> list[Sentence]:
        """Return what is left, as far as it is whole: what ends without a stop was cut off by the limit of tokens."""
        return self._released(whole=True)

    def _released(self, whole: bool) -> list[Sentence]:
        text = _LATE_MARKS.sub(_before_the_stop, _THOUGHT.sub("", self._pending))
        spans = [span for line in _lines(text) for span in sentences(text, *line)]
        if not whole and spans:
            # The last one may go on, and so may the one before while what follows may turn out to be its mark.
            held = 2 if len(spans) > 1 and _OPEN.match(text[spans[-1][0] :]) else 1
            spans, rest = spans[:-held], spans[-held][0]
            if self._pending.lower().rfind("<think") > self._pending.lower().rfind("</think"):
                return []
            self._pending = text[rest:]
        elif whole:
            self._pending = ""
            spans = [span for span in spans if span is not spans[-1] or _STOPPED.search(text[: span[1]])]
        found = [self._sentence(text[start:end]) for start, end in spans]
        return [sentence for sentence in found if sentence is not None]

    def _sentence(self, written: str) -> Sentence | None:
        if NO_ANSWER in written:
            self.declined = True
            return None
        text = _TAG.sub("", _ADDRESS.sub("", _LINK.sub(r"\1", _IMAGE.sub("", written))))
        text = _MARKUP.sub("", _BULLET.sub("", text))
        numbers = (int(number) for match in _MARK.finditer(text) for number in re.findall(r"\d+", match.group(1)))
        marks = tuple(dict.fromkeys(number for number in numbers if 1 <= number <= self._passages))
        text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_MARK.sub(" ", text).split()))
        return Sentence(text, marks) if any(char.isalnum() for char in text) else None


def _lines(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines; each holds whole sentences, as list items do."""
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def _before_the_stop(match: re.Match[str]) -> str:
    stop, marks = match.groups()
    return f" {marks.strip()}{stop} "
