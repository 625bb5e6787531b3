"""What no reader of a web page sees: scripts, controls, and text that its markup hides."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from content.model import is_question
from ingest.extract.style import hides

_NEVER = (
    "script, style, noscript, template, svg, math annotation, iframe, object, embed, canvas, audio, video, "
    "input, select, textarea, datalist, dialog, [role=dialog], [role=alertdialog], [role=tooltip], "
    "a.headerlink, a.id_link, a.anchor-link, "
    ".sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text, .screen-reader-only"
)
# What a control opens is content, however it is hidden until then.
_CONTROLS = ("aria-controls", "data-target", "data-bs-target")
_OPENED = "[role=tabpanel], [hidden=until-found]"
# A button that opens an answer is its question; other buttons do things.
_HEADING_BUTTONS = "h1 button, h2 button, h3 button, h4 button, h5 button, h6 button, dt button, summary button"
_PERMALINKS = {"¶", "#", "§", "🔗", "⚓"}


def parse(source: str) -> LexborHTMLParser:
    """Return the tree of a page, or of a part of one."""
    return LexborHTMLParser(source.replace("\0", "").encode(errors="replace"))  # lone surrogates are in no encoding


def remove_unseen(tree: LexborHTMLParser) -> None:
    """Remove from a page what its readers do not see."""
    opened = _opened(tree)
    for node in tree.css("[style], [hidden]"):
        if node.mem_id not in opened and _is_hidden(node):
            node.decompose()
    for node in _not_to_be_read(tree):
        if node.mem_id not in opened:
            node.decompose()
    for node in tree.css(_NEVER):
        node.decompose()
    headings = {node.mem_id for node in tree.css(_HEADING_BUTTONS)}
    for node in tree.css("button"):
        if node.mem_id not in headings and not is_question(node.text(deep=True)):
            node.decompose()
    for node in tree.css("a"):
        if node.text(deep=True).strip() in _PERMALINKS:
            node.decompose()


def _opened(tree: LexborHTMLParser) -> set[int]:
    found = {node.mem_id for node in tree.css(_OPENED)}
    ids = {
        name.removeprefix("#")
        for attribute in _CONTROLS
        for control in tree.css(f"[{attribute}]")
        for name in (control.attributes.get(attribute) or "").split()
    }
    if ids:
        found |= {node.mem_id for node in tree.css("[id]") if node.id in ids}
    return found


def _is_hidden(node: LexborNode) -> bool:
    if node.tag in {"html", "body"}:  # a script shows the page when it has loaded
        return False
    attributes = node.attributes
    return "hidden" in attributes or hides(attributes.get("style") or "")


def _not_to_be_read(tree: LexborHTMLParser) -> list[LexborNode]:
    """Return icons, and what stands there twice. A whole page is marked like them behind an open dialog."""
    found = tree.css("[aria-hidden=true]")
    whole = len(tree.body.text(deep=True)) if found and tree.body else 0
    return [node for node in found if len(node.text(deep=True)) * 2 < whole]
