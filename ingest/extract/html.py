"""HTML: the main content of a page as readable text, without what surrounds it on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from content.model import BlockKind, Entry, is_question
from ingest.draft import Draft, DraftText, clean
from ingest.extract.deflist import glossary_entries

# Never text for a reader.
_UNSEEN = (
    "script, style, noscript, template, svg, math annotation, iframe, object, embed, canvas, audio, video, head, "
    "input, select, textarea, button, dialog, [hidden], [aria-hidden=true], a.headerlink, a.id_link, a.anchor-link"
)
# Around the content, by the meaning that HTML and ARIA give them.
_AROUND = (
    "nav, aside, footer, body > header, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=complementary], [role=search], [role=alertdialog], .navheader, .navfooter"
)
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_PERMALINKS = {"¶", "#", "§", "🔗", "⚓"}

_INLINE = set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr br mi mn mo mrow msup msub mfrac msqrt mtext semantics".split()
)
_BLOCK = set(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe input li main menu nav noscript ol p picture pre "
    "script search section select source style summary table tbody td template textarea tfoot th thead tr ul video "
    "audio button canvas col colgroup embed head legend link meta object option svg title".split()
)
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6}
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])|<!--")
_SPACE = re.compile(r"[ \t\n\r\f]+")


def extract_html(source: str) -> list[Draft]:
    """Return one draft, or one an entry where the page is a glossary in a definition list."""
    tree = LexborHTMLParser(clean(source))
    root = _prune(tree)
    title, url = _title(tree), _canonical(tree)
    entries = glossary_entries(root)
    if entries:
        return [_entry_draft(name, aliases, anchor, bodies, url) for name, aliases, anchor, bodies in entries]
    text = DraftText()
    _HTMLText(text, title).add_children(root)
    return [Draft(title, text.text, tuple(text.blocks), url=url)]


def add_html(text: DraftText, fragment: str) -> None:
    """Append what a fragment of HTML inside another format shows."""
    tree = LexborHTMLParser(f"<!doctype html><body>{fragment}")
    _HTMLText(text, None).add_children(_prune(tree))


def is_tag(markup: str) -> bool:
    """Whether this is a tag of HTML or a comment, and not an expression such as ``List<T>``."""
    match = _TAG.match(markup)
    return match is not None and (match.group(1) is None or match.group(1).lower() in _INLINE | _BLOCK)


def inline_text(node: LexborNode) -> str:
    """Return what an element shows, in one line but for ``<br>``."""
    lines = "".join(_pieces(node)).split("\v")
    return "\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in lines)))


def _entry_draft(name: str, aliases: tuple[str, ...], anchor: str, bodies: list[LexborNode], url: str | None) -> Draft:
    text = DraftText()
    walker = _HTMLText(text, name)
    for body in bodies:
        walker.add_children(body)
    definition = next((block for block in text.blocks if block.kind is BlockKind.PARAGRAPH), None)
    span = (definition.start, definition.end) if definition else None
    return Draft(name, text.text, tuple(text.blocks), url=url, anchor=anchor, entry=Entry(aliases, span))


class _HTMLText:
    """Walks elements and appends their blocks; runs of inline content between blocks become paragraphs."""

    def __init__(self, text: DraftText, title: str | None) -> None:
        self._text = text
        self._title = title

    def add_children(self, node: LexborNode, depth: int = 0) -> None:
        run: list[LexborNode] = []
        for child in node.iter(include_text=True):
            if child.is_text_node or (child.tag in _INLINE and not _holds_block(child)):
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
            case "p" if is_question(inline_text(node)) and _is_bold(node):
                self._text.add(BlockKind.HEADING, inline_text(node), level=6, anchor=node.id)
            case "ul" | "ol" | "menu":
                self._add_list(node, depth)
            case "pre":
                self._text.add(BlockKind.CODE, node.text(deep=True))
            case "table" if not _is_layout(node):
                rows = [" | ".join(map(inline_text, row.css("th, td"))) for row in node.css("tr")]
                self._text.add(BlockKind.TABLE, "\n".join(row for row in rows if row.strip(" |")))
            case "dl":
                self._add_definition_list(node)
            case _:
                self.add_children(node, depth)

    def _add_heading(self, node: LexborNode) -> None:
        heading = inline_text(node).replace("\n", " ")
        if node.tag == "h1" and heading == self._title:
            return
        anchor = node.id or next((inner.id for inner in node.css("[id]") if inner.id), None) or _section_id(node)
        self._text.add(BlockKind.HEADING, heading, level=_HEADINGS[str(node.tag)], anchor=anchor)

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
            if child.is_element_node and child.tag not in _INLINE and child.tag not in {"p", "div", "span"}:
                self._add_run(run, BlockKind.ITEM, depth, mark)
                run, mark = [], "  "
                self._add(child, depth + 1)
            elif not child.is_comment_node:
                run.append(child)
        self._add_run(run, BlockKind.ITEM, depth, mark)

    def _add_definition_list(self, node: LexborNode) -> None:
        name = ""
        for child in node.css("dt, dd"):
            if child.tag == "dt":
                name = inline_text(child)
            elif any(inner.tag not in _INLINE and inner.tag != "p" for inner in child.iter()):
                self._text.add(BlockKind.PARAGRAPH, name)
                self.add_children(child)
            else:
                self._text.add(BlockKind.ITEM, ": ".join(filter(None, (name, inline_text(child)))), mark="- ")

    def _add_run(
        self, run: list[LexborNode], kind: BlockKind = BlockKind.PARAGRAPH, depth: int = 0, mark: str = ""
    ) -> None:
        lines = "".join("".join(_pieces(node)) for node in run).split("\v")
        text = "\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in lines)))
        self._text.add(kind, text, level=depth, mark="  " * depth + mark if mark else "")


def _pieces(node: LexborNode) -> Iterator[str]:
    """Yield the texts below a node; a vertical tab stands for a line break."""
    if node.is_text_node:
        yield node.text_content or ""
    elif node.tag == "br":
        yield "\v"
    elif node.tag == "img":
        yield node.attributes.get("alt") or ""
    else:
        apart = node.tag in _BLOCK
        if apart:
            yield " "
        for child in node.iter(include_text=True):
            yield from _pieces(child)
        if apart:
            yield " "


def _prune(tree: LexborHTMLParser) -> LexborNode:
    """Remove what is not content and return the element that holds the rest."""
    for node in tree.css("[style]"):
        if _HIDING_STYLE.search(node.attributes.get("style") or ""):
            node.decompose()
    for node in tree.css(_UNSEEN):
        if node.tag != "head":
            node.decompose()
    for node in tree.css("a"):
        if (node.text(deep=True) or "").strip() in _PERMALINKS:
            node.decompose()
    root = _main(tree)
    for node in root.css(_AROUND):
        if node.mem_id != root.mem_id:
            node.decompose()
    return root


def _main(tree: LexborHTMLParser) -> LexborNode:
    for selector in ("main", "[role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text(deep=True).strip()) > 80:
            return found[0]
    body = tree.body
    assert body is not None, "an HTML parser always makes a body"
    return body


def _title(tree: LexborHTMLParser) -> str | None:
    headings = tree.css("h1")
    if len(headings) == 1 and (text := inline_text(headings[0]).replace("\n", " ")):
        return text
    title = tree.css_first("title")
    return (inline_text(title) or None) if title else None


def _canonical(tree: LexborHTMLParser) -> str | None:
    link = tree.css_first("link[rel=canonical]")
    address = (link.attributes.get("href") or "").strip() if link else ""
    return address if address.startswith(("http://", "https://")) else None


def _holds_block(node: LexborNode) -> bool:
    return any(inner.tag in _BLOCK for inner in node.traverse())


def _is_bold(node: LexborNode) -> bool:
    children = [child for child in node.iter(include_text=True) if (child.text(deep=True) or "").strip()]
    return len(children) == 1 and children[0].tag in {"b", "strong"}


def _is_layout(table: LexborNode) -> bool:
    # Tables of one cell a row, or with tables inside, place things on a page.
    return bool(table.css("table table")) or all(len(row.css("th, td")) < 2 for row in table.css("tr"))


def _section_id(heading: LexborNode) -> str | None:
    parent = heading.parent
    return parent.id if parent is not None and parent.tag == "section" else None
