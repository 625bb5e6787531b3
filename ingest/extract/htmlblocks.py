"""The blocks of a web page: its elements in reading order, as stretches of readable text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from content.model import BlockKind, is_question
from ingest.draft import DraftText, clean
from ingest.extract.deflist import own
from ingest.extract.inline import INLINE, holds_block, inline_text, run_text

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6}
_QUESTION_LEVEL = 6
_LONGEST_QUESTION = 200  # characters
# The names that page builders give to the question of an answer that unfolds.
_QUESTION_CLASS = re.compile(r"(?<![a-z])(?:questions?|faqs?|accordion)(?![a-z])", re.IGNORECASE)
_LONGEST_CELL = 1000  # characters; what is longer is no datum
_STRUCTURED = "ul, ol, dl, pre, table, h1, h2, h3, h4, h5, h6, blockquote"


@dataclass(frozen=True, slots=True)
class HTMLBlock:
    """A block as ``DraftText.add`` takes it, and the nodes that it was read from. ``links`` are what these lead to."""

    kind: BlockKind
    text: str
    nodes: tuple[LexborNode, ...]
    level: int = 0
    anchor: str | None = None
    mark: str = ""
    links: tuple[str, ...] = ()


def read_blocks(root: LexborNode, title: str | None = None, questions: Collection[str] = ()) -> list[HTMLBlock]:
    """Return the blocks below an element. The page's title is left out, ``questions`` are headings wherever they stand.

    Runs of inline content between blocks are paragraphs.
    """
    reader = _Reader(title, questions)
    reader.add_children(root)
    return reader.blocks


def text_blocks(root: LexborNode) -> list[HTMLBlock]:
    """Return what is below an element as paragraphs without any structure."""
    texts = clean(root.text(separator="\n", strip=True, skip_empty=True)).split("\n")
    return [HTMLBlock(BlockKind.PARAGRAPH, text, ()) for text in texts if text.strip()]


def add_blocks(text: DraftText, blocks: Sequence[HTMLBlock]) -> None:
    """Append blocks to a page's text."""
    for block in blocks:
        text.add(block.kind, block.text, level=block.level, anchor=block.anchor, mark=block.mark, links=block.links)


