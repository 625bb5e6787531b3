"""The questions that a page asks itself, with its answers."""

from __future__ import annotations

from content.model import Page
from service.wire import QuestionAnswer


def questions_of(page: Page) -> tuple[QuestionAnswer, ...]:
    """Return the questions of a page that stand above an answer."""
    return tuple(
        QuestionAnswer(section.question, page.text[section.blocks[0].start : section.blocks[-1].end])
        for section in page.sections()
        if section.question and section.blocks
    )
