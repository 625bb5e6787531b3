"""``/admin/answers``: answers that the owner gives to questions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Response

from content.errors import InvalidQuestion
from service.api.admin import answers as api
from service.api.admin.principal import Editor, ThePart, Viewer
from service.dashboard.form import validated
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView, go_to
from service.site import DEFAULT_SITE
from service.store import answers

router = APIRouter(prefix=f"{ROOT}/answers", include_in_schema=False)
_HERE = f"{ROOT}/answers"
Words = Annotated[str, Form()]


@router.get("")
async def listed(who: Viewer, view: TheView, part: ThePart) -> Response:
    """List the curated answers, the newest first."""
    return view.show(who, "answers.html", page=await api.listed(who, view.services, part, view.site_id))


@router.get("/new")
async def new(who: Editor, view: TheView, question: str = "") -> Response:
    """Show the form for a new answer; a question may be given with the address."""
    return view.show(who, "answer.html", one=None, question=question[:1000], until="")


@router.get("/{answer_id}")
async def one(answer_id: str, who: Editor, view: TheView) -> Response:
    """Show the form for an answer."""
    found = await answers.found(view.services.store.database, answer_id, who.site_id)
    ends = found.expires_at
    until = "" if ends is None else (ends - timedelta(milliseconds=1)).date().isoformat()  # the last day it holds on
    return view.show(who, "answer.html", one=found, question=found.question, until=until)


@router.post("")
async def create(
    who: Editor,
    view: TheView,
    question: Words = "",
    answer: Words = "",
    link: Words = "",
    until: Words = "",
    site_id: Words = DEFAULT_SITE,
) -> Response:
    """Pin an answer to a question."""
    await api.create(_body(question, answer, link, until, site_id), who, view.services)
    return go_to(view.link(_HERE))


@router.post("/{answer_id}")
async def change(
    answer_id: str,
    who: Editor,
    view: TheView,
    question: Words = "",
    answer: Words = "",
    link: Words = "",
    until: Words = "",
) -> Response:
    """Change an answer."""
    await api.change(answer_id, _body(question, answer, link, until, DEFAULT_SITE), who, view.services)
    return go_to(view.link(_HERE))


@router.post("/{answer_id}/remove")
async def remove(answer_id: str, who: Editor, view: TheView) -> Response:
    """Remove an answer."""
    await api.remove(answer_id, who, view.services)
    return go_to(view.link(_HERE))


def _body(question: str, answer: str, link: str, until: str, site_id: str) -> api.AnswerIn:
    """Return what the form says; the answer holds to the end of its last day. Raises InvalidQuestion."""
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise InvalidQuestion(f"until: {until!r} is no day; write one such as 2027-01-31") from error
    ends = None if last is None else datetime.combine(last + timedelta(days=1), time(), UTC)
    said = {"question": question, "answer": answer, "link": link or None, "expires_at": ends, "site_id": site_id}
    return validated(api.AnswerIn, said)
