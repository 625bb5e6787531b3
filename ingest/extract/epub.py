"""Books (EPUB): their chapters in the order in which they are read.

https://www.w3.org/TR/epub-33/
"""

from __future__ import annotations

import posixpath
import re
from html.entities import html5
from urllib.parse import unquote
from zipfile import ZipFile

from lxml.etree import XMLParser, fromstring, tostring

from content.errors import PageError
from ingest.draft import Draft, DraftText, clean
from ingest.extract.archive import open_archive, read_xml
from ingest.extract.encoding import decode
from ingest.extract.html import add_html

_CONTAINER = "META-INF/container.xml"
_ROOT_FILE = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_OPF = "{http://www.idpf.org/2007/opf}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_CHAPTERS = {"application/xhtml+xml", "text/html"}
_ENTITY = re.compile(r"&(\w+;)")
_XML_ENTITIES = {"amp;", "lt;", "gt;", "quot;", "apos;"}


def extract_epub(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError for what is protected, damaged or no book."""
    text = DraftText()
    with open_archive(document) as archive:
        root = next(read_xml(archive, _CONTAINER).iter(_ROOT_FILE), None)
        path = root.get("full-path", "") if root is not None else ""
        package = read_xml(archive, path)
        title = next((clean(node.text or "") for node in package.iter(_TITLE)), None)
        items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
        for reference in package.iter(f"{_OPF}itemref"):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type") not in _CHAPTERS or "nav" in item.get("properties", "").split():
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(item.get("href", ""))))
            add_html(text, _chapter(archive, name))
        if not text.text and "META-INF/encryption.xml" in archive.namelist():
            raise PageError("it is protected against copying")
    return [text.draft(title)]


def _chapter(archive: ZipFile, name: str) -> str:
    """Return the body of a chapter as HTML: XML closes elements in ways that HTML does not know."""
    try:
        source = decode(archive.read(name))
    except KeyError as error:
        raise PageError(f"it is damaged: {name} is missing") from error
    source = _ENTITY.sub(lambda match: match[0] if match[1] in _XML_ENTITIES else html5.get(match[1], match[0]), source)
    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = fromstring(clean(source).encode(), parser)
    if root is None:
        return ""
    body = root.find(f"{_XHTML}body")
    return tostring(root if body is None else body, method="html", encoding="unicode")
