"""Who may do what on the owner's side: the matrix is made from the application, so no new route escapes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from service import dashboard
from service.api import admin
from service.api.admin.principal import Requires
from service.store.rows import Role
from tests.service.admin.acting import ask, key, lead, settled
from tests.service.admin.conftest import SHOP

pytestmark = pytest.mark.anyio

# Where one shows who one is, and what the page for that is made of.
OPEN = {
    ("POST", "/v1/admin/login"),
    ("GET", "/admin/sign-in"),
    ("POST", "/admin/sign-in"),
    ("GET", "/admin/assets/{name:path}"),
}
PASSWORD = "correct horse battery"


def routes() -> Iterator[tuple[str, str, APIRoute]]:
    for router in (*admin.routers, *dashboard.routers):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods):
                yield method, route.path, route


def declared(route: APIRoute) -> list[Role]:
    return [one.call.role for one in route.dependant.dependencies if isinstance(one.call, Requires)]


MATRIX = [(method, path, declared(route), role) for method, path, route in routes() for role in Role]


def test_every_route_of_the_owners_side_is_in_the_matrix(http_paths):
    assert {(method, path) for method, path, _ in routes()} == http_paths


@pytest.fixture
def http_paths(tmp_path):
    from service.app import create_app
    from service.settings import load_settings
    from tests.fakes import HashingEmbedder

    app = create_app(load_settings(data_dir=tmp_path), HashingEmbedder())
    return {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if route.path and route.path.startswith(("/v1/admin", "/admin"))
    }


@pytest.mark.parametrize(("method", "path", "route"), list(routes()), ids=lambda value: str(value)[:40])
def test_every_route_declares_one_role(method, path, route):
    if (method, path) not in OPEN:
        assert len(declared(route)) == 1, f"{method} {path} declares no role"


async def test_routes_by_roles(http):
    keys = {role: await key(http, role) for role in Role}
    for method, path, wanted, role in MATRIX:
        if (method, path) in OPEN:
            continue
        concrete = path.replace("{", "").replace("}", "")
        reply = await http.request(method, concrete, headers=keys[role], json={} if method != "GET" else None)
        # With the role: whatever the route says of an empty body or an unknown id.
        assert (reply.status_code == 403) != role.reaches(wanted[0]), (method, path, role, reply.text)
        assert (await http.request(method, concrete)).status_code == 401


async def test_keys_end_at_once_and_know_their_last_use(http):
    owner = await key(http)
    made = (await http.post("/v1/admin/keys", json={"role": "viewer", "name": "ci"}, headers=owner)).json()
    mine = {"Authorization": f"Bearer {made['key']}"}
    assert (await http.get("/v1/admin/me", headers=mine)).json()["role"] == "viewer"
    listed = (await http.get("/v1/admin/keys", headers=owner)).text
    assert made["key"] not in listed
    assert '"last_used_at":null' not in listed
    assert (await http.delete(f"/v1/admin/keys/{made['id']}", headers=owner)).json()["revoked_at"]
    assert (await http.get("/v1/admin/me", headers=mine)).status_code == 401
    for wrong in ("Bearer", "Bearer x", f"Basic {made['key']}", f"Bearer {made['key']}x"):
        assert (await http.get("/v1/admin/me", headers={"Authorization": wrong})).status_code == 401


async def test_the_key_itself_is_nowhere_in_the_data_folder(http, data_dir):
    owner = await key(http)
    made = (await http.post("/v1/admin/keys", json={"role": "viewer"}, headers=owner)).json()["key"].encode()
    assert not [path for path in data_dir.rglob("*") if path.is_file() and made in path.read_bytes()]


async def signed_in(http, role="agent", email="ben@example.com") -> str:
    body = {"email": email, "name": "Ben", "password": PASSWORD, "role": role}
    assert (await http.post("/v1/admin/members", json=body, headers=await key(http))).status_code == 201
    reply = await http.post("/v1/admin/login", json={"email": email.upper(), "password": PASSWORD})
    assert reply.status_code == 200
    return reply.json()["csrf"]


async def test_signing_in_and_out(http):
    csrf = await signed_in(http)
    me = (await http.get("/v1/admin/me")).json()
    assert (me["name"], me["role"], me["csrf"]) == ("Ben", "agent", csrf)
    assert (await http.post("/v1/admin/logout", headers={"X-CSRF-Token": csrf})).status_code == 204
    assert (await http.get("/v1/admin/me")).status_code == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(http):
    body = {"email": "c@example.com", "name": "C", "password": PASSWORD, "role": "viewer"}
    await http.post("/v1/admin/members", json=body, headers=await key(http))
    reply = await http.post("/v1/admin/login", json={"email": "c@example.com", "password": PASSWORD})
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # plain HTTP on this machine alone
    behind = {"X-Forwarded-Proto": "https"}
    reply = await http.post("/v1/admin/login", json={"email": "c@example.com", "password": PASSWORD}, headers=behind)
    assert "secure" not in reply.headers["set-cookie"].lower(), "a proxy that is not trusted is not believed"


async def test_requests_that_change_something_need_what_only_our_pages_know(http):
    csrf = await signed_in(http, "owner")
    body = {"role": "viewer"}
    for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": csrf[:-1] + "x"}, {"X-CSRF-Token": "ü"}):
        headers = {name: value.encode("latin-1") for name, value in wrong.items()}
        assert (await http.post("/v1/admin/keys", json=body, headers=headers)).status_code == 403
    foreign = {"X-CSRF-Token": csrf, "Origin": "https://evil.example"}
    assert (await http.post("/v1/admin/keys", json=body, headers=foreign)).status_code == 403
    assert (await http.get("/v1/admin/me", headers={"Origin": "null"})).status_code == 403
    assert (await http.post("/v1/admin/keys", json=body, headers={"X-CSRF-Token": csrf})).status_code == 201


async def test_guessing_passwords_is_slowed_down(http):
    await signed_in(http, email="d@example.com")
    tries = [
        (await http.post("/v1/admin/login", json={"email": "d@example.com", "password": f"wrong password {i}"}))
        for i in range(6)
    ]
    assert [one.status_code for one in tries] == [401] * 4 + [429] * 2  # one try was the right one
    assert int(tries[-1].headers["retry-after"]) > 0
    right = await http.post("/v1/admin/login", json={"email": "d@example.com", "password": PASSWORD})
    assert right.status_code == 429
    spoofed = {"X-Forwarded-For": "203.0.113.9"}
    again = await http.post("/v1/admin/login", json={"email": "d@example.com", "password": PASSWORD}, headers=spoofed)
    assert again.status_code == 429, "an address that no trusted proxy vouches for counts for nothing"


async def test_unknown_and_known_addresses_are_refused_alike(http):
    await signed_in(http, email="e@example.com")
    replies = [
        await http.post("/v1/admin/login", json={"email": email, "password": "a wrong password"})
        for email in ("e@example.com", "nobody@example.com")
    ]
    assert replies[0].status_code == replies[1].status_code == 401
    assert replies[0].text == replies[1].text


async def test_changing_a_member_ends_their_sessions(http):
    await signed_in(http, "viewer", "f@example.com")
    owner = await key(http)
    [member] = (await http.get("/v1/admin/members", headers=owner)).json()["items"]
    assert "password" not in member
    await http.patch(f"/v1/admin/members/{member['id']}", json={"role": "agent"}, headers=owner)
    assert (await http.get("/v1/admin/me")).status_code == 401


async def test_the_last_owner_stays(http):
    owner = await key(http)

    async def made(email: str, role: str, site: str | None = None) -> str:
        body = {"email": email, "name": email, "password": PASSWORD, "role": role, "site_id": site}
        return f"/v1/admin/members/{(await http.post('/v1/admin/members', json=body, headers=owner)).json()['id']}"

    ada, shop = await made("ada@example.com", "owner"), await made("eve@example.com", "owner", "shop")
    for reply in (
        await http.delete(ada, headers=owner),
        await http.patch(ada, json={"role": "editor"}, headers=owner),
    ):
        assert reply.status_code == 409
        assert "last owner of all sites is ada@example.com" in reply.json()["detail"]
    assert (await http.patch(ada, json={"name": "Ada", "role": "owner"}, headers=owner)).status_code == 200
    # A site's owner may go while somebody owns all sites.
    assert (await http.delete(shop, headers=owner)).status_code == 204
    second = await made("ben@example.com", "owner")
    tries = [http.delete(one, headers=owner) for one in (ada, second)]
    assert sorted(reply.status_code for reply in await asyncio.gather(*tries)) == [204, 409]


async def test_a_key_of_one_site_sees_nothing_of_another(http):
    theirs = await ask(http, headers=None)
    mine = await ask(http, headers=SHOP)
    their_lead = await lead(http, conversation_id=theirs["conversation_id"])
    handoff = (await http.post("/v1/handoffs", json={"conversation_id": theirs["conversation_id"]})).json()["id"]
    await settled(http)
    shop = await key(http, "owner", "shop")
    listed = (await http.get("/v1/admin/conversations", headers=shop)).json()["items"]
    assert [one["id"] for one in listed] == [mine["conversation_id"]]
    for path in ("leads", "handoffs", "keys", "answers", "audit"):
        for item in (await http.get(f"/v1/admin/{path}", headers=shop)).json()["items"]:
            assert item["site_id"] == "shop"
    assert [one["id"] for one in (await http.get("/v1/admin/sites", headers=shop)).json()["items"]] == ["shop"]
    foreign = [
        ("GET", f"/v1/admin/conversations/{theirs['conversation_id']}", None),
        ("PATCH", f"/v1/admin/conversations/{theirs['conversation_id']}", {"label": "x"}),
        ("GET", f"/v1/admin/leads/{their_lead}", None),
        ("PATCH", f"/v1/admin/leads/{their_lead}", {"status": "closed"}),
        ("GET", f"/v1/admin/handoffs/{handoff}", None),
        ("POST", f"/v1/admin/handoffs/{handoff}/take", None),
        ("POST", f"/v1/admin/handoffs/{handoff}/reply", {"text": "x"}),
        ("GET", "/v1/admin/sites/default", None),
        ("GET", "/v1/admin/conversations?site=default", None),
        ("GET", "/v1/admin/conversations/export?site=default", None),
        ("POST", "/v1/admin/privacy/export", {"email": "ada@example.com", "site_id": "default"}),
        ("POST", "/v1/admin/keys", {"role": "viewer", "site_id": "default"}),
    ]
    for method, path, body in foreign:
        reply = await http.request(method, path, json=body, headers=shop)
        unknown = path.replace(theirs["conversation_id"], "x").replace(their_lead, "x").replace(handoff, "x")
        as_unknown = await http.request(method, unknown.replace("default", "nowhere"), json=body, headers=shop)
        assert reply.status_code == 404, (path, reply.text)
        assert reply.json() == as_unknown.json(), path
    exported = await http.post("/v1/admin/privacy/export", json={"email": "ada@example.com"}, headers=shop)
    assert not any(exported.json().values())
    assert "ada@example.com" not in (await http.get("/v1/admin/leads/export?format=csv", headers=shop)).text


async def test_a_key_of_one_site_cannot_reach_further(http):
    shop = await key(http, "owner", "shop")
    made = (await http.post("/v1/admin/keys", json={"role": "owner"}, headers=shop)).json()
    [listed] = [
        one for one in (await http.get("/v1/admin/keys", headers=shop)).json()["items"] if one["id"] == made["id"]
    ]
    assert listed["site_id"] == "shop"
    for path, body in (("ingests", {}), ("sites", {"id": "new"})):
        assert (await http.post(f"/v1/admin/{path}", json=body, headers=shop)).status_code == 403
    before = (await http.get("/v1/admin/sites/shop", headers=shop)).json()["settings"]
    reach = (
        {"collections": ["default"]},
        {"notify": {"webhook": "http://127.0.0.1/", "webhook_secret": "GLOSSATOR_WEBHOOK_X", "allow_private": True}},
        {"notify": {"webhook": "https://hooks.example.com/", "webhook_secret": "ANTHROPIC_API_KEY"}},
    )
    for change in reach:
        reply = await http.put("/v1/admin/sites/shop", json=before | change, headers=shop)
        assert reply.status_code == 403, reply.text


async def test_a_thousand_foreign_ids(http):
    """Ids of another site, of a visitor's session and invented ones: all 404, and all alike."""
    theirs = await ask(http)
    for _ in range(20):
        await ask(http, conversation_id=theirs["conversation_id"])
    await settled(http)
    identity = http.app.state.services.identity
    foreign = [theirs["conversation_id"], theirs["message_id"], *(identity.new("default") for _ in range(160))]
    replies = set()
    for one in foreign:
        for method, path, body in (
            ("GET", f"/v1/conversations/{one}", None),
            ("GET", f"/v1/conversations/{one}/events", None),
            ("POST", f"/v1/messages/{one}/share", None),
            ("POST", "/v1/feedback", {"message_id": one, "rating": "up"}),
            ("POST", "/v1/handoffs", {"conversation_id": one}),
            (
                "POST",
                "/v1/leads",
                {"email": "a@example.com", "consent": True, "conversation_id": one, "fields": {"budget": "1"}},
            ),
            ("POST", "/v1/chat", {"message": "why?", "conversation_id": one}),
        ):
            reply = await http.request(method, path, json=body, headers=SHOP)
            assert reply.status_code == 404, (path, reply.text)
            replies.add(reply.text)
    assert len(replies) == 2  # "no such conversation", "no such message"
