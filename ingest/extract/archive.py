"""Archives: documents that are ZIP files with others inside."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from lxml.etree import XMLParser, XMLSyntaxError, _Element, fromstring

from content.errors import PageError
from ingest.extract.limits import LARGEST_RATIO, LARGEST_UNPACKED, MOST_ENTRIES

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how Office writes what is encrypted, and all of its old formats
_SMALL = 1 << 20  # unpacked bytes that are no bomb at any ratio
_ENCRYPTED = 0x1  # of a ZIP entry's flags


def open_archive(document: bytes) -> ZipFile:
    """Return the open archive. Raises PageError where it is none, is protected, or unpacks to more than is read."""
    if document.startswith(_OLE):
        raise PageError("it is protected by a password, or of an old binary format; save it without, in the new one")
    try:
        archive = ZipFile(BytesIO(document))
    except BadZipFile as error:
        raise PageError(f"it is damaged: {error}") from error
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise PageError(f"it has {len(entries):,} entries, more than the {MOST_ENTRIES:,} that are read")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise PageError("it is protected by a password; save it without")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise PageError(f"it unpacks to {unpacked:,} bytes, more than the {LARGEST_UNPACKED:,} that are read")
    if unpacked > max(_SMALL, LARGEST_RATIO * len(document)):
        raise PageError(f"it unpacks to {unpacked:,} bytes, more than {LARGEST_RATIO} times its size")
    return archive


def read_xml(archive: ZipFile, name: str) -> _Element:
    """Return the root of an XML file in an archive; entities are not expanded. Raises PageError."""
    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return fromstring(archive.read(name), parser)
    except KeyError as error:
        raise PageError(f"it is damaged: {name} is missing") from error
    except XMLSyntaxError as error:
        raise PageError(f"it is damaged: {name}: {error.msg}") from error
