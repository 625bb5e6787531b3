"""Terms: which pages define one, by what names it goes, and where its definition stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from content.glossary import slugify
from content.model import BlockKind, Entry, Page, Term
from content.sentences import Span, sentences
from content.words import fold, stems

_LONGEST_NAME = 6  # words; longer titles are headlines
_OPENING = 3  # paragraphs in which a page that asks what something is says it
_ASKED = re.compile(r"what(?:[’']s|\s+is|\s+are)\s+(?:an?\s+|the\s+)?(\S.*?)\s*\?", re.IGNORECASE)
_BRACKETS = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")
_ABBREVIATED = re.compile(r"\s*[*_\"']*\s*\((?:or\s+|aka\s+|abbreviated\s+(?:as\s+)?)?([^()]{2,50})\)")
_ALSO = re.compile(
    r"\b(?:also|sometimes|commonly|often)\s+(?:known as|called|referred to as|named)\s+(?:an?\s+|the\s+)?"
    r"[\"“']?(\w[\w .+/-]{1,40}?)[\"”']?(?=[,.;)(]|\s+(?:is|are|and|or|in|because|for|to|that)\b)"
)
_QUOTES = "\"'“”‘’`*_ "
# "X is ...", "X refers to ...": the verb stands near the beginning and the name before it.
_VERB = re.compile(
    r"\b(?:is|are|was|were|refers?|means?|stands?|describes?|denotes?|represents?|provides?|allows?|enables?|defines?)\b"
)
_LONGEST_SUBJECT = 12  # words
# "A tool that ...", "The act of ...": an entry that leaves its name out.
_ENTRY_STYLE = re.compile(
    r"(?:An?|The|One of|Any)\s+(?:[\w,'’/-]+\s+){1,5}?"
    r"(?:that|which|who|whose|of|for|used|in|to|by|with|where|from|on)\s"
)


def terms_of(pages: Iterable[Page]) -> list[Term]:
    """Return the terms that the pages define, each with a slug of its own in its collection.

    A page defines a term where it says so (front matter, an entry of a definition list) or where its title is a name
    that no other page of the collection has and its first sentence defines it. The title may ask "What is X?" for it.
    """
    pages = list(pages)
    titles = Counter((page.collection, _bare(name_of(page))) for page in pages)
    found = [
        (page, span)
        for page in pages
        if (span := _definition(page, alone=titles[page.collection, _bare(name_of(page))] == 1))
    ]
    slugs = _slugs(page for page, _ in found)
    by_name = {(page.collection, fold(name_of(page))): slug for (page, _), slug in zip(found, slugs, strict=True)}
    by_name |= {(page.collection, slug): slug for (page, _), slug in zip(found, slugs, strict=True)}
    by_name |= {
        (page.collection, page.page_id.rsplit("/")[-1]): slug for (page, _), slug in zip(found, slugs, strict=True)
    }
    return [_term(page, span, slug, by_name) for (page, span), slug in zip(found, slugs, strict=True)]


def _term(page: Page, span: Span, slug: str, by_name: Mapping[tuple[str, str], str]) -> Term:
    entry = page.entry or Entry()
    related = [by_name.get((page.collection, fold(name))) for name in entry.related]
    return Term(
        slug=slug,
        name=name_of(page),
        aliases=tuple(_aliases(page, page.text[slice(*span)], entry.aliases)),
        definition=page.text[slice(*span)],
        start=span[0],
        end=span[1],
        related=tuple(dict.fromkeys(name for name in related if name and name != slug)),
        collection=page.collection,
        page_id=page.page_id,
        url=page.url,
    )


def definition_of(page: Page) -> Span | None:
    """Return where a page defines what it is named for, as if no other page had that name; None where it does not."""
    return _definition(page, alone=True)


def _definition(page: Page, alone: bool) -> Span | None:
    if page.entry and page.entry.definition:
        return page.entry.definition
    first = next((block for block in page.blocks if block.kind is not BlockKind.HEADING), None)
    if first is None or first.kind is not BlockKind.PARAGRAPH:
        return None
    span = sentences(page.text, first.start, first.end)[0]
    if name_of(page) != page.title and (page.entry or alone):
        return next(_defining_sentences(page), span)
    if page.entry:
        return span
    return span if alone and defines(page.title, page.text[slice(*span)]) else None


def _defining_sentences(page: Page) -> Iterator[Span]:
    paragraphs = [block for block in page.blocks if block.kind is BlockKind.PARAGRAPH][:_OPENING]
    for start, end in (span for block in paragraphs for span in sentences(page.text, block.start, block.end)):
        if defines(name_of(page), page.text[start:end]):
            yield start, end


def name_of(page: Page) -> str:
    """Return what a page is named for: its title, or what that asks for."""
    asked = _ASKED.fullmatch(page.title)
    return asked.group(1) if asked and len(asked.group(1).split()) <= _LONGEST_NAME else page.title


def defines(title: str, sentence: str) -> bool:
    """Whether a page's title is a name and the sentence says what it names."""
    if len(title.split()) > _LONGEST_NAME or title.endswith((".", "?")):
        return False
    if _ENTRY_STYLE.match(sentence):
        return True
    verb = _VERB.search(sentence)
    if not verb or len(sentence[: verb.start()].split()) > _LONGEST_SUBJECT:
        return False
    return not set(stems(title)).isdisjoint(stems(sentence[: verb.start()]))


