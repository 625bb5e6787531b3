"""``POST /v1/feedback``"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service import record
from service.api.visitor import TheGuest, TheServices

router = APIRouter(tags=["visitors"])


class Feedback(BaseModel):
    """How good an answer was."""

    model_config = ConfigDict(extra="forbid")

    message_id: str = Field(max_length=64)
    rating: Literal["up", "down"]
    comment: str | None = Field(None, max_length=2000, pattern=r"^[^\x00]*$")


@router.post("/v1/feedback", status_code=204)
async def create(body: Feedback, guest: TheGuest, services: TheServices) -> None:
    """Rate an answer. The last rating of an answer counts."""
    guest.must_own(services.identity, body.message_id, "message")
    site = guest.site
    kept = record.feedback(body.message_id, site.id, body.rating, body.comment, site.privacy)
    await services.store.spool.append(kept)
