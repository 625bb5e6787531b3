"""``POST /v1/search``"""

from __future__ import annotations

import time

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.api.visitor import Services, TheServices, TheVisitor, Visitor
from service.message import checked
from service.model import SearchReply

router = APIRouter(tags=["search"])


class SearchRequest(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: str
    collection: str | None = None
    limit: int = Field(5, ge=1, le=50)


@router.post("/v1/search")
async def search(request: SearchRequest, visitor: TheVisitor, services: TheServices) -> SearchReply:
    """Find the passages that fit a question best."""
    return await found(request.query, request.collection, request.limit, visitor, services)


async def found(query: str, collection: str | None, limit: int, visitor: Visitor, services: Services) -> SearchReply:
    """Return what a visitor finds. Raises InvalidQuestion, NotFound for a collection that is not theirs, Busy."""
    started = time.perf_counter()
    text = checked(query, "query", services.settings)
    collections = visitor.collections(collection)
    _, shown = await services.assistant.search([text], visitor.snapshot, collections, limit)
    return SearchReply(text, shown, round((time.perf_counter() - started) * 1000))
