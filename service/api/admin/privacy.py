"""``/v1/admin/privacy`` and ``/v1/admin/audit``. What is looked for is in the body, so that no log has it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.api.admin.principal import Owner, Site, ThePart, noted
from service.api.visitor import TheServices
from service.people.mailbox import Mailbox
from service.privacy import erasure
from service.privacy.erasure import Subject
from service.store import audit
from service.store.paging import Page
from service.store.rows import AuditEntry

router = APIRouter(prefix="/v1/admin", tags=["admin: privacy"])


class SubjectIn(BaseModel):
    """A visitor, by the id of their sessions or by their e-mail address; at one site or at all that are yours."""

    model_config = ConfigDict(extra="forbid")

    visitor_id: str | None = Field(None, min_length=8, max_length=64)
    email: Mailbox | None = None
    site_id: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def _one(self) -> SubjectIn:
        if (self.visitor_id is None) == (self.email is None):
            raise ValueError("send either visitor_id or email")
        return self


@router.post("/privacy/export")
async def export(body: SubjectIn, who: Owner, services: TheServices) -> dict[str, list[dict[str, Any]]]:
    """Give out every row that is kept of a visitor, by table."""
    subject = Subject(who.site(body.site_id), body.visitor_id, body.email)
    found = await erasure.export(services.store, subject)
    await noted(services, who, "export visitor", subject.site_id, None)
    return found


@router.post("/privacy/erase")
async def erase(body: SubjectIn, who: Owner, services: TheServices) -> dict[str, int]:
    """Erase every row that is kept of a visitor; return how many of each table."""
    subject = Subject(who.site(body.site_id), body.visitor_id, body.email)
    gone = await erasure.erase(services.store, subject, services.asked, services.conversations, services.desk)
    services.reports.memo.forget()
    await noted(services, who, "erase visitor", subject.site_id, None)
    return gone


@router.get("/audit")
async def listed(who: Owner, services: TheServices, part: ThePart, site: Site = None) -> Page[AuditEntry]:
    """List who did what, the last first."""
    return await audit.listed(services.store.database, who.site(site), part)
