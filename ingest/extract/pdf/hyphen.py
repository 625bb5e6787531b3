"""Hyphens at the ends of lines: which of them belong to the word."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)-$")
_REST = re.compile(r"[^\W\d_]+")
# Words of which compounds are made that keep their hyphen.
_COMPOUNDING = frozenset(
    "all anti back best client cloud cost cross data end ex fast fine first free full half hard high key large "
    "left light long low machine mid near non one open out part peer post quasi real right role self semi server "
    "short side single small soft state three time top two up user web well wide zero".split()
)
_SHORTEST = 3  # letters of a word that stands before a hyphen of its own


class Hyphens:
    """Joins lines as the other words of the document suggest."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._known = {word.casefold() for line in lines for word in _WORD.findall(_BROKEN.sub("", line))}

    def join(self, line: str, following: str) -> str:
        """Return two lines as one: what a hyphen parts becomes one word, unless it is written with the hyphen."""
        broken, rest = _BROKEN.search(line), _REST.match(following)
        if not broken or not rest:
            joins = line.endswith(("-", "/")) and not line.endswith(" -")
            return line + following if joins else f"{line} {following}"
        return line + following if self._keeps(broken[1], rest[0]) else line[:-1] + following

    def _keeps(self, first: str, second: str) -> bool:
        one, other = first.casefold(), second.casefold()
        if one + other in self._known:
            return False
        if f"{one}-{other}" in self._known or second[0].isupper():
            return True
        if one in _COMPOUNDING:
            return True
        return len(one) >= _SHORTEST and len(other) >= _SHORTEST and one in self._known and other in self._known
