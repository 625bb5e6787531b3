"""The glossary: terms by name and alias, and where a text speaks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from content.errors import NotFound
from content.model import Term
from content.words import STOP_WORDS, fold, stem, words

_LONGEST_NAME = 8  # words
_SHORTEST_JOINED = 6  # letters; shorter words, run together, often make another word
_SHORTEST_INITIALS = 3  # letters; fewer are an abbreviation only where they are capitals
_ASKING = frozenset({"define", "definition", "explain", "meaning", "means", "meant", "tell"})
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


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
        self._by_initials: dict[str, list[Term]] = {}
        for term in self.terms:
            self._by_slug.setdefault(term.slug, []).append(term)
            for name in dict.fromkeys(map(name_key, term.names)):
                if name:
                    self._by_name.setdefault(name, []).append(term)
            for joined in dict.fromkeys(run_together(words(name)) for name in term.names):
                if len(joined) >= _SHORTEST_JOINED:
                    self._by_joined.setdefault(joined, []).append(term)
            for short in initials(term.name):
                self._by_initials.setdefault(short, []).append(term)

    def __len__(self) -> int:
        return len(self.terms)

    def named(self, name: str, collections: Sequence[str] | None = None) -> list[Term]:
        """Return the terms that go by this name or alias."""
        return [term for term in self._by_name.get(name_key(name), []) if _in(term, collections)]

    def mentions(self, text: str, collections: Sequence[str] | None = None) -> list[Mention]:
        """Return the terms that a text names, in its order; of overlapping names the longest counts.

        A name may be written as one word or as several: "front end", "front-end" and "frontend" are one. Initials that
        nothing goes by, and besides which nothing is asked, name all that they may stand for.
        """
        written = words(text)
        spoken = tuple(map(stem, written))
        found: list[Mention] = []
        at = 0
        while at < len(spoken):
            for length in range(min(_LONGEST_NAME, len(spoken) - at), 0, -1):
                if length == 1 and _only_asks(at, written):
                    continue
                name = spoken[at : at + length]
                terms = self._by_name.get(name) or self._by_joined.get(run_together(written[at : at + length]), [])
                named = [term for term in terms if _in(term, collections)]
                if named:
                    found += [Mention(term, name) for term in named]
                    at += length - 1
                    break
            at += 1
        found = found or self._meant_by_initials(text, written, collections)
        return list({(m.term.collection, m.term.slug): m for m in reversed(found)}.values())[::-1]

    def spelled_out(
        self,
        text: str,
        held: Callable[[str], bool],
        common: Callable[[str], bool],
        collections: Sequence[str] | None = None,
    ) -> str:
        """Return the text with each abbreviation as the name whose initials it is.

        Initials of several names stay, as does what another term goes by. So does an abbreviation that the content
        holds, ``held``, unless nothing else is asked: it may stand for something else there. Words in small letters
        that are ``common`` are no abbreviations.
        """
        written = words(text)
        shouted = text.isupper() and len(written) > 1

        def meant(match: re.Match[str]) -> str:
            word = fold(match.group())
            terms = self._abbreviated(word, collections)
            if len({name_key(term.name) for term in terms}) != 1:
                return match.group()
            named = self.named(word, collections)
            in_capitals = match.group().isupper() and not shouted
            if any(term not in terms for term in named):
                return match.group()
            if not in_capitals and (len(word) < _SHORTEST_INITIALS or common(word)):
                return match.group()
            clear = not named and word not in STOP_WORDS and not held(word)
            return terms[0].name if clear or _is_all(word, written) else match.group()

        return _LETTERS.sub(meant, text)

    def _meant_by_initials(self, text: str, written: Sequence[str], collections: Sequence[str] | None) -> list[Mention]:
        capitals = map(fold, filter(str.isupper, _LETTERS.findall(text)))
        alone = [word for word in capitals if _is_all(word, written)]
        return [Mention(term, (stem(word),)) for word in alone for term in self._abbreviated(word, collections)]

    def _abbreviated(self, word: str, collections: Sequence[str] | None) -> list[Term]:
        return [term for term in self._by_initials.get(word, []) if _in(term, collections)]

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


def initials(name: str) -> frozenset[str]:
    """Return the abbreviations, folded, that the initials of a name of several words make.

    Words that say little may be left out ("DoS", "TTFB"), and capitals within a word count ("HyperText Transfer
    Protocol").
    """
    parts = _PART.findall(name)
    if len(parts) < 2:
        return frozenset()
    weighty = [part for part in parts if fold(part) not in STOP_WORDS]
    capitals = [part if part.isupper() else part[0] + "".join(filter(str.isupper, part[1:])) for part in parts]
    made = ("".join(part[0] for part in parts), "".join(part[0] for part in weighty), "".join(capitals))
    return frozenset(fold(short) for short in made if len(short) > 1)


def slugify(name: str) -> str:
    """Return a name as it stands in an address."""
    return "-".join(re.findall(r"\w+", fold(name))) or "term"


def _in(term: Term, collections: Sequence[str] | None) -> bool:
    return collections is None or term.collection in collections


def _only_asks(at: int, written: Sequence[str]) -> bool:
    """Whether a word says how a text asks, as in "what does X mean", and names nothing itself."""
    asks = written[at] in _ASKING or (written[at] == "mean" and not {"do", "does", "did"}.isdisjoint(written[:at]))
    return asks and any(word not in STOP_WORDS for word in written)


def _is_all(word: str, written: Sequence[str]) -> bool:
    return all(other == word or other in STOP_WORDS for other in written)


def _begins(name: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(prefix) for word in name) for prefix in wanted)
