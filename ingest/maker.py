"""The maker: a digest of the code and the libraries that make snapshots.

What another maker derived from a page, such as its text or its words, is derived anew: nobody has to remember to count
up a version.
"""

from __future__ import annotations

import hashlib
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import content
import ingest

_PACKAGE = "glossator"
_NAME = re.compile(r"[\w.-]+")


@cache
def maker() -> str:
    """Return the digest, which is another where any line of the code is."""
    made = hashlib.sha256(sys.version.encode())
    for package in (content, ingest):
        for folder in map(Path, package.__path__):
            for path in sorted(folder.rglob("*.py")):
                made.update(path.relative_to(folder).as_posix().encode())
                made.update(path.read_bytes())
    for name in _libraries():
        made.update(name.encode())
    return made.hexdigest()


def _libraries() -> list[str]:
    """Return the names and versions of what may take part in reading pages."""
    try:
        required = requires(_PACKAGE) or []
    except PackageNotFoundError:  # it runs from its folder, without being installed
        required = []
    names = {match.group() for line in required if (match := _NAME.match(line))}
    return sorted(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
