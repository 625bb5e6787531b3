"""``/v1/admin/answers``: answers that the owner gives to questions, and to what means the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from content.errors import InvalidQuestion
from service.api.admin.principal import Editor, Site, ThePart, Viewer, noted
from service.api.visitor import TheServices, find_site
from service.site import DEFAULT_SITE
from service.store import answers
from service.store.paging import Page
from service.store.rows import CuratedAnswer
from service.store.schema import milliseconds

router = APIRouter(prefix="/v1/admin/answers", tags=["admin: answers"])
Text = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]*$")]
Link = Annotated[str, Field(max_length=2000, pattern=r"^https?://")]


class AnswerIn(BaseModel):
    """A question and the answer in Markdown that the owner gives to it."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(DEFAULT_SITE, max_length=64)
    question: Annotated[str, Field(min_length=3, max_length=1000, pattern=r"^[^\x00]*$")]
    answer: Text
    link: Link | None = None
    expires_at: datetime | None = None


@router.get("")
async def listed(who: Viewer, services: TheServices, part: ThePart, site: Site = None) -> Page[CuratedAnswer]:
    """List the curated answers, the newest first."""
    return await answers.listed(services.store.database, who.site(site), part)


@router.post("", status_code=201)
async def create(body: AnswerIn, who: Editor, services: TheServices) -> CuratedAnswer:
    """Pin an answer to a question."""
    who.site(body.site_id)
    find_site(services.sites, body.site_id)
    answer = await answers.create(services.store.database, body.site_id, who.name, _values(body))
    await services.curated.refresh()
    await noted(services, who, "create answer", answer.site_id, answer.id)
    return answer


@router.put("/{answer_id}")
async def change(answer_id: str, body: AnswerIn, who: Editor, services: TheServices) -> CuratedAnswer:
    """Change an answer; it stays at its site."""
    answer = await answers.change(services.store.database, answer_id, who.site_id, _values(body))
    await services.curated.refresh()
    await noted(services, who, "change answer", answer.site_id, answer.id)
    return answer


@router.delete("/{answer_id}", status_code=204)
async def remove(answer_id: str, who: Editor, services: TheServices) -> None:
    """Remove an answer."""
    await answers.remove(services.store.database, answer_id, who.site_id)
    await services.curated.refresh()
    await noted(services, who, "remove answer", who.site_id, answer_id)


def _values(body: AnswerIn) -> dict[str, object]:
    if body.expires_at is not None and body.expires_at.tzinfo is None:
        raise InvalidQuestion("expires_at has no time zone; write one, such as 2027-01-31T12:00:00Z")
    expires = None if body.expires_at is None else milliseconds(body.expires_at)
    return {"question": body.question, "answer": body.answer, "link": body.link, "expires_at": expires}
