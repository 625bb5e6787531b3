"""The main content of a web page: the blocks that it is there for, without those that lead around the site.

Trafilatura judges first. It knows articles best, so a few rules give back what it loses of a glossary, a manual or a
page of questions, and take away what it leaves of headlines and links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from content.model import BlockKind, is_question
from content.sentences import sentences
from content.words import words
from ingest.extract.htmlblocks import HTMLBlock
from ingest.extract.inline import INLINE
from ingest.extract.judge import judged
from ingest.terms import defines

_STRUCTURES = {BlockKind.ITEM, BlockKind.CODE, BlockKind.TABLE}
_OF_TEXT = INLINE | set(
    "ul ol menu li dl dt dd table caption thead tbody tfoot tr th td pre p blockquote figure figcaption "
    "h1 h2 h3 h4 h5 h6 summary button".split()
)
_LINK = 0.75  # of its characters lead to other pages: a block is a link with a label
_LINKED = 0.5
_PROSE = 200  # characters of a block with which an article has begun
_SHORT = 3  # words; part of a headline that says little by itself
_HEAD = 6  # blocks among which a page shows its headline
_DEEPEST = 200  # elements around a block; trafilatura's parser gives up somewhat further in
_WRAPPERS = 2  # elements at most that a list, a table, code or a caption is wrapped in
_NUMBERED = re.compile(r"\w+\.?\s?\d")  # "Figure 1", "Abb. 2"

# An element and those that it stands in, by tag and class: the same for all that a template puts in one place.
_Place = tuple[tuple[str, str], ...]


def main_content(
    tree: LexborHTMLParser,
    blocks: Sequence[HTMLBlock],
    title: str | None,
    headlines: Collection[str] = (),
    questions: Collection[str] = (),
    is_news: bool = False,
) -> list[HTMLBlock]:
    """Return the blocks of a page that are its main content; where nothing is, all of them.

    ``headlines`` are other ways in which it writes its title, ``questions`` those that it says it answers. The pictures
    of news only illustrate them. The tree is spent afterwards.
    """
    page = _Page(blocks)
    everything = range(len(blocks))
    page.add(everything if page.is_plain or page.is_too_deep else judged(tree, blocks) or everything)
    page.add(page.definition(title or ""))
    page.add(page.structures())
    page.add(page.captions(all_of_them=not is_news))
    page.add(page.paragraphs())
    page.add(page.answers(questions))
    page.add(page.headings())
    page.drop(page.headlines([title or "", *headlines]))
    page.drop(page.links())
    return [block for block, kept in zip(blocks, page.kept, strict=True) if kept]


class _Page:
    """The blocks of a page, and which of them are kept. Its rules return numbers of blocks."""

    def __init__(self, blocks: Sequence[HTMLBlock]) -> None:
        self._blocks = blocks
        self._linked = [_linked(block) for block in blocks]
        known: dict[int, _Place] = {}
        self._places = [_place(block.nodes[0], known) for block in blocks]
        self.kept = [False] * len(blocks)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be judged: all of the page stands in one place, and none of it leads away."""
        return len(set(self._places)) == 1 and max(self._linked) < _LINKED

    @property
    def is_too_deep(self) -> bool:
        """Whether the page is nested more deeply than trafilatura's parser follows."""
        return max(map(len, self._places), default=0) >= _DEEPEST

    def add(self, numbers: Iterable[int]) -> None:
        """Keep blocks."""
        for number in numbers:
            self.kept[number] = True

    def drop(self, numbers: Collection[int]) -> None:
        """Keep blocks no longer, unless nothing but headings would be left."""
        left = [i for i, kept in enumerate(self.kept) if kept and i not in numbers]
        if any(self._blocks[i].kind is not BlockKind.HEADING for i in left):
            for number in numbers:
                self.kept[number] = False

    def definition(self, title: str) -> list[int]:
        """Return what stands before the kept blocks and defines what the page is named for."""
        first = self.kept.index(True) if title and any(self.kept) else 0
        return [
            i
            for i, block in enumerate(self._blocks[:first])
            if block.kind is BlockKind.PARAGRAPH and defines(title, block.text[slice(*sentences(block.text)[0])])
        ]

    def structures(self) -> list[int]:
        """Return lists, code and tables that stand beside kept blocks."""
        homes = self._homes()
        return [i for i, block in enumerate(self._blocks) if block.kind in _STRUCTURES and self._is_beside(homes, i)]

    def captions(self, all_of_them: bool) -> list[int]:
        """Return the captions that stand beside kept blocks, or those of them that have a number."""
        homes = self._homes()
        return [
            i
            for i, block in enumerate(self._blocks)
            if _is_caption(block) and (all_of_them or _NUMBERED.match(block.text)) and self._is_beside(homes, i)
        ]

    def paragraphs(self) -> list[int]:
        """Return paragraphs that the page's template puts in the same place as kept blocks."""
        homes = self._homes()
        return [
            i
            for i, block in enumerate(self._blocks)
            if block.kind is BlockKind.PARAGRAPH
            and self._places[i] in homes
            and self._linked[i] < _LINKED
            and _parent_tag(block) == "p"
        ]

    def answers(self, questions: Collection[str]) -> list[int]:
        """Return questions and their answers: those the page says it answers, and those that stand in a row."""
        asked = [
            i for i, block in enumerate(self._blocks) if block.kind is BlockKind.HEADING and is_question(block.text)
        ]
        rows = Counter(self._places[i] for i in asked)
        found: list[int] = []
        for i in asked:
            if self._blocks[i].text in questions or rows[self._places[i]] > 1:
                answer = self._under(i)
                found += [i, *answer] if answer else []
        return found

    def headings(self) -> list[int]:
        """Return headings of kept blocks."""
        homes = self._homes()
        found: list[int] = []
        below = False
        for i in reversed(range(len(self._blocks))):
            heads = self._blocks[i].kind is BlockKind.HEADING and below and self._places[i] in homes
            if heads:
                found.append(i)
            below = self.kept[i] or heads
        return found

    def headlines(self, headlines: Collection[str]) -> list[int]:
        """Return where the page shows its title again before it begins."""
        titles = [f" {' '.join(said)} " for headline in headlines if (said := words(headline))]
        found: list[int] = []
        for i in [i for i, kept in enumerate(self.kept) if kept][:_HEAD]:
            block = self._blocks[i]
            if block.kind is not BlockKind.HEADING and len(block.text) > _PROSE:
                break
            phrase = f" {' '.join(words(block.text))} "
            if any(phrase == title or (phrase.count(" ") > _SHORT and phrase in title) for title in titles):
                found.append(i)
        return found

    def links(self) -> list[int]:
        """Return what leads to other pages. A heading may, as long as there is something under it."""
        found: list[int] = []
        below: HTMLBlock | None = None
        for i in reversed(range(len(self._blocks))):
            block = self._blocks[i]
            if not self.kept[i]:
                continue
            is_link = self._linked[i] >= _LINK and block.kind not in {BlockKind.CODE, BlockKind.TABLE}
            if is_link and block.kind is BlockKind.HEADING:
                is_link = below is None or (below.kind is BlockKind.HEADING and below.level <= block.level)
            if is_link:
                found.append(i)
            else:
                below = block
        return found

    def _homes(self) -> set[_Place]:
        return {
            self._places[i]
            for i, block in enumerate(self._blocks)
            if self.kept[i] and block.kind is not BlockKind.HEADING
        }

    def _is_beside(self, homes: set[_Place], i: int) -> bool:
        places = {self._places[i][outer:] for outer in range(_WRAPPERS + 1)}
        return self._linked[i] < _LINKED and not homes.isdisjoint(places)

    def _under(self, heading: int) -> list[int]:
        """Return the blocks from a heading to the next one, none where they lead away."""
        end = heading + 1
        while end < len(self._blocks) and self._blocks[end].kind is not BlockKind.HEADING:
            end += 1
        under = range(heading + 1, end)
        return [] if any(self._linked[i] >= _LINKED for i in under) else list(under)


