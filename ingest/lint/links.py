"""Links that lead nowhere: to a page that there is not, or to a place that its page does not have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from urllib.parse import unquote

from rapidfuzz import process

from content.model import BlockKind, Link, Page
from content.snapshot import Snapshot
from ingest.lint.addresses import Addresses, Destination, Key, Way
from ingest.lint.finding import Check, Finding, finding

# So many of the links below a source's address lead to its pages; where fewer do, it is a part of a site, and where the
# others lead cannot be told.
_WHOLE = 0.5
_ALIKE = 75  # of 100, a path that may have been meant
_HTML = re.compile(r"\.x?html?(?:#|$)", re.IGNORECASE)
_NUMBER = re.compile(r"[-_]\d+$")
_TOP = frozenset({"", "top"})  # HTML: the beginning of any page
_DIRECTIVE = re.compile(r":~:.*", re.DOTALL)  # words that a browser is to look for, behind the name of a place
# What scripts read instead of a name: "#/settings", "#!/settings", "#tab=2".
_READ_BY_SCRIPT = re.compile(r"[/!]|[^=]+=")

_Found = tuple[Page, Link, Destination]


def dead_links(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the links to pages and to headings that there are not."""
    addresses = Addresses(snapshot)
    alive: Counter[str] = Counter()
    lost: list[_Found] = []
    steps: list[_Found] = []
    for page in snapshot.catalog.pages():
        for link in page.links:
            to = addresses.destination(page, link.target)
            if to is None:
                continue
            if to.page is None:
                lost.append((page, link, to))
                continue
            alive[addresses.source(page)] += to.way is Way.WEB
            to = replace(to, fragment=_DIRECTIVE.sub("", to.fragment))
            if to.fragment not in _TOP:
                steps.append((page, link, to))
    strays = Counter(addresses.source(page) for page, _, to in lost if to.way is Way.WEB)
    for page, link, to in lost:
        source = addresses.source(page)
        if to.way is Way.PATH or alive[source] >= _WHOLE * (alive[source] + strays[source]):
            yield _dead(page, link, addresses.paths(page) if to.way is Way.PATH else [])
    yield from _dead_anchors(snapshot, steps)


def _is_known(link: Link, to: Destination, target: Page) -> bool:
    """Whether all places of the page that a link leads to are known.

    They are those of Markdown, and those of HTML that came with its anchors. Of the links to an HTML page's own places
    only those were kept that lead nowhere.
    """
    if to.by_alias:  # the page was read under another address, and may not be the same in all
        return False
    if target.anchors is not None:
        return not _READ_BY_SCRIPT.match(to.fragment)
    if link.target.startswith("#"):
        return True
    is_markdown = to.way is Way.PATH and not _HTML.search(link.target)
    return is_markdown and not any(block.anchor for block in target.blocks)


def _leads_somewhere(page: Page, fragment: str) -> bool:
    """Whether a fragment is an anchor, or made of the words of a heading or of those that a list item begins with.

    The latter is how generators of sites name the places of a Markdown page, and scripts those of HTML; each has its
    own way with marks and spaces, and the second heading of the same words gets a number.
    """
    if not {fragment, unquote(fragment)}.isdisjoint(page.anchors or ()):
        return True
    fragment = unquote(fragment)
    wanted = _said(_NUMBER.sub("", fragment)), _said(fragment)
    for block in page.blocks:
        said = _said(page.text[block.start : block.end])
        if said in wanted or (block.kind is BlockKind.ITEM and said.startswith(wanted)):
            return True
    return False


def _places(page: Page) -> str:
    return "heading" if page.anchors is None else "heading or id"


def _said(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def _dead(page: Page, link: Link, paths: Sequence[str]) -> Finding:
    meant = process.extractOne(link.target.partition("#")[0], paths, score_cutoff=_ALIKE) if paths else None
    remedy = "correct the address, take the link out, or write the page."
    hint = f"perhaps {meant[0]!r} is meant; else " if meant else ""
    return finding(Check.DEAD_LINK, page, link.start, f"the link to {link.target!r} leads to no page", hint + remedy)


def _dead_anchors(snapshot: Snapshot, steps: list[_Found]) -> Iterator[Finding]:
    def destination(step: _Found) -> Key:
        assert step[2].page is not None
        return step[2].page

    for key, group in groupby(sorted(steps, key=destination), destination):
        target = snapshot.catalog.page(*key)
        for page, link, to in group:
            if _is_known(link, to, target) and not _leads_somewhere(target, to.fragment):
                yield finding(
                    Check.DEAD_ANCHOR, page, link.start,
                    f"the link to {link.target!r} leads to no {_places(target)} of {target.title!r}",
                    "correct the part behind the #, or take it out.",
                )  # fmt: skip
