"""Transcripts: plain text in which the lines of a recording stand under or beside their times."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ingest.draft import Draft, clean
from ingest.extract.speech import Cue, speech_draft

_TIME = r"[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?[\])]?"
# "[00:01:23] Text", "1:23 - 1:27 Text", "1:23" alone, "Ada Lovelace 1:23" and "Ada Lovelace (1:23):".
_BEFORE = re.compile(rf"\s*{_TIME}(?:\s*(?:-->|-|–|to)\s*[\[(]?[\d:.,]{{4,12}}[\])]?)?(?:\s*[-–:|])?(?:\s+|$)")
_BEHIND = re.compile(rf"\s*(\S[^\n:]{{0,40}}?):?\s+{_TIME}:?\s*$")
# A schedule has times as well, but a recording begins at its beginning, and goes on.
_LATEST_START = 60  # seconds
_FEWEST = 4
_SHARE = 0.25  # of the lines


def extract_transcript(source: str) -> list[Draft]:
    """Return one draft, or none where the text is no transcript with times."""
    lines = [line for line in clean(source).split("\n") if line.strip()]
    cues: list[Cue] = []
    head: list[str] = []
    for line in lines:
        if cue := _cue(line):
            cues.append(cue)
        elif cues:
            cues[-1] = replace(cues[-1], text=f"{cues[-1].text} {' '.join(line.split())}".lstrip())
        else:
            head.append(" ".join(line.split()))
    if not _is_recording(cues, len(lines)):
        return []
    ends = [cue.start for cue in cues[1:]] + [cues[-1].start]
    timed = [replace(cue, end=end) for cue, end in zip(cues, ends, strict=True)]
    opening = [Cue(0, 0, line, turns=True) for line in head]
    return [speech_draft([*opening, *(cue for cue in timed if cue.text)])]


def _is_recording(cues: list[Cue], lines: int) -> bool:
    return (
        len(cues) >= max(_FEWEST, _SHARE * lines)
        and cues[0].start <= _LATEST_START
        and all(before.start <= after.start for before, after in pairwise(cues))
        and cues[0].start < cues[-1].start
    )


def _cue(line: str) -> Cue | None:
    if match := _BEFORE.match(line):
        return Cue(_seconds(match, 1), 0, " ".join(line[match.end() :].split()))
    if match := _BEHIND.match(line):
        return Cue(_seconds(match, 2), 0, "", match[1], turns=True)
    return None


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds = match.group(first, first + 1, first + 2)
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