def _aliases(page: Page, definition: str, declared: Sequence[str]) -> Iterator[str]:
    """Yield the other names of a term: those declared, those in its title's brackets, those its definition gives."""
    name = name_of(page)
    seen = {fold(name)}
    for alias in (*declared, *_title_names(name), *_given_names(name, definition)):
        alias = alias.strip(_QUOTES)
        if fold(alias) not in seen and any(char.isalnum() for char in alias):
            seen.add(fold(alias))
            yield alias


def _title_names(title: str) -> Iterator[str]:
    match = _BRACKETS.match(title)
    if match:
        yield match.group(1)
        if _abbreviates(match.group(2), match.group(1)) or _abbreviates(match.group(1), match.group(2)):
            yield match.group(2)


def _given_names(title: str, definition: str) -> Iterator[str]:
    at = definition.casefold().find(_bare(title))
    if at >= 0:
        match = _ABBREVIATED.match(definition, at + len(_bare(title)))
        if match and (_abbreviates(match.group(1), _bare(title)) or _abbreviates(_bare(title), match.group(1))):
            yield match.group(1)
    verb = _VERB.search(definition)  # behind it, "also known as" may speak of something else
    for match in _ALSO.finditer(definition, 0, verb.start() if verb else len(definition)):
        yield match.group(1)


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of ``short`` are initials, in order, of the words of ``long``."""
    letters = [char for char in fold(short) if char.isalnum()]
    initials = [word[0] for word in re.findall(r"\w+", fold(long))]
    if not 2 <= len(letters) <= 10 or len(letters) >= len(fold(long).replace(" ", "")):
        return False
    text = "".join(re.findall(r"\w", fold(long)))
    at = 0
    for letter in letters:  # every letter appears in order, and the first is the first
        found = text.find(letter, at)
        if found < 0:
            return False
        at = found + 1
    return letters[0] == initials[0] and sum(letter in initials for letter in letters) * 2 >= len(letters)


def _slugs(pages: Iterable[Page]) -> list[str]:
    taken: Counter[tuple[str, str]] = Counter()
    slugs = []
    for page in pages:
        slug = slugify(name_of(page))
        taken[page.collection, slug] += 1
        count = taken[page.collection, slug]
        slugs.append(slug if count == 1 else f"{slug}-{count}")
    return slugs


def _bare(title: str) -> str:
    match = _BRACKETS.match(title)
    return fold(match.group(1) if match else title)
