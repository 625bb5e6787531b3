"""HTML: the main content of a page as readable text, without what surrounds it on every page."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.draft import Draft, DraftText
from ingest.extract.deflist import glossary_entries
from ingest.extract.htmlblocks import add_blocks, read_blocks, text_blocks
from ingest.extract.htmldrafts import entry_drafts, page_drafts
from ingest.extract.inline import BLOCK, INLINE, inline_text
from ingest.extract.maincontent import main_content
from ingest.extract.statements import json_statements, read_statements
from ingest.extract.unseen import parse, remove_unseen

# Around the content, by the meaning that HTML and ARIA give them.
_AROUND = (
    "nav, aside, footer, body > header, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=complementary], [role=search], .navheader, .navfooter"
)
# Asides and footers that belong to the text in which they stand.
_NOTES = "aside[role=note], blockquote footer"
_NOTE_CLASS = re.compile(r"(?<![a-z])(?:note|tip|hint|important|warning|caution|danger|callout|admonition)(?![a-z])")
_SHORTEST_MAIN = 80  # characters
_REST = 200  # characters around a glossary that are a page of their own
# What is less than a document will stand in another one, which has places of its own. A document that sends its readers
# on has none.
_DOCUMENT = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_SENDS_ON = 'meta[http-equiv="refresh" i]'
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])|<!--")


def extract_html(source: str) -> list[Draft]:
    """Return one draft, or one an entry where the page is a glossary."""
    tree = parse(source)
    anchors = _anchors(tree)
    is_whole = _DOCUMENT.search(source) is not None and tree.css_first(_SENDS_ON) is None
    scripts = json_statements(tree)
    remove_unseen(tree)
    stated = read_statements(tree, scripts)
    title, url = _title(tree), _canonical(tree)
    root = _main(tree)
    _remove_around(root, unless_all=True)
    drafts = entry_drafts(glossary_entries(root), url)
    if drafts:
        stated = replace(stated, terms=())
        for node in root.css("dl"):
            node.decompose()
        if len(" ".join(root.text(deep=True).split())) < _REST:
            return _placed(drafts, anchors, is_whole)
    questions = {answered.question for answered in stated.questions}
    try:
        blocks = read_blocks(root, title, questions) or read_blocks(root)
    except RecursionError:  # elements nested a thousand deep; their text can still be read
        blocks = text_blocks(root)
    else:
        blocks = main_content(tree, blocks, title, stated.headlines, questions, stated.is_news)
    return _placed(drafts + page_drafts(blocks, stated, title, url), anchors, is_whole)


def add_html(text: DraftText, fragment: str) -> None:
    """Append what a fragment of HTML inside another format shows."""
    tree = parse(f"<!doctype html><body>{fragment}")
    remove_unseen(tree)
    root = _main(tree)
    _remove_around(root, unless_all=False)
    add_blocks(text, read_blocks(root))


def is_tag(markup: str) -> bool:
    """Whether this is a tag of HTML or a comment, and not an expression such as ``List<T>``."""
    match = _TAG.match(markup)
    return match is not None and (match.group(1) is None or match.group(1).lower() in INLINE | BLOCK)


def _anchors(tree: LexborHTMLParser) -> set[str]:
    """Return the names of all places that a fragment can lead to."""
    nodes = tree.css("[id], a[name]")
    return {name for node in nodes for name in (node.id, node.tag == "a" and node.attributes.get("name")) if name}


def _placed(drafts: Sequence[Draft], anchors: Collection[str], is_whole: bool) -> list[Draft]:
    """Return drafts without their links to places of their own document that it has and that are no pages.

    The draft that is a whole document knows all of its places.
    """
    places = set(anchors) - {draft.anchor for draft in drafts}
    known = tuple(sorted(anchors)) if is_whole else None
    return [
        replace(
            draft,
            links=tuple(link for link in draft.links if not _leads_to(link.target, places)),
            anchors=None if draft.anchor else known,
        )
        for draft in drafts
    ]


def _leads_to(target: str, anchors: Collection[str]) -> bool:
    return target.startswith("#") and (target[1:] in anchors or unquote(target[1:]) in anchors)


def _remove_around(root: LexborNode, unless_all: bool) -> None:
    """Remove what surrounds the content inside an element, or nothing where that is all there is."""
    for node in [*root.css(_NOTES), *root.css("aside[class]")]:
        if node.tag != "aside" or node.attributes.get("role") or _NOTE_CLASS.search(node.attributes.get("class") or ""):
            node.unwrap()
    around = [node for node in root.css(_AROUND) if node.mem_id != root.mem_id]
    if unless_all and _is_all(root, around):
        return
    for node in around:
        node.decompose()


def _is_all(root: LexborNode, nodes: Sequence[LexborNode]) -> bool:
    """Whether nothing is said but in these elements."""
    inner = {inside.mem_id for node in nodes for inside in node.css(_AROUND) if inside.mem_id != node.mem_id}
    said = sum(len("".join(node.text(deep=True).split())) for node in nodes if node.mem_id not in inner)
    return said >= len("".join(root.text(deep=True).split()))


def _main(tree: LexborHTMLParser) -> LexborNode:
    for selector in ("main", "[role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text(deep=True).strip()) > _SHORTEST_MAIN:
            return found[0]
    body = tree.body
    assert body is not None, "an HTML parser always makes a body"
    return body


def _title(tree: LexborHTMLParser) -> str | None:
    """Return the only first heading, that which the document's title repeats, or that title itself."""
    title = tree.css_first("title")
    document = inline_text(title) if title else ""
    meta = tree.css_first('meta[property="og:title"]')
    shared = (meta.attributes.get("content") or "").strip() if meta else ""
    headings = [heading for node in tree.css("h1") if (heading := inline_text(node).replace("\n", " "))]
    if len(headings) == 1:
        return headings[0]
    repeated = next((heading for heading in headings if heading in document or heading in shared), None)
    # What is shared leaves out the name of the site.
    return repeated or (shared if shared and document.startswith(shared) else document) or None


def _canonical(tree: LexborHTMLParser) -> str | None:
    link = tree.css_first("link[rel=canonical]")
    address = (link.attributes.get("href") or "").strip() if link else ""
    return address if address.startswith(("http://", "https://")) else None
