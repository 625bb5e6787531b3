"""``/admin/models``: who writes answers, and whether each language model answers now."""

from __future__ import annotations

from fastapi import APIRouter, Response

from content.errors import NotFound
from service.api.admin.principal import Owner
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView
from service.generation.configured import configured_models
from service.generation.trial import tried

router = APIRouter(prefix=f"{ROOT}/models", include_in_schema=False)


@router.get("")
async def models(who: Owner, view: TheView) -> Response:
    """List the language models in the order in which they are tried, and the models that search."""
    who.must_have_all_sites()
    settings = view.services.settings
    return view.show(who, "models.html", settings=settings, card=view.services.embedder.card)


@router.post("/{number}/try")
async def try_one(number: int, who: Owner, view: TheView) -> Response:
    """Ask a language model for one token; return the part of the page that says what came of it."""
    who.must_have_all_sites()
    known = configured_models(view.services.settings)
    if not 0 <= number < len(known):
        raise NotFound("there is no such model")
    return view.show(who, "trial.html", trial=await tried(known[number]))
