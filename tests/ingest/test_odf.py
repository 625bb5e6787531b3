import io
import zipfile

import pytest

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft
from ingest.extract.odf import extract_odf

_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
        "presentation": "presentation", "manifest": "manifest",
    }.items()
)  # fmt: skip
_META = f'<office:document-meta {_SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{}}</dc:title></office:document-meta>'


def document(body: str, title: str | None = None, **others: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", f"<office:document-content {_SPACES}>{body}</office:document-content>")
        if title is not None:
            archive.writestr("meta.xml", _META.format(title))
        for name, text in others.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return out.getvalue()


def read(body: str, title: str | None = None, **others: str) -> Draft:
    (draft,) = extract_odf(document(body, title, **others))
    return draft


def text(inner: str) -> str:
    return f"<office:body><office:text>{inner}</office:text></office:body>"


def test_headings_paragraphs_and_white_space():
    draft = read(text(
        '<text:h text:outline-level="1">Handbook</text:h><text:h text:outline-level="2">Scope</text:h>'
        '<text:p>One<text:s/>two<text:tab/>three<text:line-break/>four <text:span>five</text:span></text:p>'
    ))  # fmt: skip
    assert draft.title == "Handbook"
    assert [(block.kind, block.level) for block in draft.blocks] == [(BlockKind.HEADING, 2), (BlockKind.PARAGRAPH, 0)]
    assert draft.text == "Scope\n\nOne two three\nfour five"


def test_lists():
    styles = (
        '<office:automatic-styles><text:list-style style:name="L1"><text:list-level-style-number text:level="1"/>'
        "</text:list-style></office:automatic-styles>"
    )
    items = "".join(f"<text:list-item><text:p>{word}</text:p></text:list-item>" for word in ("wash", "dry"))
    inner = "<text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item></text:list></text:list-item>"
    draft = read(styles + text(f'<text:list text:style-name="L1">{items}</text:list><text:list>{inner}</text:list>'))
    assert draft.text == "1. wash\n2. dry\n- a\n  - b"


def test_tables():
    row = "<table:table-row>{}</table:table-row>"
    rows = "".join(
        row.format("".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells))
        for cells in ("ab", "12")
    )
    assert read(text(f"<table:table>{rows}</table:table>")).text == "a | b\n1 | 2"


def test_what_nobody_sees_is_left_out():
    draft = read(text(
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        "<text:table-of-content><text:p>Chapter 1</text:p></text:table-of-content>"
        "<text:p>Seen<office:annotation><text:p>comment</text:p></office:annotation>"
        "<text:note><text:note-body><text:p>A footnote.</text:p></text:note-body></text:note>.</text:p>"
    ), "Stated")  # fmt: skip
    assert draft.title == "Stated"
    assert draft.text == "Seen.\n\nA footnote."


def test_slides_are_places():
    pages = "".join(
        f'<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Slide {at}</text:p></draw:text-box></draw:frame>'
        f'<draw:frame presentation:class="outline"><draw:text-box><text:p>Said {at}.</text:p></draw:text-box></draw:frame>'
        f'<draw:frame presentation:class="footer"><draw:text-box><text:p>foot</text:p></draw:text-box></draw:frame></draw:page>'
        for at in (1, 2)
    )
    draft = read(f"<office:body><office:presentation>{pages}</office:presentation></office:body>")
    assert draft.text == "Slide 1\n\nSaid 1.\n\nSlide 2\n\nSaid 2."
    assert [place.locator for place in draft.places] == ["page=1", "page=2"]


def test_what_is_protected_or_damaged():
    manifest = f"<manifest:manifest {_SPACES}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    with pytest.raises(PageError, match="password"):
        extract_odf(document("", META__x="", **{"META-INF__manifest": manifest}))
    with pytest.raises(PageError, match=r"content\.xml"):
        extract_odf(document("<unclosed>"))


def test_a_real_one(evaldata):
    (draft,) = extract_odf((evaldata / "files" / "r2r-odt.odt").read_bytes())
    assert draft.text.startswith("Lorem ipsum dolor sit amet")
