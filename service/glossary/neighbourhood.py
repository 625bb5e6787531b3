"""The neighbourhood of a term: the terms around it, and where a small picture shows them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from content.glossary import Glossary
from content.model import Term

_MOST = 8  # terms around one; more would not be told apart
_WIDTH, _HEIGHT = 400, 380
_RADII = (137, 160)  # of the ellipse that the neighbours stand on
_LONGEST = 14  # characters of a line of a label
_CHARACTER, _BOLD_CHARACTER = 7.6, 8.8  # wide in the widest of the usual fonts, in units of the picture
_LINE_HEIGHT, _PADDING = 15.5, 18
_WORD = re.compile(r"[^\s-]*-|[^\s-]+")  # a line may end behind a hyphen


@dataclass(frozen=True, slots=True)
class Node:
    """A term in the picture: the centre of its label, its size, and its lines."""

    term: Term
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def baselines(self) -> tuple[tuple[float, str], ...]:
        """The lines with the heights at which they are written."""
        first = self.y - (len(self.lines) - 1) * _LINE_HEIGHT / 2 + 4.5
        return tuple((round(first + i * _LINE_HEIGHT, 1), line) for i, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two terms of which one names the other as related; ``own`` where one is the middle."""

    first: Node
    second: Node
    own: bool


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A term in the middle of those that it names and that name it."""

    middle: Node
    around: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int = _WIDTH
    height: int = _HEIGHT


def neighbours(term: Term, glossary: Glossary) -> list[Term]:
    """Return the terms that a term names as related, in its order, then those that name it."""
    related = glossary.related(term)
    naming = [
        other
        for other in glossary.terms
        if other.collection == term.collection and term.slug in other.related and other not in related
    ]
    return [other for other in (*related, *naming) if other.slug != term.slug]


def neighbourhood(term: Term, near: Sequence[Term]) -> Neighbourhood | None:
    """Return the picture of a term and its neighbours, None where it has none."""
    if not near:
        return None
    shown = near[:_MOST]
    middle = _node(term, _WIDTH / 2, _HEIGHT / 2, _BOLD_CHARACTER, 3)
    around = tuple(_placed(other, i, len(shown)) for i, other in enumerate(shown))
    own = [Edge(middle, node, True) for node in around]
    pairs = ((a, b) for i, a in enumerate(around) for b in around[i + 1 :])
    others = [Edge(a, b, False) for a, b in pairs if b.term.slug in a.term.related or a.term.slug in b.term.related]
    return Neighbourhood(middle, around, (*others, *own))


def _placed(term: Term, place: int, count: int) -> Node:
    angle = 2 * math.pi * place / count - math.pi / 2
    return _node(
        term, _WIDTH / 2 + _RADII[0] * math.cos(angle), _HEIGHT / 2 + _RADII[1] * math.sin(angle), _CHARACTER, 2
    )


def _node(term: Term, x: float, y: float, character: float, most_lines: int) -> Node:
    lines = _lines(term.name, most_lines)
    width = max(map(len, lines)) * character + _PADDING
    height = len(lines) * _LINE_HEIGHT + 12
    # A label at the side stays within the picture.
    x = min(max(x, width / 2 + 1), _WIDTH - width / 2 - 1)
    return Node(term, round(x, 1), round(y, 1), round(width, 1), height, lines)


def _lines(name: str, most: int) -> tuple[str, ...]:
    """Return a name on so many lines at most."""
    lines = [""]
    for word in _WORD.findall(name):
        joined = lines[-1] + word if lines[-1].endswith("-") else f"{lines[-1]} {word}".strip()
        if len(joined) <= _LONGEST or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] += "…"
    return tuple(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in kept)
