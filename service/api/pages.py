"""``GET /v1/pages``"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from content.model import DEFAULT_COLLECTION, Block, BlockKind
from service.api.visitor import TheVisitor
from service.wire import Heading, PageReply

router = APIRouter(tags=["pages"])


@router.get("/v1/pages")
def page(
    visitor: TheVisitor,
    page_id: Annotated[str, Query(alias="id", min_length=1)],
    collection: str = DEFAULT_COLLECTION,
) -> PageReply:
    """Return the text of a page, by its id or by another address that leads to it."""
    visitor.collections(collection)
    found = visitor.snapshot.catalog.page_at(collection, page_id)
    headings = tuple(_heading(found.text, block) for block in found.blocks if block.kind is BlockKind.HEADING)
    return PageReply(found.page_id, found.collection, found.title, found.url, found.text, headings)


def _heading(text: str, block: Block) -> Heading:
    return Heading(text[block.start : block.end], block.level, block.start, block.end, block.anchor)
