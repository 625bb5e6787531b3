"""The principal: who calls the owner's side, by key or by signing in, and what they may do there."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Cookie, Depends, Header, Query, Request

from content.errors import Forbidden, NotFound, SignInNeeded
from service.api.visitor import Services, services
from service.store import audit, keys, members
from service.store.paging import MOST, Part
from service.store.rows import Role

COOKIE = "glossator_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_USED_EVERY = timedelta(minutes=1)  # how exactly the last use of a key is known


@dataclass(frozen=True, slots=True)
class Principal:
    """A key or a member. ``site_id`` None means all sites; ``actor`` names them in the audit."""

    actor: str
    name: str
    role: Role
    site_id: str | None

    def site(self, wanted: str | None) -> str | None:
        """Return the site to look at, None for all. Raises NotFound for one that is not theirs, as for an unknown."""
        if wanted is not None and self.site_id not in {None, wanted}:
            raise NotFound("there is no such site")
        return wanted or self.site_id

    def must_have_all_sites(self) -> None:
        """Raise Forbidden for a key or a member of one site."""
        if self.site_id is not None:
            raise Forbidden(f"this concerns all sites, and you have {self.site_id!r} alone")


class Requires:
    """A dependency: the caller must have this role at least."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(
        self,
        request: Request,
        parts: Annotated[Services, Depends(services)],
        authorization: Annotated[str, Header(description="`Bearer` and an admin key.")] = "",
        csrf: Annotated[str, Header(alias=CSRF_HEADER, description="With the cookie, for all but reading.")] = "",
        cookie: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
    ) -> Principal:
        """Return the caller. Raises SignInNeeded, Forbidden."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            principal = await _by_key(parts, token.strip())
        elif cookie is not None:
            principal = await _by_cookie(parts, cookie, None if request.method in _SAFE else csrf)
        else:
            raise SignInNeeded("sign in, or send an admin key as Authorization: Bearer (glossator keys create)")
        if not principal.role.reaches(self.role):
            raise Forbidden(f"this needs the role {self.role}; yours is {principal.role}")
        return principal


async def _by_key(parts: Services, token: str) -> Principal:
    key = await keys.of_token(parts.store.database, token)
    if key is None:
        raise SignInNeeded("the key is unknown or revoked")
    if key.last_used_at is None or datetime.now(UTC) - key.last_used_at > _USED_EVERY:
        await keys.used(parts.store.database, key.id)
    return Principal(f"key {key.id}", key.name or key.id, key.role, key.site_id)


async def _by_cookie(parts: Services, cookie: str, csrf: str | None) -> Principal:
    """Return who signed in; ``csrf`` is what came with a request that changes something, None for one that does not."""
    member = await members.of_token(parts.store.database, cookie)
    if member is None:
        raise SignInNeeded("the session is over; sign in again")
    # The cookie comes along with any request of the browser's; only our own pages can read this.
    if csrf is not None and not hmac.compare_digest(csrf.encode(), parts.identity.csrf(cookie).encode()):
        raise Forbidden(f"the header {CSRF_HEADER} is missing or wrong; GET /v1/admin/me gives it")
    return Principal(f"member {member.id}", member.name, member.role, member.site_id)


async def noted(parts: Services, who: Principal, action: str, site_id: str | None, target: str | None) -> None:
    """Note in the audit what somebody did."""
    await audit.record(parts.store.database, who.actor, action, site_id, target)


def part(
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of the part before.")] = None,
) -> Part:
    """Return which part of a list is wanted."""
    return Part(limit, cursor)


Viewer = Annotated[Principal, Depends(Requires(Role.VIEWER))]
Agent = Annotated[Principal, Depends(Requires(Role.AGENT))]
Editor = Annotated[Principal, Depends(Requires(Role.EDITOR))]
Owner = Annotated[Principal, Depends(Requires(Role.OWNER))]
ThePart = Annotated[Part, Depends(part)]
Site = Annotated[str | None, Query(max_length=64, description="One site; absent: all that are yours.")]
