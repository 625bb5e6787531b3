"""The drafts of a web page: the page itself, or one an entry where it is a glossary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from content.model import BlockKind, Entry
from content.words import words
from ingest.draft import Draft, DraftText, with_definition
from ingest.extract.deflist import FEWEST_ENTRIES, DefinitionListEntry, slug
from ingest.extract.htmlblocks import HTMLBlock, add_blocks, read_blocks
from ingest.extract.statements import Answered, StatedTerm, Statements
from ingest.extract.unseen import parse, remove_unseen

_ANSWER_LEVEL = 2


def entry_drafts(entries: Sequence[DefinitionListEntry], url: str | None) -> list[Draft]:
    """Return a draft for each entry of a definition list."""
    drafts = []
    for name, aliases, anchor, bodies in entries:
        text = DraftText()
        for body in bodies:
            add_blocks(text, read_blocks(body, name))
        definition = next((block for block in text.blocks if block.kind is BlockKind.PARAGRAPH), None)
        span = (definition.start, definition.end) if definition else None
        entry = Entry(aliases, span)
        drafts.append(Draft(name, text.text, tuple(text.blocks), url=url, anchor=anchor, entry=entry, links=text.links))
    return drafts


def page_drafts(blocks: Sequence[HTMLBlock], stated: Statements, title: str | None, url: str | None) -> list[Draft]:
    """Return a draft for each term, where a page states several that it defines, or else one of the whole page."""
    terms = [term for term in stated.terms if term.definition and _is_here(term, url)]
    if len(terms) >= FEWEST_ENTRIES:
        return [_term_draft(term, _section(blocks, term.name), url, _anchor(term, blocks)) for term in terms]
    blocks = _with_answers(blocks, stated.questions)
    if term := _subject(terms, title):
        return [_term_draft(term, blocks, url)]
    text = DraftText()
    add_blocks(text, blocks)
    return [with_definition(Draft(title, text.text, tuple(text.blocks), url=url, links=text.links))]


def _term_draft(term: StatedTerm, blocks: Sequence[HTMLBlock], url: str | None, anchor: str | None = None) -> Draft:
    """Return the draft of a term; where the blocks do not say what the page states of it, that comes first."""
    text = DraftText()
    if not any(term.definition in block.text for block in blocks):
        text.add(BlockKind.DEFINITION, term.definition)
    defining = [block.kind is BlockKind.PARAGRAPH and block.text == term.definition for block in blocks]
    add_blocks(
        text,
        [
            replace(block, kind=BlockKind.DEFINITION) if defines else block
            for block, defines in zip(blocks, defining, strict=True)
        ],
    )
    start = text.text.index(term.definition)
    entry = Entry(term.aliases, (start, start + len(term.definition)))
    return Draft(term.name, text.text, tuple(text.blocks), url=url, anchor=anchor, entry=entry, links=text.links)


def _section(blocks: Sequence[HTMLBlock], name: str) -> Sequence[HTMLBlock]:
    """Return what stands under the heading that is a term's name."""
    start = _heading(blocks, name)
    if start is None:
        return ()
    end = start + 1
    while end < len(blocks) and (blocks[end].kind is not BlockKind.HEADING or blocks[end].level > blocks[start].level):
        end += 1
    return blocks[start + 1 : end]


def _heading(blocks: Sequence[HTMLBlock], text: str) -> int | None:
    wanted = words(text)
    return next(
        (i for i, block in enumerate(blocks) if block.kind is BlockKind.HEADING and words(block.text) == wanted), None
    )


def _anchor(term: StatedTerm, blocks: Sequence[HTMLBlock]) -> str:
    heading = _heading(blocks, term.name)
    anchor = blocks[heading].anchor if heading is not None else None
    return anchor or (term.url or "").partition("#")[2] or slug(term.name)


def _is_here(term: StatedTerm, url: str | None) -> bool:
    place = (term.url or "").partition("#")[0]
    return not place or url is None or place.rstrip("/") == url.partition("#")[0].rstrip("/")


def _subject(terms: Sequence[StatedTerm], title: str | None) -> StatedTerm | None:
    """Return the term that a page is about: its only one, if the title names it."""
    named = f" {' '.join(words(title or ''))} "
    return terms[0] if len(terms) == 1 and f" {' '.join(words(terms[0].name))} " in named else None


def _with_answers(blocks: Sequence[HTMLBlock], questions: Sequence[Answered]) -> list[HTMLBlock]:
    """Return a page's blocks with the answers that it states and does not show."""
    result = list(blocks)
    shown = f" {' '.join(words(' '.join(block.text for block in blocks)))} " if questions else ""
    for stated in questions:
        answer = _answer(stated)
        said = " ".join(words(" ".join(block.text for block in answer)))
        if not said or f" {said} " in shown:
            continue
        asked = _heading(result, stated.question)
        if asked is None:
            asked = len(result)
            result.append(HTMLBlock(BlockKind.HEADING, stated.question, (), _ANSWER_LEVEL))
        if result[asked + 1 :] == [] or result[asked + 1].kind is BlockKind.HEADING:
            result[asked + 1 : asked + 1] = answer
        shown += f"{said} "
    return result


def _answer(stated: Answered) -> list[HTMLBlock]:
    tree = parse(f"<body>{stated.answer}")
    remove_unseen(tree)
    return read_blocks(tree.body) if tree.body is not None else []
