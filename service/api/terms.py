"""``GET /v1/terms`` and ``GET /v1/terms/{slug}``"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from content.errors import InvalidQuestion
from content.model import Term
from content.snapshot import Snapshot
from service.answering.cite import related_term
from service.api.visitor import TheVisitor
from service.questions import questions_of
from service.wire import TermChoices, TermDetail, TermItem, TermList

router = APIRouter(tags=["terms"])


@router.get("/v1/terms", responses={304: {"description": "Nothing changed since the given ETag."}})
def terms(
    visitor: TheVisitor,
    response: Response,
    query: Annotated[str, Query(max_length=200)] = "",
    collection: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> TermList:
    """List the terms whose names begin with the query's words, all of them without a query."""
    collections = visitor.collections(collection)
    tag = f'W/"{visitor.snapshot.snapshot_id}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})  # type: ignore[return-value]
    response.headers["ETag"] = tag
    found = visitor.snapshot.glossary.search(query, collections)
    at = _position(cursor)
    more = at + limit < len(found)
    return TermList(tuple(map(_item, found[at : at + limit])), str(at + limit) if more else None)


@router.get(
    "/v1/terms/{slug}",
    response_model=TermDetail,
    responses={300: {"model": TermChoices, "description": "Terms of several collections have this slug."}},
)
def term(visitor: TheVisitor, slug: str, collection: str | None = None) -> TermDetail | Response:
    """Return one term."""
    found = visitor.snapshot.glossary.get(slug, visitor.collections(collection))
    if len(found) > 1:
        return JSONResponse(asdict(TermChoices(tuple(map(_item, found)))), 300)
    return detail(found[0], visitor.snapshot)


def detail(term: Term, snapshot: Snapshot) -> TermDetail:
    """Return a term with what its page says of it."""
    page = snapshot.catalog.page(term.collection, term.page_id)
    return TermDetail(
        **asdict(_item(term)),
        page_id=term.page_id,
        questions=questions_of(page),
        related=tuple(map(related_term, snapshot.glossary.related(term))),
    )


def _item(term: Term) -> TermItem:
    return TermItem(term.slug, term.name, term.aliases, term.definition, term.url, term.collection)


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal() or len(cursor) > 9:
        raise InvalidQuestion(f"cursor {cursor[:20]!r} is none that was given out; begin without one")
    return int(cursor)
