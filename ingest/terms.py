"""Terms: which pages define one, by what names it goes, and where its definition stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from content.catalog import Catalog
from content.glossary import initials, slugify
from content.model import BlockKind, Entry, Page, Term, is_question
from content.sentences import Span, sentences
from content.words import fold, stems, unique

_LONGEST_NAME = 6  # words; longer titles are headlines
# Of the pages of seven public glossaries .63 to .91 define a term by themselves, of nine other collections .35 at most.
_MOST = 0.5
_FEWEST = 10  # such pages; fewer are no glossary yet
_REFERS = re.compile(r"(?:See|Compare)\b")
_OPENING = 3  # paragraphs in which a page that asks what something is says it
_ASKED = re.compile(r"what(?:[’']s|\s+is|\s+are)\s+(?:an?\s+|the\s+)?(\S.*?)\s*\?", re.IGNORECASE)
_BRACKETS = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")
_CAPITALS = re.compile(r"(?<!\w)([A-Z][A-Za-z]*[A-Z])s?(?!\w)")  # "DoS", "PWAs"
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


class Pages(Protocol):
    """Pages that can be gone through more than once."""

    def __iter__(self) -> Iterator[Page]:
        """Begin anew."""


def terms_of(pages: Pages) -> list[Term]:
    """Return the terms that the pages define, each with a slug of its own in its collection.

    A page defines a term where it says so (front matter, an entry of a definition list) or where its title is a name
    that no other page of the collection has and its first sentence defines it. The title may ask "What is X?" for it.
    Where most pages of a collection do, it is a glossary, and the first sentences of the others with such a title are
    definitions too. The pages are gone through up to three times, and none is held.
    """
    names = _Names((page.collection, page.title) for page in pages)
    found = {(page.collection, page.page_id): term for page in pages if (term := _defined(page, names))}
    glossaries = names.glossaries(found.values())
    if not glossaries:
        return _linked(list(found.values()))
    terms: list[Term | None] = []
    for page in pages:
        term = found.get((page.collection, page.page_id))
        terms.append(_entry(page, names) if term is None and page.collection in glossaries else term)
    return _linked([term for term in terms if term])


def terms_after(former: Catalog, catalog: Catalog) -> list[Term]:
    """Return the terms that the pages of a catalog define, as ``terms_of`` would.

    ``former`` is the one before, made by the same code: pages that are as they were in it are not read again.
    """
    before, names = (_Names((said[0], said[2]) for said in one.page_titles()) for one in (former, catalog))
    published = former.page_keys()
    known = {(term.collection, term.page_id): term for term in former.terms()}
    were = before.glossaries(known.values())
    related = catalog.related()
    found: dict[tuple[str, str], Term | None] = {}
    unread: dict[tuple[str, str], Term | None] = {}
    for key, digest, title in catalog.digests():
        same = key in published and published[key].digest == digest
        if not same or before.alone(key[0], title) != names.alone(key[0], title):
            found[key] = _defined(catalog.page(*key), names)
            continue
        term = known.get(key)
        unread[key] = term and replace(term, slug=slugify(term.name), related=related.get(key, ()))
        if term and (key in related or term.name != title or defines(title, term.definition)):
            found[key] = unread[key]  # its page says itself that it defines it
    glossaries = names.glossaries(filter(None, found.values()))
    terms: list[Term | None] = []
    for key, _, _ in catalog.digests():
        term = found.get(key)
        if term is None and key[0] in glossaries:
            again = key in unread and key[0] in were
            term = unread[key] if again else _entry(catalog.page(*key), names)
        terms.append(term)
    return _linked([term for term in terms if term])


class _Names:
    """What the pages of each collection are named for."""

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        self._counts = Counter((collection, _bare(name_of(title))) for collection, title in titles)

    def alone(self, collection: str, title: str) -> bool:
        """Whether no other page of the collection has this one's name."""
        return self._counts[collection, _bare(name_of(title))] == 1

    def glossaries(self, terms: Iterable[Term]) -> set[str]:
        """Return the collections of which most pages have a term whose definition says that it is one."""
        pages: Counter[str] = Counter()
        for (collection, _), count in self._counts.items():
            pages[collection] += count
        told = Counter(term.collection for term in terms if defines(term.name, term.definition))
        return {name for name, count in told.items() if count >= _FEWEST and count > _MOST * pages[name]}


def _entry(page: Page, names: _Names) -> Term | None:
    """Return the term that a page of a glossary stands for, though it does not say so."""
    if not names.alone(page.collection, page.title) or not _is_name(page.title):
        return None
    span = _opening(page)
    return _term(page, span) if span and not _REFERS.match(page.text[slice(*span)]) else None


