"""``/v1/admin/login``, ``logout`` and ``me``"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from content.errors import SignInNeeded
from service.access import password
from service.api.admin.principal import COOKIE, Viewer
from service.api.visitor import Services, TheServices, address
from service.people.mailbox import Mailbox
from service.store import members
from service.store.rows import Role

router = APIRouter(prefix="/v1/admin", tags=["admin: access"])

_SESSION_SECONDS = 12 * 3600


class SignIn(BaseModel):
    """An address and its password."""

    model_config = ConfigDict(extra="forbid")

    email: Mailbox
    password: str = Field(max_length=password.LONGEST)


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in. ``csrf`` goes back in the header X-CSRF-Token of whatever changes something."""

    name: str
    role: Role
    site_id: str | None
    csrf: str | None


@router.post("/login")
async def login(request: Request, body: SignIn, response: Response, services: TheServices) -> Me:
    """Sign in: sets a cookie that scripts cannot read and other sites cannot send."""
    email = body.email.lower()
    await services.limits.sign_in(email, address(request))
    found = await members.credentials(services.store.database, email)
    member_id, kept = found or (None, None)
    if not await password.fits(body.password, kept) or member_id is None:
        raise SignInNeeded("the address or the password is wrong")
    token = await members.begin_session(services.store.database, member_id, _SESSION_SECONDS * 1000)
    response.set_cookie(
        COOKIE,
        token,
        max_age=_SESSION_SECONDS,
        path="/",
        secure=_is_https(request, services),
        httponly=True,
        samesite="strict",
    )
    member = await members.found(services.store.database, member_id, None)
    return Me(member.name, member.role, member.site_id, services.identity.csrf(token))


@router.post("/logout", status_code=204)
async def logout(
    response: Response,
    who: Viewer,
    services: TheServices,
    cookie: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
) -> None:
    """End the session."""
    if cookie is not None:
        await members.end_session(services.store.database, cookie)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/me")
async def me(
    who: Viewer,
    services: TheServices,
    cookie: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
) -> Me:
    """Say who calls."""
    return Me(who.name, who.role, who.site_id, None if cookie is None else services.identity.csrf(cookie))


def _is_https(request: Request, services: Services) -> bool:
    public = services.settings.public_url or ""
    return request.url.scheme == "https" or public.startswith("https://")
