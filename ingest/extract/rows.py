"""Rows: what a spreadsheet, a CSV file or a list of JSON objects holds, as a reader would want it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from content.model import BlockKind, Entry
from ingest.draft import Draft, DraftText, clean

# Columns by whose names a table is known to be a glossary or a list of questions.
_TERM = {"term", "terms", "name", "word", "concept", "acronym"}
_DEFINITION = {"definition", "short definition", "meaning"}
_ALIASES = {"aliases", "alias", "synonyms", "also known as", "abbreviation", "abbreviations"}
_QUESTION = {"question", "questions", "q"}
_ANSWER = {"answer", "answers", "a"}
# A table of more rows is read away from its head, so that each row says what its cells are.
_LONG_TABLE = 12


def clean_rows(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows of cells without white space around them, and without rows and columns that are empty."""
    cleaned = [[_clean(cell) for cell in row] for row in rows]
    width = max((len(row) for row in cleaned), default=0)
    full = [row + [""] * (width - len(row)) for row in cleaned if any(row)]
    used = [at for at in range(width) if any(row[at] for row in full)]
    return [[row[at] for at in used] for row in full]


def glossary_drafts(rows: Sequence[Sequence[str]]) -> list[Draft]:
    """Return one draft a row where a table is a glossary by the names of its columns, else none."""
    names = _names(rows)
    term, definition, aliases = _column(names, _TERM), _column(names, _DEFINITION), _column(names, _ALIASES)
    if term is None or definition is None:
        return []
    drafts: list[Draft] = []
    taken: set[str] = set()
    for row in rows[1:]:
        name, meaning = row[term], row[definition]
        anchor = "-".join(re.findall(r"\w+", name.lower()))
        if not anchor or not meaning or anchor in taken:
            continue
        taken.add(anchor)
        text = DraftText()
        block = text.add(BlockKind.DEFINITION, meaning)
        for at, cell in enumerate(row):
            if at not in {term, definition, aliases} and cell:
                text.add(BlockKind.PARAGRAPH, f"{rows[0][at]}: {cell}" if rows[0][at] else cell)
        others = re.split(r"\s*[;,|\n]\s*", row[aliases]) if aliases is not None else []
        entry = Entry(tuple(filter(None, others)), (block.start, block.end) if block else None)
        drafts.append(Draft(name, text.text, tuple(text.blocks), anchor=anchor, entry=entry))
    return drafts


def add_rows(text: DraftText, rows: Sequence[Sequence[str]], level: int = 2) -> None:
    """Append a table: as questions with their answers where that is what its columns are called, else row by row.

    ``level`` is that of the questions' headings.
    """
    names = _names(rows)
    question, answer = _column(names, _QUESTION), _column(names, _ANSWER)
    if question is not None and answer is not None:
        for row in rows[1:]:
            text.add(BlockKind.HEADING, " ".join(row[question].split()), level=level)
            text.add(BlockKind.PARAGRAPH, row[answer])
        return
    lines = [[" ".join(cell.split()) for cell in row] for row in rows]
    if len(lines) > _LONG_TABLE and len(lines[0]) > 1 and all(lines[0]):
        head, *body = lines
        said = [" | ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True) if cell) for row in body]
    else:
        said = [" | ".join(row) for row in lines]
    text.add(BlockKind.TABLE, "\n".join(said))


def _names(rows: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(re.findall(r"\w+", name.lower())) for name in rows[0]] if rows else []


def _column(names: Sequence[str], known: set[str]) -> int | None:
    return next((at for at, name in enumerate(names) if name in known), None)


def _clean(cell: str) -> str:
    if cell.isascii() and cell.isprintable():  # as nearly all are, of which there may be a million
        return " ".join(cell.split())
    return "\n".join(" ".join(line.split()) for line in clean(cell).split("\n")).strip()
