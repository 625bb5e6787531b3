"""The glossary: terms by name and alias, and where a text speaks of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from content.errors import NotFound
from content.model import Term
from content.words import STOP_WORDS, fold, stem, words

_LONGEST_NAME = 8  # words
_SHORTEST_JOINED = 6  # letters; shorter words, run together, often make another word


@dataclass(frozen=True, slots=True)
class Mention:
    """A term that a text speaks of, by the words ``name`` (stems) that it was known by."""

    term: Term
    name: tuple[str, ...]

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the name without stop words, or all of them where it has no others."""
        return frozenset(word for word in self.name if word not in STOP_WORDS) or frozenset(self.name)


class Glossary:
    """The terms of a snapshot."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = sorted(terms, key=lambda term: (fold(term.name), term.collection, term.slug))
        self._by_slug: dict[str, list[Term]] = {}
        self._by_name: dict[tuple[str, ...], list[Term]] = {}
        self._by_joined: dict[str, list[Term]] = {}
        for term in self.terms:
            self._by_slug.setdefault(term.slug, []).append(term)
            for name in dict.fromkeys(map(name_key, term.names)):
                if name:
                    self._by_name.setdefault(name, []).append(term)
            for joined in dict.fromkeys(run_together(words(name)) for name in term.names):
                if len(joined) >= _SHORTEST_JOINED:
                    self._by_joined.setdefault(joined, []).append(term)

    def __len__(self) -> int:
        return len(self.terms)

    def named(self, name: str, collections: Sequence[str] | None = None) -> list[Term]:
        """Return the terms that go by this name or alias."""
        return [term for term in self._by_name.get(name_key(name), []) if _in(term, collections)]

    def mentions(self, text: str, collections: Sequence[str] | None = None) -> list[Mention]:
        """Return the terms that a text names, in its order; of overlapping names the longest counts.

        A name may be written as one word or as several: "front end", "front-end" and "frontend" are one.
        """
        written = words(text)
        spoken = tuple(map(stem, written))
        found: list[Mention] = []
        at = 0
        while at < len(spoken):
            for length in range(min(_LONGEST_NAME, len(spoken) - at), 0, -1):
                name = spoken[at : at + length]
                terms = self._by_name.get(name) or self._by_joined.get(run_together(written[at : at + length]), [])
                named = [term for term in terms if _in(term, collections)]
                if named:
                    found += [Mention(term, name) for term in named]
                    at += length - 1
                    break
            at += 1
        return list({(m.term.collection, m.term.slug): m for m in reversed(found)}.values())[::-1]

    def get(self, slug: str, collections: Sequence[str] | None = None) -> list[Term]:
        """Return the terms with this slug, one a collection. Raises NotFound."""
        found = [term for term in self._by_slug.get(slug, []) if _in(term, collections)]
        if not found:
            raise NotFound(f"there is no term {slug!r}")
        return found

    def related(self, term: Term) -> list[Term]:
        """Return the terms that an entry names as related, in its order."""
        return [
            other
            for slug in term.related
            for other in self._by_slug.get(slug, [])
            if other.collection == term.collection
        ]

    def search(self, query: str, collections: Sequence[str] | None = None) -> list[Term]:
        """Return the terms of which a name or alias has words that begin with the query's words, by name.

        An empty query finds all of them.
        """
        wanted = words(query)
        return [
            term
            for term in self.terms
            if _in(term, collections) and any(_begins(words(name), wanted) for name in term.names)
        ]


def name_key(name: str) -> tuple[str, ...]:
    """Return the stems by which a name is known, so that plural and singular are one."""
    return tuple(map(stem, words(name)))


def run_together(name: Sequence[str]) -> str:
    """Return the stem of a name's words written as one, by which "front end" and "frontend" are one name."""
    return stem("".join(name))


def slugify(name: str) -> str:
    """Return a name as it stands in an address."""
    return "-".join(re.findall(r"\w+", fold(name))) or "term"


def _in(term: Term, collections: Sequence[str] | None) -> bool:
    return collections is None or term.collection in collections


def _begins(name: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(prefix) for word in name) for prefix in wanted)
