"""Markdown: CommonMark with tables and front matter, as readable text.

Feeds call plain text Markdown too, and there a star or an underscore is a character that people see. So markup is
taken for markup only on a page whose structure is Markdown's: a heading, a link, a fence, a table, front matter.
Any other page is read as the plain text that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from content.errors import PageError, Unfinished
from content.model import BlockKind, Entry, is_question
from ingest.draft import Draft, DraftText, clean
from ingest.extract.html import add_html, is_tag
from ingest.extract.plain import extract_plain

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
# Template calls of the site generators that glossaries are written for. Hugo: {{< tip text="x" >}}, shown as its
# text; MDN: {{Name("term", "shown")}}, shown as its last argument, and {{Name}}, which builds furniture.
_HUGO = re.compile(r"\{\{[<%]\s*/?\s*[\w./-]+(?P<arguments>[^{}]*?)/?\s*[%>]\}\}")
_HUGO_TEXT = re.compile(r"""\btext\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”)""")
_MACRO = re.compile(r"\{\{\s*[A-Za-z_]\w*(?:\((?P<arguments>[^{}]*)\))?\s*\}\}")
_ARGUMENT = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""")
_ANCHOR = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")
_IDENTIFIER = re.compile(r"\w+")

_STRUCTURE = {"heading", "fence", "table", "link", "image"}

_NAMES = {
    "title": ("title",),
    "aliases": ("aliases", "alias", "aka", "synonyms", "abbreviation", "acronym"),
    "definition": ("definition", "short_description", "short-description"),
    "related": ("related", "see_also"),
    "url": ("url", "permalink", "canonical_url"),
}
# The section that holds the sources named in a page's front matter.
SOURCES_HEADING = "Sources"


def extract_markdown(source: str) -> list[Draft]:
    """Return one draft. Raises PageError where front matter is not YAML, Unfinished where it says ``draft: true``."""
    source = clean(source)
    meta, body = _front_matter(_expand_macros(source))
    if meta.get("draft") is True:
        raise Unfinished("it is marked as a draft; take the line “draft: true” away to publish it")
    tree = SyntaxTreeNode(_parser().parse(body))
    if not meta and not _is_markdown(tree):
        return extract_plain(source)
    page = _PageText(meta)
    page.add_blocks(tree.children)
    page.add_sources()
    return [page.draft()]


class _PageText:
    def __init__(self, meta: dict[str, Any]) -> None:
        self._meta = meta
        self._text = DraftText()
        self._title = _string(meta, "title")
        definition = _string(meta, "definition")
        self._definition = self._text.add(BlockKind.DEFINITION, definition) if definition else None

    def add_blocks(self, nodes: Sequence[SyntaxTreeNode]) -> None:
        for node in nodes:
            self._add(node)

    def add_sources(self) -> None:
        lines = [line for line in map(_source_line, _list(self._meta, "sources")) if line]
        if lines:
            self._text.add(BlockKind.HEADING, SOURCES_HEADING, level=2)
        for line in lines:
            self._text.add(BlockKind.ITEM, line, mark="- ")

    def draft(self) -> Draft:
        entry = None
        aliases = [alias for alias in _strings(self._meta, "aliases") if not alias.startswith("/")]
        if self._definition or aliases:
            span = (self._definition.start, self._definition.end) if self._definition else None
            entry = Entry(tuple(aliases), span, tuple(_strings(self._meta, "related")))
        url = _string(self._meta, "url")
        address = url if url and url.startswith(("http://", "https://")) else None
        return Draft(
            self._title, self._text.text, tuple(self._text.blocks), url=address, entry=entry, links=self._text.links
        )

    def _add(self, node: SyntaxTreeNode, depth: int = 0) -> None:
        match node.type:
            case "heading":
                self._add_heading(_inline(node), int(node.tag[1]))
            case "paragraph":
                self._add_paragraph(node)
            case "bullet_list" | "ordered_list":
                for item in node.children:
                    self._add_item(item, depth)
            case "fence" | "code_block":
                self._text.add(BlockKind.CODE, node.content)
            case "table":
                self._text.add(BlockKind.TABLE, "\n".join(_rows(node)), links=_links(node))
            case "html_block":
                add_html(self._text, node.content)
            case _:  # block quotes, and whatever else only holds blocks
                for child in node.children:
                    self._add(child, depth)

    def _add_heading(self, text: str, level: int) -> None:
        anchor = _ANCHOR.search(text)
        text = text[: anchor.start()] if anchor else text
        if level == 1 and not self._text.blocks:
            self._title = self._title or text
            if text == self._title:  # the page's name, not a section of it
                return
        self._text.add(BlockKind.HEADING, text, level=level, anchor=anchor.group(1) if anchor else None)

    def _add_paragraph(self, node: SyntaxTreeNode) -> None:
        text = _inline(node)
        if is_question(text) and _is_bold(node):  # a question set in bold is a heading in all but markup
            self._text.add(BlockKind.HEADING, text, level=6)
        elif not self._repeats_definition(text):
            self._text.add(BlockKind.PARAGRAPH, text, links=_links(node))

    def _repeats_definition(self, text: str) -> bool:
        blocks = self._text.blocks
        return self._definition is not None and blocks == [self._definition] and text == self._text.text

    def _add_item(self, item: SyntaxTreeNode, depth: int) -> None:
        mark = f"{item.info}{item.markup} " if item.info else "- "
        indent = "  " * depth
        for i, child in enumerate(item.children):
            if child.type == "paragraph":
                lead = indent + ("  " if i else mark)
                self._text.add(BlockKind.ITEM, _inline(child), level=depth, mark=lead, links=_links(child))
            else:
                self._add(child, depth + 1)


