"""``POST /v1/search``"""

from __future__ import annotations

import time

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.api.visitor import TheServices, TheVisitor
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
    started = time.perf_counter()
    query = checked(request.query, "query", services.settings)
    collections = visitor.collections(request.collection)
    _, shown = await services.assistant.search([query], visitor.snapshot, collections, request.limit)
    return SearchReply(query, shown, round((time.perf_counter() - started) * 1000))