class _Reader:
    """Walks elements and collects their blocks."""

    def __init__(self, title: str | None, questions: Collection[str]) -> None:
        self._title = title
        self._questions = questions
        self.blocks: list[HTMLBlock] = []

    def add_children(self, node: LexborNode, depth: int = 0) -> None:
        run: list[LexborNode] = []
        for child in node.iter(include_text=True):
            if child.is_text_node or (child.tag in INLINE and not holds_block(child)):
                run.append(child)
                continue
            self._add_run(run)
            run = []
            if child.is_element_node:
                self._add(child, depth)
        self._add_run(run)

    def _add(self, node: LexborNode, depth: int) -> None:
        match node.tag:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary":
                self._add_heading(node)
            case "p" | "div" | "button" if self._asks(node):
                self._append(BlockKind.HEADING, inline_text(node), [node], level=_QUESTION_LEVEL, anchor=node.id)
            case "ul" | "ol" | "menu":
                self._add_list(node, depth)
            case "pre":
                self._append(BlockKind.CODE, clean(node.text(deep=True)), [node])
            case "table" if not _is_layout(node):
                self._append(BlockKind.TABLE, "\n".join(_rows(node)), [node])
            case "dl":
                self._add_definition_list(node)
            case _:
                self.add_children(node, depth)

    def _append(
        self,
        kind: BlockKind,
        text: str,
        nodes: Sequence[LexborNode],
        level: int = 0,
        anchor: str | None = None,
        mark: str = "",
    ) -> None:
        if text.strip():
            self.blocks.append(HTMLBlock(kind, text, tuple(nodes), level, anchor, mark, tuple(_links(nodes))))

    def _add_heading(self, node: LexborNode) -> None:
        heading = inline_text(node).replace("\n", " ")
        if node.tag == "h1" and heading == self._title:
            return
        anchor = _anchor(node) or _section_anchor(node)
        self._append(BlockKind.HEADING, heading, [node], level=_HEADINGS[str(node.tag)], anchor=anchor)

    def _asks(self, node: LexborNode) -> bool:
        """Whether an element is the question of a block of questions and answers."""
        if holds_block(node) or not is_question(node.text(deep=True)):
            return False
        text = inline_text(node)
        if "\n" in text or len(text) > _LONGEST_QUESTION:
            return False
        attributes = node.attributes
        if node.tag == "button" or "aria-expanded" in attributes or "aria-controls" in attributes:
            return True
        return _is_bold(node) or bool(_QUESTION_CLASS.search(attributes.get("class") or "")) or text in self._questions

    def _add_list(self, node: LexborNode, depth: int) -> None:
        number = int(start) if (start := node.attributes.get("start") or "1").lstrip("-").isdigit() else 1
        for item in node.iter():
            if item.tag != "li":
                self._add(item, depth)
                continue
            mark = f"{number}. " if node.tag == "ol" else "- "
            number += 1
            self._add_item(item, depth, mark)

    def _add_item(self, item: LexborNode, depth: int, mark: str) -> None:
        run: list[LexborNode] = []
        for child in item.iter(include_text=True):
            if child.is_element_node and _stands_alone(child):
                self._add_run(run, BlockKind.ITEM, depth, mark)
                run, mark = [], "  "
                self._add(child, depth + 1)
            elif not child.is_comment_node:
                run.append(child)
        self._add_run(run, BlockKind.ITEM, depth, mark)

    def _add_definition_list(self, node: LexborNode) -> None:
        names: list[LexborNode] = []
        for child in own(node, "dt, dd"):
            if child.tag == "dt":
                names.append(child)
            else:
                self._add_definition(names, child)
                names = []
        for name in names:  # a list may end in terms that nothing is said of
            self._append(BlockKind.ITEM, inline_text(name), [name], mark="- ")

    def _add_definition(self, names: Sequence[LexborNode], body: LexborNode) -> None:
        name = ", ".join(filter(None, map(inline_text, names)))
        anchor = next(filter(None, map(_anchor, names)), None)
        if not is_question(name) and not any(inner.tag not in INLINE and inner.tag != "p" for inner in body.iter()):
            text = ": ".join(filter(None, (name.removesuffix(":"), inline_text(body))))
            self._append(BlockKind.ITEM, text, [*names, body], mark="- ")
            return
        if is_question(name) or anchor:
            nested = _is_inside(names[0], "dd")
            self._append(BlockKind.HEADING, name.replace("\n", " "), names, level=6 if nested else 5, anchor=anchor)
        else:
            self._append(BlockKind.PARAGRAPH, name, names)
        self.add_children(body)

    def _add_run(
        self, run: list[LexborNode], kind: BlockKind = BlockKind.PARAGRAPH, depth: int = 0, mark: str = ""
    ) -> None:
        text = run_text(run)
        if text in self._questions and kind is BlockKind.PARAGRAPH:
            self._append(BlockKind.HEADING, text, run, level=_QUESTION_LEVEL)
        else:
            self._append(kind, text, run, level=depth, mark="  " * depth + mark if mark else "")


def _links(nodes: Sequence[LexborNode]) -> Iterator[str]:
    """Yield the addresses that elements link to, themselves or by what is in them."""
    for node in nodes:
        for link in node.css("a[href]") if node.is_element_node else ():
            yield link.attributes.get("href") or ""


def _stands_alone(child: LexborNode) -> bool:
    """Whether this is a block of its own inside a list item, and not a part of the item's text."""
    if child.tag in INLINE or child.tag == "p":
        return False
    return child.tag not in {"div", "section"} or child.css_first(_STRUCTURED) is not None


def _is_bold(node: LexborNode) -> bool:
    children = [child for child in node.iter(include_text=True) if (child.text(deep=True) or "").strip()]
    return len(children) == 1 and children[0].tag in {"b", "strong"}


def _is_layout(table: LexborNode) -> bool:
    """Whether a table places things on a page: one cell a row, other tables, headings or long texts inside."""
    if table.attributes.get("role") in {"presentation", "none"}:
        return True
    if table.css_first("table table, td h1, td h2, td h3, td h4, td pre") is not None:
        return True
    if all(len(row.css("th, td")) < 2 for row in table.css("tr")):
        return True
    return any(len(cell.text(deep=True)) > _LONGEST_CELL for cell in table.css("td"))


def _rows(table: LexborNode) -> Iterator[str]:
    if caption := table.css_first("caption"):
        yield inline_text(caption)
    for row in table.css("tr"):
        cells = " | ".join(map(inline_text, row.css("th, td")))
        if cells.strip(" |"):
            yield cells


def _anchor(node: LexborNode) -> str | None:
    if node.id:
        return node.id
    for inner in node.css("[id], a[name]"):
        if found := inner.id or inner.attributes.get("name"):
            return found
    return None


def _section_anchor(heading: LexborNode) -> str | None:
    parent = heading.parent
    if parent is None or (parent.tag != "section" and "section" not in (parent.attributes.get("class") or "")):
        return None
    return parent.id


def _is_inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    while parent is not None and parent.tag != tag:
        parent = parent.parent
    return parent is not None
