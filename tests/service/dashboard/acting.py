"""What members do in these tests: they sign in and look at pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from service.access import password
from service.store import members
from service.store.rows import Role

PASSWORD = "correct horse battery"
_CSRF = re.compile(r"""hx-headers='\{"X-CSRF-Token": "([0-9a-f]+)"\}'""")


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who is signed in."""

    http: httpx.AsyncClient
    csrf: str

    async def page(self, path: str, status: int = 200) -> str:
        """Return a page."""
        reply = await self.http.get(path)
        assert reply.status_code == status, reply.text
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        return reply.text

    async def send(self, path: str, code: int = 204, /, **form: object) -> httpx.Response:
        """Send a form as htmx does."""
        headers = {"X-CSRF-Token": self.csrf, "HX-Request": "true"}
        reply = await self.http.post(path, data=form, headers=headers)
        assert reply.status_code == code, reply.text
        return reply


async def sign_in(http: httpx.AsyncClient, role: Role = Role.OWNER, site: str | None = None) -> Browser:
    """Make a member and sign in."""
    email = f"{role}-{site}@example.com"
    database = http.app.state.services.store.database
    await members.create(database, email, str(role).capitalize(), await password.hashed(PASSWORD), role, site)
    form = {"email": email, "password": PASSWORD, "back": "/admin"}
    reply = await http.post("/admin/sign-in", data=form)
    assert (reply.status_code, reply.headers["location"]) == (303, "/admin"), reply.text
    found = _CSRF.search((await http.get("/admin")).text)
    assert found
    return Browser(http, found[1])
