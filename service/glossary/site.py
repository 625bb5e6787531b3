"""The glossary's pages: made from a snapshot, for visitors of one site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from content.catalog import Revision
from content.errors import NotFound
from content.language import code_of
from content.model import Term
from content.snapshot import Snapshot
from content.words import fold
from service.answering.link import vetted
from service.glossary import jsonld, syndication
from service.glossary.addresses import Addresses
from service.glossary.neighbourhood import neighbourhood, neighbours
from service.glossary.prose import Prose
from service.questions import questions_of
from service.site import SiteSettings

# A longer glossary is listed by names alone: 1,000 terms with definitions make half a megabyte.
_MOST_DEFINITIONS = 1000
_BELOW = "../"  # from a term's page to the glossary's root
FILES = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the index is wanted: terms whose names begin with these words, in one collection or in all."""

    query: str = ""
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class GlossarySite:
    """Makes the pages of one glossary. ``terms`` are those that it shows, by name."""

    snapshot: Snapshot
    site: SiteSettings
    terms: Sequence[Term]
    addresses: Addresses

    @property
    def name(self) -> str:
        """What the glossary is called."""
        return f"Glossary – {self.site.title}"

    @property
    def collections(self) -> list[str]:
        """The collections that define its terms."""
        return sorted({term.collection for term in self.terms})

    def find(self, slug: str, collection: str | None = None) -> list[Term]:
        """Return the terms with this slug, one a collection. Raises NotFound."""
        return self.snapshot.glossary.get(slug, self._within(collection))

    def index(self, shown: Filter = Filter()) -> str:
        """Return the page of all terms from A to Z, or of those that a filter lets through.

        Raises NotFound for a collection that is not there or not shown, alike.
        """
        terms = self.snapshot.glossary.search(shown.query, self._within(shown.collection))
        return self._render(
            "index.html",
            self.addresses.index,
            "",
            title="Glossary",
            description=f"{len(self.terms)} terms, explained.",
            letters=_by_letter(terms),
            found=len(terms),
            shown=shown,
            collections=self.collections,
            definitions=len(terms) <= _MOST_DEFINITIONS,
            said=[jsonld.term_set(self.name, self.addresses)],
        )

    def term(self, term: Term) -> str:
        """Return the page of a term."""
        page = self.snapshot.catalog.page(term.collection, term.page_id)
        near = neighbours(term, self.snapshot.glossary)
        prose = Prose(term, page, self.snapshot.glossary, self.addresses)
        return self._render(
            "term.html",
            self.addresses.of(term),
            _BELOW,
            title=term.name,
            description=term.definition,
            term=term,
            definition=prose.definition,
            chapters=prose.chapters(),
            near=near,
            picture=neighbourhood(term, near),
            source=vetted(term.url),
            language=code_of(self.snapshot.manifest.collections[term.collection].language),
            revision=self.snapshot.revision(term.collection, term.page_id),
            said=jsonld.defined_term(term, questions_of(page), self.name, self.addresses),
        )

    def choices(self, terms: Sequence[Term]) -> str:
        """Return the page that tells the terms of several collections apart that share a slug."""
        path = self.addresses.slugs[terms[0].slug]
        return self._render("choices.html", path, _BELOW, title=terms[0].name, description="", terms=terms, said=[])

    def message(self, heading: str, text: str, depth: int) -> str:
        """Return a page that says why another cannot be shown; ``depth`` is how far below the root it is asked for."""
        return self._render(
            "message.html", None, _BELOW * depth, title=heading, description="", heading=heading, text=text, said=[]
        )

    def feed(self) -> bytes:
        """Return the Atom feed of changes."""
        return syndication.feed(self.name, self._revised(), self.addresses)

    def sitemap(self) -> bytes:
        """Return the sitemap."""
        return syndication.sitemap(self._revised(), self.addresses)

    def _revised(self) -> list[tuple[Term, Revision]]:
        return [(term, self.snapshot.revision(term.collection, term.page_id)) for term in self.terms]

    def _within(self, collection: str | None) -> list[str]:
        if collection is None:
            return self.collections
        if collection not in self.collections:
            raise NotFound(f"there is no collection {collection!r} with terms")
        return [collection]

    def _render(self, template: str, path: str | None, root: str, **said: Any) -> str:
        return (
            templates()
            .get_template(template)
            .render(
                addresses=self.addresses,
                canonical=None if path is None else self.addresses.absolute(path),
                root=root,
                site=self.site,
                several=len(self.collections) > 1,
                **said,
            )
        )


def terms_of(snapshot: Snapshot, collections: Sequence[str] | None) -> list[Term]:
    """Return the terms of these collections, of all where that is None, by name."""
    return snapshot.glossary.search("", collections)


@cache
def templates() -> Environment:
    """Return the templates. All that they show is escaped."""
    environment = Environment(
        loader=PackageLoader("service.glossary"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["component"] = lambda text: quote(text, safe="")
    return environment


def _by_letter(terms: Sequence[Term]) -> list[tuple[str, list[Term]]]:
    """Return the terms, which come by name, under their first letters; what begins with none stands under #."""
    grouped: dict[str, list[Term]] = {}
    for term in terms:
        grouped.setdefault(_letter(term), []).append(term)
    return sorted(grouped.items(), key=lambda pair: (pair[0] == "#", pair[0]))


def _letter(term: Term) -> str:
    first = next((char for char in fold(term.name) if char.isalnum()), "#")
    return first.upper() if first.isalpha() else "#"
