"""Speech: what is said in a recording, put together from timed pieces into paragraphs that can be quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from content.model import BlockKind
from ingest.draft import Draft, DraftText

# Silence that parts two paragraphs, in seconds: after the end of a sentence, and anywhere.
_PAUSE = 2.0
_LONG_PAUSE = 6.0
# A paragraph ends with the sentence, or else anywhere, at about so many characters.
_LONG = 500
_LONGEST = 900
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
# Sounds and music, which nobody says.
_SOUND = re.compile(r"(?:[\[(][^\])]*[\])]|[♪♫#\s]+|♪[^♪]*♪?)\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """Something said between two times, in seconds. ``turns`` where another speaker begins, known by name or not."""

    start: float
    end: float
    text: str
    speaker: str | None = None
    turns: bool = False


def speech_draft(cues: Iterable[Cue], title: str | None = None) -> Draft:
    """Return the draft of a recording: a paragraph a turn or a train of thought, each piece with its time."""
    text = DraftText()
    for paragraph in _paragraphs(cue for cue in cues if not _SOUND.fullmatch(cue.text)):
        _add(text, paragraph)
    return text.draft(title)


def _paragraphs(cues: Iterable[Cue]) -> Iterator[list[Cue]]:
    paragraph: list[Cue] = []
    length = 0
    speaker: str | None = None
    for cue in cues:
        turns = cue.turns or (cue.speaker is not None and cue.speaker != speaker)
        if paragraph and (turns or _parted(paragraph[-1], cue, length)):
            yield paragraph
            paragraph, length = [], 0
        speaker = cue.speaker or (None if turns else speaker)
        paragraph.append(cue)
        length += len(cue.text)
    if paragraph:
        yield paragraph


def _parted(before: Cue, cue: Cue, length: int) -> bool:
    pause = cue.start - before.end
    if _ENDS_SENTENCE.search(before.text):
        return pause >= _PAUSE or length >= _LONG
    return pause >= _LONG_PAUSE or length >= _LONGEST


def _add(text: DraftText, cues: list[Cue]) -> None:
    said = f"{cues[0].speaker}: " if cues[0].speaker else ""
    offsets: list[int] = []
    for cue in cues:
        said += " " if said and not said.endswith(" ") else ""
        offsets.append(len(said))
        said += cue.text
    block = text.add(BlockKind.PARAGRAPH, said)
    if block is None:
        return
    offsets[0] = 0
    for cue, offset in zip(cues, offsets, strict=True):
        text.place(f"t={int(cue.start)}", block.start + offset)
