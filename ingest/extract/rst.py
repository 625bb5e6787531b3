"""reStructuredText: what docutils makes of it; nothing is included from other files.

Roles and directives that docutils does not know, such as those of Sphinx, are read as the text that they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.languages import get_language
from docutils.parsers.rst import Directive, directives, roles
from docutils.utils import Reporter, new_document

from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.encoding import decode
from ingest.extract.rows import add_rows, clean_rows

_SETTINGS: dict[str, Any] = {
    "_disable_config": True,  # no files of settings
    "raw_enabled": False,
    "file_insertion_enabled": False,
    "halt_level": 5,  # never
    "report_level": 5,
    "input_encoding": "unicode",
    "line_length_limit": 1_000_000,
    "syntax_highlight": "none",
    "warning_stream": False,
}
_ROLE = re.compile(r":([a-zA-Z][\w:+.-]*):`|`:([a-zA-Z][\w:+.-]*):")
_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([a-zA-Z][\w:+.-]*)::", re.MULTILINE)
# What these directives hold are names of files and of things elsewhere.
_POINTING = {"toctree", "index", "literalinclude", "module", "currentmodule", "highlight", "automodule", "autoclass"}
_TARGET = re.compile(r"[!~]?(.*?)\s*(?:<[^<>]*>)?", re.DOTALL)
_UNSEEN = (nodes.comment, nodes.substitution_definition, nodes.system_message, nodes.target, nodes.docinfo, nodes.meta)
_DEEPEST_HEADING = 6


def extract_rst(document: bytes) -> list[Draft]:
    """Return one draft."""
    source = clean(decode(document))
    _learn(source)
    tree = publish_doctree(source, settings_overrides=_SETTINGS)
    text = DraftText()
    for child in tree.children:
        _add(text, child, 1)
    return [text.draft(" ".join(tree.get("title", "").split()) or None)]


def _add(text: DraftText, node: nodes.Node, level: int, depth: int = 0) -> None:
    match node:
        case _ if isinstance(node, _UNSEEN):
            pass
        case nodes.title() | nodes.subtitle():
            if not isinstance(node.parent, nodes.document):
                text.add(BlockKind.HEADING, _flat(node), level=min(level, _DEEPEST_HEADING))
        case nodes.section():
            for child in node.children:
                _add(text, child, level + 1)
        case nodes.bullet_list() | nodes.enumerated_list():
            for number, item in enumerate(node.children, int(node.get("start", 1))):
                _add_item(text, item, level, depth, f"{number}. " if isinstance(node, nodes.enumerated_list) else "- ")
        case nodes.definition_list_item():
            terms = [_flat(child) for child in node.children if isinstance(child, nodes.term)]
            _add_under(text, ", ".join(terms), node.children[-1], level)
        case nodes.field():
            _add_under(text, _flat(node.children[0]), node.children[1], level)
        case nodes.table():
            rows = [[_flat(cell) for cell in row.children] for row in node.findall(nodes.row)]
            if rows := clean_rows(rows):
                add_rows(text, rows, level=_DEEPEST_HEADING)
        case nodes.literal_block() | nodes.doctest_block() | nodes.math_block():
            text.add(BlockKind.CODE, node.astext())
        case nodes.footnote() | nodes.citation():
            text.add(BlockKind.PARAGRAPH, " ".join(map(_flat, node.children[1:])))
        case nodes.TextElement():
            text.add(BlockKind.PARAGRAPH, _flat(node))
        case nodes.Element():
            for child in node.children:
                _add(text, child, level, depth)


def _add_item(text: DraftText, item: nodes.Node, level: int, depth: int, mark: str) -> None:
    for child in item.children:
        if isinstance(child, nodes.paragraph):
            text.add(BlockKind.ITEM, _flat(child), level=depth, mark="  " * depth + mark)
            mark = "  "
        else:
            _add(text, child, level, depth + 1)


def _add_under(text: DraftText, name: str, body: nodes.Node, level: int) -> None:
    first, *rest = body.children or [nodes.paragraph()]
    if isinstance(first, nodes.paragraph):
        text.add(BlockKind.ITEM, ": ".join(filter(None, (name, _flat(first)))), mark="- ")
    else:
        text.add(BlockKind.PARAGRAPH, name)
        rest = [first, *rest]
    for child in rest:
        _add(text, child, level)


def _flat(node: nodes.Node) -> str:
    return " ".join(node.astext().split())


class _AnyOption(dict[str, Callable[[str], str]]):
    """The options of a directive of which nothing is known."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str], str]:
        return directives.unchanged


class _UnknownDirective(Directive):
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = _AnyOption()
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return what the directive holds, its argument first."""
        if self.name in _POINTING:
            return []
        holder = nodes.container()
        if self.arguments:
            inline, _ = self.state.inline_text(self.arguments[0], self.lineno)
            holder += nodes.paragraph("", "", *inline)
        self.state.nested_parse(self.content, self.content_offset, holder)
        return [holder]


def _unknown_role(
    role: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = None
) -> tuple[list[Any], list[Any]]:
    # "shown <target>", "!shown", and "~package.shown"
    match = _TARGET.fullmatch(text)
    shown = match[1] if match else text
    return [nodes.inline(rawtext, shown.rpartition(".")[2] if text.startswith("~") else shown)], []


def _learn(source: str) -> None:
    """Make docutils know the roles and directives that a document uses."""
    language, document = get_language("en"), new_document("")
    reporter = document.reporter = Reporter("", report_level=5, halt_level=5)
    for name in {name.lower() for pair in _ROLE.findall(source) for name in pair if name}:
        if roles.role(name, language, 0, reporter)[0] is None:
            roles.register_local_role(name, _unknown_role)
    for name in {name.lower() for name in _DIRECTIVE.findall(source)}:
        if directives.directive(name, language, document)[0] is None:
            directives.register_directive(name, _UnknownDirective)