def _linked(block: HTMLBlock) -> float:
    """Return the share of a block's characters that are links to other pages."""
    links = sum(
        len(link.text(deep=True).strip())
        for node in block.nodes
        if node.is_element_node
        for link in ([node] if node.tag == "a" else node.css("a"))
        if not (link.attributes.get("href") or "").startswith("#")
    )
    return links / len(block.text)


def _place(node: LexborNode, known: dict[int, _Place]) -> _Place:
    """Return the place of the first element around a node that is no part of a text's own structure."""
    element: LexborNode | None = node
    while element is not None and (element.is_text_node or element.tag in _OF_TEXT):
        element = element.parent
    if element is None or element.tag in {"body", "html"}:
        return ()
    if element.mem_id not in known:
        path: list[tuple[str, str]] = []
        outer: LexborNode | None = element
        while outer is not None and outer.tag not in {"body", "html"}:
            path.append((str(outer.tag), outer.attributes.get("class") or ""))
            outer = outer.parent
        known[element.mem_id] = tuple(path)
    return known[element.mem_id]


def _parent_tag(block: HTMLBlock) -> str | None:
    parent = block.nodes[0].parent
    return parent.tag if parent is not None else None


def _is_caption(block: HTMLBlock) -> bool:
    parent = block.nodes[0].parent
    if block.kind is not BlockKind.PARAGRAPH or parent is None:
        return False
    return parent.tag == "figcaption" or "caption" in (parent.attributes.get("class") or "")
