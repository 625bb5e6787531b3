"""What visitors and owners do in these tests."""

from __future__ import annotations

from service.store import keys
from service.store.rows import Role


async def key(http, role: str = "owner", site: str | None = None) -> dict[str, str]:
    """Return the headers of a new key."""
    _, token = await keys.create(http.app.state.services.store.database, Role(role), site, None)
    return {"Authorization": f"Bearer {token}"}


async def ask(http, message: str = "What is softmax?", headers: dict[str, str] | None = None, **more) -> dict:
    reply = await http.post("/v1/chat", json={"message": message, **more}, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def lead(http, headers: dict[str, str] | None = None, **more) -> str:
    body = {"email": "ada@example.com", "consent": True, **more}
    reply = await http.post("/v1/leads", json=body, headers=headers)
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


async def settled(http) -> None:
    """Wait until what was said so far is in the database, and known to this process."""
    services = http.app.state.services
    await services.store.settle(10)
    await services.desk.refresh()
