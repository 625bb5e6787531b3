import io
import zipfile

import pytest

from content.errors import PageError
from ingest.extract.epub import extract_epub

_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
_BOOK = """<package xmlns="http://www.idpf.org/2007/opf"><metadata><title xmlns="http://purl.org/dc/elements/1.1/">A Book</title></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/><item id="one" href="ch%201/one.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="x.css" media-type="text/css"/></manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>"""


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head>'
        f"<body>{body}</body></html>"
    )


def book(**others: str) -> bytes:
    out = io.BytesIO()
    files = {
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/book.opf": _BOOK,
        "OEBPS/nav.xhtml": chapter("<ol><li>Contents</li></ol>"),
        "OEBPS/ch 1/one.xhtml": chapter('<a id="x"/><h1>One</h1><p>It was&nbsp;dark &amp; cold.</p>'),
        "OEBPS/two.xhtml": chapter("<h1>Two</h1><ul><li>light</li></ul>"),
    }
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (files | others).items():
            if text:
                archive.writestr(name, text)
    return out.getvalue()


def test_chapters_in_the_order_of_reading():
    (draft,) = extract_epub(book())
    assert draft.title == "A Book"
    assert draft.text.replace("\xa0", " ") == "One\n\nIt was dark & cold.\n\nTwo\n\n- light"


def test_a_chapter_that_is_missing():
    with pytest.raises(PageError, match=r"two\.xhtml is missing"):
        extract_epub(book(**{"OEBPS/two.xhtml": ""}))


def test_a_real_one(evaldata):
    (draft,) = extract_epub((evaldata / "files" / "r2r-epub.epub").read_bytes())
    assert draft.title.startswith("The Geography of Bliss")
    assert len(draft.text) > 40_000
