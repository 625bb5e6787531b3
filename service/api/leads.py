"""``POST /v1/leads``"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from content.errors import Forbidden, InvalidQuestion
from service import record
from service.api.visitor import TheGuest, TheServices
from service.people.mailbox import Mailbox
from service.policy import LeadSettings
from service.wire import LeadReply

router = APIRouter(tags=["visitors"])

_OWN = ("name", "company", "message")  # the fields that the contract names
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]


class LeadIn(BaseModel):
    """Who wants to hear from the owner. ``fields`` are those that the site's form asks for beside the named ones."""

    model_config = ConfigDict(extra="forbid")

    email: Mailbox
    name: Line | None = None
    company: Line | None = None
    message: Text | None = None
    consent: bool
    conversation_id: str | None = Field(None, max_length=64)
    fields: dict[Annotated[str, Field(max_length=64)], Text] = Field({}, max_length=20)


@router.post("/v1/leads", status_code=201)
async def create(body: LeadIn, guest: TheGuest, services: TheServices) -> LeadReply:
    """Leave an address. Once this is answered it is on disk; where it cannot be kept the answer is 503."""
    form = guest.site.leads
    if not form.enabled:
        raise Forbidden(f"the site {guest.site.id!r} takes no addresses (leads.enabled)")
    if body.conversation_id is not None:
        guest.must_own(services.identity, body.conversation_id, "conversation")
    _check(body, form)
    values = body.model_dump() | {"visitor_id": guest.visitor_id}
    kept = record.lead(guest.site.id, form.consent, values)
    await services.store.spool.append(kept)
    return LeadReply(kept.row["id"])


def _check(body: LeadIn, form: LeadSettings) -> None:
    if not body.consent:
        raise InvalidQuestion(f"consent is false: without agreeing to “{form.consent}” nothing is kept")
    known = set(form.asked) - set(_OWN)
    if unknown := sorted(set(body.fields) - known):
        raise InvalidQuestion(f"fields: the form of this site has no field {unknown[0]!r}")
    filled = (
        {"email"}
        | {name for name in _OWN if getattr(body, name)}
        | {name for name, text in body.fields.items() if text}
    )
    if missing := [name for name in form.required if name not in filled]:
        raise InvalidQuestion(f"{missing[0]} is missing; this site asks for it")
