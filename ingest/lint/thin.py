"""Pages that say too little to be found or quoted."""

from __future__ import annotations

from collections.abc import Iterator

from content.model import BlockKind, Page, is_question
from content.words import words
from ingest.lint.finding import Check, Finding, finding
from ingest.terms import definition_of

_FEWEST_WORDS = 20
_FEWEST_WORDS_IN_GLOSSARY = 8
_FEWEST_WORDS_OF_DEFINITION = 5  # "Short for pull request." is little, but it is a definition
_SURELY_ENOUGH = 1000  # characters


def thin_page(page: Page, *, in_glossary: bool) -> Iterator[Finding]:
    """Yield a page whose text besides its headings has too few words; an entry and an answer may be short."""
    fewest = _FEWEST_WORDS_IN_GLOSSARY if in_glossary else _FEWEST_WORDS
    said = [page.text[block.start : block.end] for block in page.blocks if block.kind is not BlockKind.HEADING]
    if sum(map(len, said)) >= _SURELY_ENOUGH:
        return
    count = len(words(" ".join(said)))
    answers = is_question(page.title) and count > 0
    if count >= fewest or answers or (count >= _FEWEST_WORDS_OF_DEFINITION and definition_of(page)):
        return
    message = f"it says only {count} word(s) besides its headings" if count else "it says nothing besides its headings"
    yield finding(Check.THIN_PAGE, page, 0, message, "say more, merge it into another page, or leave it out.")
