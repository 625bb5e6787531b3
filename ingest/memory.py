"""The memory of what pages were made from: a document that is as it was need not be read again."""

from __future__ import annotations

import hashlib

from content.catalog import Catalog, Origin
from content.model import Page
from ingest.extract.format import TEXTS
from ingest.sources import RawPage, Source


class Memory:
    """What the catalog of a snapshot tells of the documents that a source's pages were made from.

    The same code must have made it: what other code made of a document says nothing of what it is now.
    """

    def __init__(self, catalog: Catalog, source: Source) -> None:
        self._catalog = catalog
        self._location, self._collection = source.key

    def origin(self, page_id: str, document: bytes) -> Origin | None:
        """Return the origin of the page that was made from this document, known by its digest; None without one."""
        origin = self._catalog.origin(self._collection, page_id, self._location)
        return origin if origin and origin.document == document else None

    def page(self, page_id: str) -> Page:
        """Return a page as it was made from its document."""
        return self._catalog.page(self._collection, page_id)


def document_digest(source: Source, raw: RawPage) -> bytes | None:
    """Return the digest of all that a page is made from, besides furniture; None where it is more than its document.

    That is so where it may be merged with others, or belongs to the page that plays it. Documents that are no text are
    long, and not kept while a source is read.
    """
    if raw.form not in TEXTS or raw.mergeable or raw.shown_on:
        return None
    digest = hashlib.blake2b(digest_size=16)
    said = (source.base_url, raw.page_id, raw.form, raw.title, raw.url, raw.charset, raw.aliases)
    digest.update(repr((said, raw.where if source.base_url else None, type(raw.data))).encode())
    digest.update(raw.data.encode("utf-8", "surrogatepass") if isinstance(raw.data, str) else raw.data)
    return digest.digest()
