"""``POST /v1/handoffs``"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from content.errors import Forbidden, StoreUnavailable
from service import record
from service.api.visitor import TheGuest, TheServices
from service.wire import HandoffReply

router = APIRouter(tags=["visitors"])

Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class HandoffIn(BaseModel):
    """The wish for a person. ``contact`` is how to reach the visitor later, such as an e-mail address."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: str = Field(max_length=64)
    reason: Text | None = None
    contact: Annotated[str, Field(max_length=320, pattern=r"^[^\x00-\x1f]*$")] | None = None


@router.post("/v1/handoffs", status_code=201)
async def create(body: HandoffIn, guest: TheGuest, services: TheServices) -> HandoffReply:
    """Ask for a person; who waits already waits on. Once this is answered it is on disk."""
    if not guest.site.handoff.enabled:
        raise Forbidden(f"the site {guest.site.id!r} hands nobody over (handoff.enabled)")
    guest.must_own(services.identity, body.conversation_id, "conversation")
    handoff = services.desk.open(body.conversation_id)
    if handoff is None:
        handoff = services.desk.ask(guest, body.conversation_id, "request", body.reason, body.contact)
        try:
            await services.store.spool.append(record.handoff(handoff))
        except StoreUnavailable:
            services.desk.drop(handoff)
            raise
    return HandoffReply(handoff.id, handoff.status, handoff.offline)