def _defined(page: Page, names: _Names) -> Term | None:
    span = _definition(page, names.alone(page.collection, page.title))
    return _term(page, span) if span else None


def _linked(found: Sequence[Term]) -> list[Term]:
    """Return terms with slugs of their own, and those of what they are related to."""
    terms = [replace(term, slug=slug) for term, slug in zip(found, _slugs(found), strict=True)]
    by_name = {(term.collection, fold(term.name)): term.slug for term in terms}
    by_name |= {(term.collection, term.slug): term.slug for term in terms}
    by_name |= {(term.collection, term.page_id.rsplit("/")[-1]): term.slug for term in terms}
    return [replace(term, related=tuple(_related(term, by_name))) for term in terms]


def _term(page: Page, span: Span) -> Term:
    """Return a term as its page has it: its slug may be another's too, and what it is related to are names."""
    entry = page.entry or Entry()
    name = name_of(page.title)
    return Term(
        slug=slugify(name),
        name=name,
        aliases=tuple(_aliases(page, page.text[slice(*span)], entry.aliases)),
        definition=page.text[slice(*span)],
        start=span[0],
        end=span[1],
        related=entry.related,
        collection=page.collection,
        page_id=page.page_id,
        url=page.url,
    )


def _related(term: Term, by_name: Mapping[tuple[str, str], str]) -> list[str]:
    slugs = (by_name.get((term.collection, fold(name))) for name in term.related)
    return unique(slug for slug in slugs if slug and slug != term.slug)


def definition_of(page: Page) -> Span | None:
    """Return where a page defines what it is named for, as if no other page had that name; None where it does not."""
    return _definition(page, alone=True)


def _definition(page: Page, alone: bool) -> Span | None:
    if page.entry and page.entry.definition:
        return page.entry.definition
    span = _opening(page)
    if span is None:
        return None
    if name_of(page.title) != page.title and (page.entry or alone):
        return next(_defining_sentences(page), span)
    if page.entry:
        return span
    return span if alone and defines(page.title, page.text[slice(*span)]) else None


def _opening(page: Page) -> Span | None:
    """Return the first sentence of a page that begins with one."""
    first = next((block for block in page.blocks if block.kind is not BlockKind.HEADING), None)
    if first is None or first.kind is not BlockKind.PARAGRAPH:
        return None
    return sentences(page.text, first.start, first.end)[0]


def _defining_sentences(page: Page) -> Iterator[Span]:
    paragraphs = [block for block in page.blocks if block.kind is BlockKind.PARAGRAPH][:_OPENING]
    for start, end in (span for block in paragraphs for span in sentences(page.text, block.start, block.end)):
        if defines(name_of(page.title), page.text[start:end]):
            yield start, end


def name_of(title: str) -> str:
    """Return what a page is named for: its title, or what that asks for."""
    asked = _ASKED.fullmatch(title)
    return asked.group(1) if asked and len(asked.group(1).split()) <= _LONGEST_NAME else title


def defines(title: str, sentence: str) -> bool:
    """Whether a page's title is a name and the sentence says what it names."""
    if not _is_name(title):
        return False
    if _ENTRY_STYLE.match(sentence):
        return True
    verb = _VERB.search(sentence)
    if not verb or len(sentence[: verb.start()].split()) > _LONGEST_SUBJECT:
        return False
    return not set(stems(title)).isdisjoint(stems(sentence[: verb.start()]))


def _is_name(title: str) -> bool:
    return len(title.split()) <= _LONGEST_NAME and not title.endswith(".") and not is_question(title)


def _aliases(page: Page, definition: str, declared: Sequence[str]) -> Iterator[str]:
    """Yield the other names of a term.

    They are those declared, those in its title's brackets, those its definition gives, and its initials where the page
    writes them.
    """
    name = name_of(page.title)
    seen = {fold(name)}
    for alias in (*declared, *_title_names(name), *_given_names(name, definition), *_initials(name, page.text)):
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


def _initials(title: str, text: str) -> Iterator[str]:
    made = initials(_before_brackets(title))
    return (short for short in _CAPITALS.findall(text) if fold(short) in made)


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


def _slugs(terms: Iterable[Term]) -> Iterator[str]:
    taken: Counter[tuple[str, str]] = Counter()
    for term in terms:
        taken[term.collection, term.slug] += 1
        count = taken[term.collection, term.slug]
        yield term.slug if count == 1 else f"{term.slug}-{count}"


def _bare(title: str) -> str:
    return fold(_before_brackets(title))


def _before_brackets(title: str) -> str:
    match = _BRACKETS.match(title)
    return match.group(1) if match else title
