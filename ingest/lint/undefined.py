"""Terms that many pages use and none defines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from content.glossary import run_together
from content.model import BlockKind, Page
from content.snapshot import Snapshot
from content.words import words
from ingest.extract.markdown import SOURCES_HEADING
from ingest.lint.finding import Check, Finding, finding
from ingest.lint.glossary import glossaries

_FEWEST_PAGES = 4
_SHARE = 0.01  # of the pages of a collection
_MOST_FINDINGS = 20  # a collection, the most used first
_ABBREVIATION = r"[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*s?"
_CAPITALISED = r"[A-Z][a-z]+(?:-[A-Z][a-z]+)?"
# "SLO", "Custom Resource": not a part of a path, an address, a name with a dot or a call.
_CANDIDATE = re.compile(
    rf"(?<![\w.'’/@#$&:<_-])(?:(?:{_CAPITALISED}|{_ABBREVIATION})(?: (?:{_CAPITALISED}|{_ABBREVIATION})){{1,3}}|"
    rf"{_ABBREVIATION})(?![\w/@(_-]|\.\w|['’]\w)"
)
# What everybody knows, and what is written in capitals for another reason.
_COMMON = frozenset(
    "US USA UK EU UN AM PM OK ID IDs TV PDF CEO CTO PhD AD BC CE BCE UTC GMT FAQ TODO NB II III IV VI VII VIII IX XI "
    "XII NOT AND OR ALL ANY NULL TRUE FALSE GET PUT POST HEAD DELETE".split()
)
_SENTENCE_WORDS = frozenset(
    "a an and as at both but by each every for from here how if in it its no not note of on one or our see since so "
    "some such that the their then there these they this those to we what when where which while who why with you "
    "your".split()
)
_OPENS = re.compile(r"(?:^|[.!?:;|•\n]|[.!?]['\"”’)])\s*[\"“‘'(]*$")


@dataclass(slots=True)
class _Use:
    """A name, where it first stands, and on how many pages it does."""

    written: str
    page_id: str
    offset: int
    pages: int = 0


def undefined_terms(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the abbreviations and capitalised names that many pages of a glossary use and none defines."""
    known = _known_names(snapshot)
    for collection, uses in _uses(snapshot, glossaries(snapshot)).items():
        least = max(_FEWEST_PAGES, round(_SHARE * snapshot.manifest.collections[collection].pages))
        often = [use for use in uses.values() if use.pages >= least and not _is_known(use.written, known)]
        alone = {use.written for use in often}
        often = [use for use in often if " " not in use.written or not alone.issuperset(use.written.split())]
        for use in sorted(often, key=lambda use: (-use.pages, use.written))[:_MOST_FINDINGS]:
            yield finding(
                Check.UNDEFINED_TERM, snapshot.catalog.page(collection, use.page_id), use.offset,
                f"{use.pages} pages use {use.written!r} and none defines it",
                "write an entry for it, or make it an alias of the term that it stands for.",
            )  # fmt: skip


def _known_names(snapshot: Snapshot) -> frozenset[str]:
    """Return the stems of all names of terms and titles of pages, run together."""
    names = {name for term in snapshot.glossary.terms for name in term.names} | set(snapshot.titles)
    return frozenset(run_together(words(name)) for name in names)


def _is_known(name: str, known: frozenset[str]) -> bool:
    """Whether a name is known, is made of known words alone, or holds a known name of several words."""
    spoken = words(name)
    longer = range(2, len(spoken) + 1)
    runs = [spoken[at : at + length] for length in longer for at in range(len(spoken) - length + 1)]
    return all(run_together([word]) in known for word in spoken) or any(run_together(run) in known for run in runs)


def _uses(snapshot: Snapshot, collections: Collection[str]) -> Mapping[str, Mapping[str, _Use]]:
    """Return the names that the pages of each collection use."""
    uses: dict[str, dict[str, _Use]] = {name: {} for name in sorted(collections)}
    for page in snapshot.catalog.pages() if uses else ():
        if page.collection in uses:
            for name, offset in _names(page).items():
                key = name.removesuffix("s")
                first = _Use(key if key.isupper() else name, page.page_id, offset)
                uses[page.collection].setdefault(key, first).pages += 1
    return uses


def _names(page: Page) -> dict[str, int]:
    """Return the names in a page's sentences, each with where it first stands."""
    found: dict[str, int] = {}
    for section in page.sections():
        if SOURCES_HEADING in section.path[-1:]:
            continue
        for block in section.blocks:
            if block.kind is BlockKind.CODE:
                continue
            for match in _CANDIDATE.finditer(page.text, block.start, block.end):
                if name := _name(page.text, match):
                    found.setdefault(name, match.start())
    return found


def _name(text: str, match: re.Match[str]) -> str | None:
    """Return the name without a word that only opens its sentence, None where nothing is left."""
    said = match.group().split()
    opens = _OPENS.search(text, max(0, match.start() - 4), match.start()) is not None
    if said[0].casefold() in _SENTENCE_WORDS or (opens and not said[0].isupper() and len(said) == 2):
        said = said[1:]
    if not said or (len(said) == 1 and (said[0] in _COMMON or not said[0].removesuffix("s").isupper())):
        return None
    return " ".join(said)