def _front_matter(source: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source
    try:
        meta = yaml.safe_load(match.group(1) or "")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise PageError(f"its front matter is not valid YAML{where}: {problem}") from error
    if not isinstance(meta, dict):  # a thematic break and some text, not front matter
        return {}, source
    return meta, source[match.end() :]


def _expand_macros(text: str) -> str:
    def hugo(match: re.Match[str]) -> str:
        shown = _HUGO_TEXT.search(match["arguments"])
        return next((group for group in shown.groups() if group is not None), "") if shown else ""

    def mdn(match: re.Match[str]) -> str:
        arguments = _ARGUMENT.findall(match["arguments"] or "")
        return "".join(arguments[-1]) if arguments else ""

    return "".join(part if fenced else _MACRO.sub(mdn, _HUGO.sub(hugo, part)) for fenced, part in _split_fences(text))


def _split_fences(text: str) -> Iterator[tuple[bool, str]]:
    # Code shows templates as they are.
    at = 0
    for match in re.finditer(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)|`[^`\n]+`", text, re.DOTALL | re.MULTILINE):
        yield False, text[at : match.start()]
        yield True, match.group()
        at = match.end()
    yield False, text[at:]


def _is_markdown(tree: SyntaxTreeNode) -> bool:
    return any(node.type in _STRUCTURE for node in tree.walk() if not (_is_setext(node) or _leads_nowhere(node)))


def _leads_nowhere(node: SyntaxTreeNode) -> bool:
    # f[0]("x") is code, not a link.
    return node.type == "link" and str(node.attrs.get("href") or "%22").startswith("%22")


def _is_setext(node: SyntaxTreeNode) -> bool:
    # A line of dashes under a line of text is as often a rule or a table in plain text.
    return node.type == "heading" and node.markup in "-="


def _inline(node: SyntaxTreeNode) -> str:
    if not node.children:
        return node.content if node.type in {"text", "code_inline", "text_special"} else _break_or_tag(node)
    inner = "".join(map(_inline, node.children))
    if node.type == "image":
        return inner
    if node.type in {"strong", "em"} and node.markup[0] == "_" and _IDENTIFIER.fullmatch(inner):
        # __init__ and _private are names, which plain text and Markdown alike write without backticks.
        return f"{node.markup}{inner}{node.markup}" if node.type == "strong" else inner
    return inner


def _links(node: SyntaxTreeNode) -> Iterator[str]:
    for inner in node.walk():
        if inner.type == "link" and not _leads_nowhere(inner):
            yield str(inner.attrs["href"])


def _break_or_tag(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline":
            if node.content.lower().startswith("<br"):
                return "\n"
            return "" if is_tag(node.content) else node.content
        case _:
            return ""


def _is_bold(paragraph: SyntaxTreeNode) -> bool:
    inline = paragraph.children[0] if paragraph.children else None
    return (
        inline is not None
        and [child.type for child in inline.children if child.content != ""]
        in (
            [],
            ["strong"],
        )
        and any(child.type == "strong" for child in inline.children)
    )


def _rows(table: SyntaxTreeNode) -> Iterator[str]:
    for part in table.children:
        for row in part.children:
            yield " | ".join(_inline(cell) for cell in row.children)


def _source_line(source: Any) -> str:
    if not isinstance(source, dict):
        return str(source)
    author, title, year, url = (str(source.get(key) or "") for key in ("author", "title", "year", "url"))
    line = ": ".join(part for part in (author, title) if part)
    line += f" ({year})" if year else ""
    return f"{line}, {url}" if line and url else line or url


def _field(meta: dict[str, Any], name: str) -> Any:
    return next((meta[key] for key in _NAMES.get(name, (name,)) if meta.get(key)), None)


def _string(meta: dict[str, Any], name: str) -> str | None:
    value = _field(meta, name)
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else None


def _list(meta: dict[str, Any], name: str) -> list[Any]:
    value = _field(meta, name)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _strings(meta: dict[str, Any], name: str) -> list[str]:
    return [" ".join(str(value).split()) for value in _list(meta, name) if str(value).strip()]


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
