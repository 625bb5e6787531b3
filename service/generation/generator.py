"""The generator: what it gets to write an answer, and the parts in which the answer comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from content.search import Found
from service.answering.evidence import Quote
from service.model import Turn, Usage
from service.site import SiteSettings

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be answered: a question that stands alone, within its conversation, for a site.

    ``likely`` is whether the passages are taken to hold the answer; else the nearest ones are only to be shown.
    """

    question: str
    found: Found
    site: SiteSettings
    history: tuple[Turn, ...] = ()
    likely: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an answer: its text, the same as Markdown, and the quotes that support it.

    ``apart`` where it stands on lines of its own, such as a list. ``author`` wrote it; not ``supported`` where it
    failed verification and is shown all the same.
    """

    text: str
    markdown: str
    quotes: tuple[Quote, ...]
    apart: bool = False
    author: str = EXTRACTIVE
    supported: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about the answer itself, such as that it broke off."""

    text: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The model found no answer in the passages; what follows is only the nearest to one."""


Part = Segment | Note | Declined | Usage


class Generator(Protocol):
    """Writes the answer to a question from the passages that were found."""

    def ready(self) -> None:
        """Raise Busy where too many answers are being written already."""

    def generate(self, task: Task) -> AsyncGenerator[Part]:
        """Yield the answer part by part; nothing where the passages do not answer."""
