"""Captions: WebVTT and SubRip files, as what is said in a recording.

https://www.w3.org/TR/webvtt1/; SubRip has no standard but its program.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from content.errors import PageError
from ingest.draft import Draft, clean
from ingest.extract.encoding import decode
from ingest.extract.speech import Cue, speech_draft

Timed = tuple[float, float, list[str]]  # from when to when lines are shown, in seconds

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t][^\n]*)?(?:\n|$)")
_VTT_TIME = r"(?:(\d+):)?(\d{2}):(\d{2}\.\d{3})"
_VTT_TIMES = re.compile(rf"\s*{_VTT_TIME}\s*-->\s*{_VTT_TIME}(?:\s|$)")
_SRT_TIME = r"(\d{1,3}):(\d{2}):(\d{2},\d{1,3})"
_SRT_TIMES = re.compile(rf"\s*{_SRT_TIME}\s*-->\s*{_SRT_TIME}(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:[ \t]+([^>]*))?>")
_TAG = re.compile(r"<[^>]*>?|\{\\[^}]*\}")  # those of WebVTT and HTML, and of SubStation in braces
_TURN = re.compile(r"(?:-|–|—|>>+)\s*(?=\S)")
# Captions made by machine repeat each line while the next one comes up; words then have times of their own.
_WORD_TIME = re.compile(r"<\d{2}:(?:\d{2}:)?\d{2}\.\d{3}>")
_NAMED = re.compile(r"([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}): (?=\S)")


def extract_vtt(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError for what is no WebVTT."""
    text = clean(decode(document))
    if not _SIGNATURE.match(text):
        raise PageError("it is no WebVTT file: its first line does not begin with WEBVTT")
    return _draft(text, _vtt_cues(text))


def extract_srt(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError where a time is not written as SubRip has it."""
    text = clean(decode(document))
    return _draft(text, _srt_cues(text))


def _draft(text: str, timed: Iterable[Timed]) -> list[Draft]:
    if _WORD_TIME.search(text):
        timed = _unrolled(timed)
    draft = speech_draft(cue for start, end, lines in timed for cue in _cues(start, end, lines))
    if not draft.text:
        raise PageError("it has no captions in it")
    return [draft]


def _vtt_cues(text: str) -> list[Timed]:
    found: list[Timed] = []
    inside = False
    for line in text.split("\n"):
        if times := _VTT_TIMES.match(line):
            found.append(_timed(times))
            inside = True
        elif not line or "-->" in line:  # the cue ends; what is not a cue are notes, styles and names
            inside = False
        elif inside:
            found[-1][2].append(line)
    return found


def _srt_cues(text: str) -> list[Timed]:
    found: list[Timed] = []
    for number, line in enumerate(text.split("\n"), 1):
        if times := _SRT_TIMES.match(line):
            if found and found[-1][2] and found[-1][2][-1].strip().isdigit():  # the number of this cue
                found[-1][2].pop()
            found.append(_timed(times))
        elif "-->" in line:
            raise PageError(f"line {number}: {line.strip()[:60]!r} is not written HH:MM:SS,mmm --> HH:MM:SS,mmm")
        elif found and line.strip():
            found[-1][2].append(line)
    return found


def _timed(times: re.Match[str]) -> Timed:
    return _seconds(*times.group(1, 2, 3)), _seconds(*times.group(4, 5, 6)), []


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


def _unrolled(timed: Iterable[Timed]) -> Iterator[Timed]:
    shown: list[str] = []
    for start, end, lines in timed:
        plain = [_plain(line) for line in lines]
        repeated = next((at for at, line in enumerate(plain) if line and line not in shown), len(plain))
        shown = list(filter(None, plain)) or shown
        if repeated < len(lines):
            yield start, end, lines[repeated:]


def _cues(start: float, end: float, lines: list[str]) -> Iterator[Cue]:
    """Yield what each speaker says in a cue."""
    turns = False
    speaker: str | None = None
    said: list[str] = []
    for line in lines:
        for at, piece in enumerate(_VOICE.split(line)):
            if at % 2:  # the name in a voice tag
                yield from _cue(start, end, said, speaker, turns)
                speaker, said, turns = _plain(piece or "") or None, [], False
                continue
            plain = _plain(piece)
            if mark := _TURN.match(plain):
                yield from _cue(start, end, said, speaker, turns)
                said, turns = [], True
                plain = plain[mark.end() :]
            if plain:
                said.append(plain)
    yield from _cue(start, end, said, speaker, turns)


def _cue(start: float, end: float, said: list[str], speaker: str | None, turns: bool) -> Iterator[Cue]:
    text = " ".join(said)
    if text:
        yield Cue(start, end, text, speaker, turns or bool(_NAMED.match(text)))


def _plain(markup: str) -> str:
    return " ".join(clean(html.unescape(_TAG.sub("", markup))).split())
