"""``/admin/settings``: the settings that are in effect, without what is secret in them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from service.api.admin.principal import Owner
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView
from service.settings import Settings

router = APIRouter(prefix=ROOT, include_in_schema=False)

_ELSEWHERE = frozenset({"site", "source"})  # have pages of their own


@router.get("/settings")
async def settings(who: Owner, view: TheView) -> Response:
    """List the settings."""
    who.must_have_all_sites()
    said = view.services.settings.model_dump(mode="json", exclude=set(_ELSEWHERE))
    rows = [
        (name, without_password(said[name]), (info.description or "").replace("`", ""))
        for name, info in Settings.model_fields.items()
        if name in said
    ]
    return view.show(who, "settings.html", rows=rows)


def without_password(value: Any) -> Any:
    """Return a setting as it may be shown: an address without the user and the password in it."""
    if isinstance(value, list):
        return ", ".join(str(without_password(one)) for one in value)
    if not isinstance(value, str) or "@" not in value or "://" not in value:
        return value
    parts = urlsplit(value)
    return parts._replace(netloc=f"…@{parts.netloc.rpartition('@')[2]}", query="").geturl()
