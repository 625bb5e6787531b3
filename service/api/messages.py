"""``GET /v1/messages/{message_id}/alignment``"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.answering.explanation import explained
from service.api.visitor import TheServices, TheVisitor
from service.wire import AlignmentReply

router = APIRouter(tags=["messages"])


@router.get("/v1/messages/{message_id}/alignment")
async def message_alignment(
    message_id: str, visitor: TheVisitor, services: TheServices, citation: Annotated[int, Query(ge=1)]
) -> AlignmentReply:
    """Return which words of a citation's quote each word of the question looked at."""
    exchange = services.conversations.exchange(message_id, visitor.site.id)
    return await services.worker.run(explained, exchange, citation, visitor.snapshot, services.embedder)
