"""Definition lists: glossaries that hold all their terms on one HTML page."""

import re

from selectolax.lexbor import LexborNode

from content.model import is_question

# (name, aliases, anchor, the elements that define it)
DefinitionListEntry = tuple[str, tuple[str, ...], str, list[LexborNode]]

FEWEST_ENTRIES = 5  # that make a list a glossary
_SHARE = 0.5  # of the page's text that is in its definition lists
_SHARE_WITHOUT_ANCHORS = 0.9
_LONGEST_NAME = 8  # words
_CODE = "code, tt, kbd, samp"
_SIGNATURE = re.compile(r"\w\(|\w\.\w|=|^-")  # f(x), a.b, a=b, --option
_SEE = re.compile(r"\s*see:?\s+(?:also\s+)?(.{1,120}?)\.?\s*", re.IGNORECASE | re.DOTALL)


def glossary_entries(root: LexborNode) -> list[DefinitionListEntry]:
    """Return the entries of a page that is mostly a list of terms, an empty list for any other.

    Terms are names, not the signatures of a program's parts nor questions, and what is said of them is not just links.
    Several ``dt`` before a ``dd`` are one entry with aliases; an entry that only says "See X" is an alias of X.
    """
    lists = [node for node in root.css("dl") if not _inside_list(node)]
    terms = [term for node in lists for term in own(node, "dt")]
    if len(terms) < FEWEST_ENTRIES or sum(map(_is_name, terms)) * 2 < len(terms):
        return []
    anchored = sum(_anchor(term) is not None for term in terms) * 2 >= len(terms)
    inside = sum(map(_prose, lists))
    if inside < (_SHARE if anchored else _SHARE_WITHOUT_ANCHORS) * max(1, _prose(root)):
        return []
    if inside * 2 < sum(len(node.text(deep=True)) for node in lists):  # an index, a table of contents
        return []
    return _fold_references([entry for node in lists for entry in _entries(node)])


def _is_name(term: LexborNode) -> bool:
    text = " ".join(term.text(deep=True).split())
    if len(text.split()) > _LONGEST_NAME or _SIGNATURE.search(text) or is_question(text):
        return False
    code = sum(len(node.text(deep=True)) for node in term.css(_CODE))
    return code * 2 <= len(text) and "sig" not in (term.attributes.get("class") or "").split()


def _prose(node: LexborNode) -> int:
    """Return how much an element says, in characters, without its links."""
    return len(node.text(deep=True)) - sum(len(link.text(deep=True)) for link in node.css("a"))


def _entries(node: LexborNode) -> list[DefinitionListEntry]:
    entries: list[DefinitionListEntry] = []
    names: list[LexborNode] = []
    for child in own(node, "dt, dd"):
        if child.tag == "dt":
            names.append(child)
        elif names:
            texts = [" ".join(name.text(deep=True).split()) for name in names]
            anchor = next(filter(None, map(_anchor, names)), None) or slug(texts[0])
            entries.append((texts[0], tuple(texts[1:]), anchor, [child]))
            names = []
        elif entries:
            entries[-1][3].append(child)
    return entries


def _fold_references(entries: list[DefinitionListEntry]) -> list[DefinitionListEntry]:
    by_anchor = {anchor: i for i, (_, _, anchor, _) in enumerate(entries)}
    by_name = {name.casefold(): i for i, (name, _, _, _) in enumerate(entries)}
    aliases: dict[int, list[str]] = {}
    kept: list[int] = []
    for i, (name, others, _, bodies) in enumerate(entries):
        target = _reference(bodies, by_anchor, by_name)
        if target is None or target == i:
            kept.append(i)
        else:
            aliases.setdefault(target, []).extend([name, *others])
    return [
        (name, tuple(dict.fromkeys([*others, *aliases.get(i, [])])), anchor, bodies)
        for i, (name, others, anchor, bodies) in ((i, entries[i]) for i in kept)
    ]


def _reference(bodies: list[LexborNode], by_anchor: dict[str, int], by_name: dict[str, int]) -> int | None:
    match = _SEE.fullmatch(" ".join(body.text(deep=True) for body in bodies))
    if not match:
        return None
    for link in bodies[0].css("a[href]"):
        fragment = (link.attributes.get("href") or "").partition("#")[2]
        if fragment in by_anchor:
            return by_anchor[fragment]
    return by_name.get(" ".join(match.group(1).split()).casefold())


def own(node: LexborNode, selector: str) -> list[LexborNode]:
    """Return the terms or bodies of a definition list that match a selector."""
    # Terms may be grouped in div elements; those of a list inside this one are not its own.
    return [child for child in node.css(selector) if _nearest_list(child) == node.mem_id]


def _nearest_list(node: LexborNode) -> int | None:
    parent = node.parent
    while parent is not None and parent.tag != "dl":
        parent = parent.parent
    return parent.mem_id if parent is not None else None


def _inside_list(node: LexborNode) -> bool:
    return _nearest_list(node) is not None


def _anchor(term: LexborNode) -> str | None:
    if term.id:
        return term.id
    inner = term.css_first("[id], a[name]")
    return (inner.id or inner.attributes.get("name")) if inner else None


def slug(text: str) -> str:
    """Return an anchor for a name that has none."""
    return "-".join(re.findall(r"\w+", text.lower()))
