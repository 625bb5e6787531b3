"""Every page of the dashboard over HTTP: what it shows, to whom, and what its forms do."""

from __future__ import annotations

import json
import re
import time

import pytest

from service.store.rows import Role
from tests.service.admin.acting import ask, lead, settled
from tests.service.admin.conftest import SHOP
from tests.service.api import client
from tests.service.dashboard.acting import sign_in

pytestmark = pytest.mark.anyio

PAGES = {
    Role.VIEWER: (
        "",
        "/conversations",
        "/leads",
        "/learn/questions",
        "/learn/gaps",
        "/learn/sources",
        "/learn/leads",
        "/learn/conversations",
        "/content",
        "/content/ingests",
        "/answers",
        "/sites",
        "/sites/default",
    ),
    Role.AGENT: ("/handoffs",),
    Role.EDITOR: ("/answers/new",),
    Role.OWNER: ("/access", "/privacy", "/audit", "/models", "/settings"),
}


async def test_who_is_not_signed_in_gets_the_form_for_that_and_then_the_page(http):
    reply = await http.get("/admin/leads?status=new")
    assert reply.status_code == 401
    assert 'name="back" value="/admin/leads?status=new"' in reply.text
    wrong = await http.post(
        "/admin/sign-in", data={"email": "a@example.com", "password": "wrong", "back": "/admin/leads"}
    )
    assert wrong.status_code == 401
    assert "The address or the password is wrong." in wrong.text
    assert (await http.get("/admin/leads", headers={"HX-Request": "true"})).headers["hx-refresh"] == "true"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/admin\\@evil", "/adminx"]
)
async def test_signing_in_leads_nowhere_else(http, back):
    await sign_in(http)
    form = {"email": "owner-None@example.com", "password": "correct horse battery", "back": back}
    reply = await http.post("/admin/sign-in", data=form)
    assert reply.headers["location"] == "/admin"


async def test_every_page_is_shown_to_those_who_may_see_it(http):
    for role in Role:
        browser = await sign_in(http, role)
        for wanted, paths in PAGES.items():
            for path in paths:
                shown = role.reaches(wanted)
                text = await browser.page(f"/admin{path}", 200 if shown else 403)
                assert ("<nav" in text) == shown
                assert not re.search(r"<script(?! defer src=)(?! async src=)|<style|\sstyle=|\son[a-z]+=", text), path


async def test_pages_run_nothing_but_our_files(http):
    browser = await sign_in(http)
    policy = (await browser.http.get("/admin")).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_navigation_offers_what_one_may_open(http):
    browser = await sign_in(http, Role.VIEWER)
    offered = set(re.findall(r'<li><a href="(/admin[^"]*)"', await browser.page("/admin/leads")))
    assert "/admin/handoffs" not in offered
    for path in offered:
        await browser.page(path)


async def test_the_overview_counts(http):
    for message in ("What is softmax?", "Who introduced attention?", "zzz qqq xxx?"):
        await ask(http, message)
    await ask(http, "What is attention?", SHOP)
    await lead(http)
    await settled(http)
    browser = await sign_in(http)

    async def figures(path: str) -> list[str]:
        return re.findall(r'<p class="value">([^<]*)</p>', await browser.page(path))

    assert (await figures("/admin"))[:4] == ["4", "75%", "1", "1"]
    assert (await figures("/admin?site=shop"))[:4] == ["1", "100%", "0", "0"]


async def test_a_conversation_is_found_read_labelled_and_exported(http):
    said = await ask(http)
    await ask(http, "Who introduced attention?")
    await http.post("/v1/feedback", json={"message_id": said["message_id"], "rating": "down", "comment": "too short"})
    await settled(http)
    browser = await sign_in(http, Role.AGENT)
    found = await browser.page("/admin/conversations?search=softmax")
    assert "What is softmax?" in found
    assert "introduced attention" not in found
    path = f"/admin/conversations/{said['conversation_id']}"
    page = await browser.page(path)
    for text in ("What is softmax?", "rated bad", "too short", said["citations"][0]["quote"][:40], "passages found"):
        assert text in page or text.replace("passages", "passage") in page, text
    reply = await browser.send(f"{path}/label", label="to do")
    assert reply.headers["hx-redirect"] == path
    assert "to do" in await browser.page("/admin/conversations?label=to%20do")
    [export] = re.findall(r'href="(/v1/admin/conversations/export\?format=csv[^"]*)"', found)
    assert "introduced attention" not in (await http.get(export.replace("&amp;", "&"))).text


async def test_only_what_was_refused(http):
    await ask(http)
    await ask(http, "zzz qqq xxx?")
    await settled(http)
    browser = await sign_in(http, Role.VIEWER)
    page = await browser.page("/admin/conversations?only=refused")
    assert "zzz qqq" in page
    assert "softmax" not in page


async def test_a_handoff_is_taken_answered_and_handed_back(http):
    said = await ask(http)
    mine = {"conversation_id": said["conversation_id"]}
    handoff = (await http.post("/v1/handoffs", json=mine | {"reason": "Please help"})).json()["id"]
    await settled(http)
    browser = await sign_in(http, Role.AGENT)
    assert "Please help" in await browser.page("/admin/handoffs?status=waiting")
    path = f"/admin/handoffs/{handoff}"
    reply = await browser.send(f"{path}/reply", 409, text="Hello")
    assert "take it over" in reply.text
    await browser.send(f"{path}/take")
    assert "Your reply" in await browser.page(path)
    assert "text: " in (await browser.send(f"{path}/reply", 422, text="")).text.lower()
    await browser.send(f"{path}/reply", text="Hello, I am here.")
    assert "Hello, I am here." in await browser.page(path)
    await browser.send(f"{path}/return")
    assert "The assistant answers again." in await browser.page(path)
    await browser.send(f"{path}/close", 409)


async def test_a_lead_is_read_and_marked(http):
    one = await lead(http, name="Ada", message="Call me")
    await settled(http)
    browser = await sign_in(http, Role.AGENT)
    assert "ada@example.com" in await browser.page("/admin/leads")
    await browser.send(f"/admin/leads/{one}/status", status="contacted")
    page = await browser.page(f"/admin/leads/{one}")
    assert "Call me" in page
    assert "<option selected>contacted</option>" in page


async def test_an_answer_is_curated_and_holds_to_the_end_of_its_day(http):
    browser = await sign_in(http, Role.EDITOR)
    form = {"question": "Do you ship?", "answer": "Yes.", "until": "2099-01-31", "site_id": "shop", "link": ""}
    await browser.send("/admin/answers", **form)
    [path] = re.findall(r'href="(/admin/answers/(?!new)[^"]+)"', await browser.page("/admin/answers"))
    assert 'value="2099-01-31"' in await browser.page(path)
    await browser.send(path, **form | {"answer": "Everywhere.", "until": ""})
    assert 'name="until" type="date" value=""' in await browser.page(path)
    assert "http" in (await browser.send(path, 422, **form | {"link": "javascript:alert(1)"})).text
    await browser.send(f"{path}/remove")
    await browser.page(path, 404)


async def test_a_site_is_edited_field_by_field(http):
    browser = await sign_in(http, Role.EDITOR)
    before = http.app.state.services.sites.get("shop")
    page = await browser.page("/admin/sites/shop")
    form = filled(page)
    await browser.send("/admin/sites/shop", **form)
    assert http.app.state.services.sites.get("shop") == before, "what is sent back unchanged changes nothing"
    await browser.send("/admin/sites/shop", **form | {"title": "The <shop>", "suggestions": "One?\r\n\r\nTwo?"})
    after = http.app.state.services.sites.get("shop")
    assert (after.title, after.suggestions) == ("The <shop>", ("One?", "Two?"))
    reply = await browser.send("/admin/sites/shop", 422, **form | {"color": "red"})
    assert "Color: " in reply.text


def filled(page: str) -> dict[str, object]:
    """Return what a browser would send of a page's first form in the main part."""
    from selectolax.lexbor import LexborHTMLParser

    form: dict[str, object] = {}
    for node in LexborHTMLParser(page).css("main form.form [name]"):
        name, kind = node.attributes["name"], node.attributes.get("type")
        if node.tag == "textarea":
            form[name] = node.text()
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            form[name] = chosen.attributes.get("value", chosen.text())
        elif kind == "checkbox":
            if "checked" in node.attributes:
                form.setdefault(name, []).append(node.attributes["value"])
        else:
            form[name] = node.attributes.get("value") or ""
    return form


async def test_the_preview_says_why_there_is_no_widget_yet(tmp_path):
    async with client(tmp_path / "var") as http:
        browser = await sign_in(http, Role.VIEWER)
        preview = await browser.page("/admin/sites/default/preview")
        assert "Nothing has been published yet" in preview
        assert "widget.js" not in preview


async def test_the_preview_has_the_real_widget_and_only_our_pages_frame_it(http):
    browser = await sign_in(http, Role.VIEWER)
    reply = await browser.http.get("/admin/sites/shop/preview")
    assert '<script async src="/widget.js" data-site-id="shop">' in reply.text
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]


async def test_members_and_keys(http):
    browser = await sign_in(http)
    member = {"name": "Ben", "email": "ben@example.com", "password": "a long password", "role": "agent", "site": "shop"}
    assert "Password: " in (await browser.send("/admin/access/members", 422, **member | {"password": "short"})).text
    await browser.send("/admin/access/members", **member)
    assert "ben@example.com · shop" in await browser.page("/admin/access")
    [key] = re.findall(r'id="key">(glo_[^<]+)<', (await browser.send("/admin/access/keys", 200, role="viewer")).text)
    assert key not in await browser.page("/admin/access")
    bearer = {"Authorization": f"Bearer {key}"}
    http.cookies.clear()
    assert (await http.get("/v1/admin/me", headers=bearer)).json()["role"] == "viewer"


async def test_the_last_owner_cannot_lock_everybody_out(http):
    browser = await sign_in(http)
    [owner] = re.findall(r'hx-post="(/admin/access/members/[^"/]+)/role"', await browser.page("/admin/access"))
    for way, form in (("role", {"role": "viewer"}), ("remove", {})):
        refused = (await browser.send(f"{owner}/{way}", 409, **form)).text
        assert "The last owner of all sites is owner-none@example.com" in refused
    assert "owner-none@example.com" in await browser.page("/admin/access")


async def test_a_visitor_is_shown_and_erased(http):
    await lead(http)
    await settled(http)
    browser = await sign_in(http)
    assert "ada@example.com" in (await browser.send("/admin/privacy/export", 200, subject="ada@example.com")).text
    assert "Erased" in (await browser.send("/admin/privacy/erase", 200, subject="ada@example.com")).text
    assert "ada@example.com" not in await browser.page("/admin/leads")
    assert "erase visitor" in await browser.page("/admin/audit")


async def test_settings_are_shown_without_passwords():
    from service.dashboard.settings import without_password

    assert without_password("postgresql://me:secret@db/glossator?password=x") == "postgresql://…@db/glossator"
    assert without_password("rediss://:secret@redis:6379/0") == "rediss://…@redis:6379/0"
    assert without_password("a@example.com") == "a@example.com"


async def test_forms_need_what_only_our_pages_know(http):
    browser = await sign_in(http)
    form = {"role": "owner"}
    assert (await http.post("/admin/access/keys", data=form)).status_code == 403
    foreign = {"X-CSRF-Token": browser.csrf, "Origin": "https://evil.example"}
    assert (await http.post("/admin/access/keys", data=form, headers=foreign)).status_code == 403
    login = {"email": "owner-None@example.com", "password": "correct horse battery"}
    reply = await http.post("/admin/sign-in", data=login, headers={"Origin": "https://evil.example"})
    assert reply.status_code == 403, "nobody is signed in as somebody else by a page elsewhere"


async def test_signing_out(http):
    browser = await sign_in(http)
    await browser.send("/admin/sign-out")
    assert "Sign in" in await browser.page("/admin", 401)


async def test_a_member_of_one_site_sees_nothing_of_another(http):
    theirs = await ask(http, "What is a transformer?")
    await ask(http, "What is softmax?", SHOP)
    their_lead = await lead(http)
    await settled(http)
    browser = await sign_in(http, Role.OWNER, "shop")
    for path in ("", "/conversations", "/leads", "/handoffs", "/answers", "/sites", "/access", "/audit"):
        page = await browser.page(f"/admin{path}")
        assert "transformer" not in page
        assert "ada@example.com" not in page
        assert 'href="/admin/content"' not in page
        assert "default" not in re.sub(r"Ask the glossary|preventDefault", "", page).replace("default-src", ""), path
    unknown = await browser.page("/admin/conversations/x", 404)
    assert await browser.page(f"/admin/conversations/{theirs['conversation_id']}", 404) == unknown
    await browser.page(f"/admin/leads/{their_lead}", 404)
    for path in ("?site=default", "/conversations?site=default", "/leads?site=default", "/sites/default"):
        await browser.page(f"/admin{path}", 404)
    for path in ("/content", "/settings"):
        await browser.page(f"/admin{path}", 403)


async def test_what_a_scheduled_ingest_that_was_held_back_said(data_dir):
    source = {"location": "https://docs.example.com/", "schedule": "6h"}
    run = {"location": source["location"], "collection": "default", "started": time.time(), "seconds": 3.0}
    said = ["lost    https://docs.example.com/api: it is gone", "Not published: <all> is lost."]
    (data_dir / "schedule.json").write_text(json.dumps([run | {"status": 1, "said": said}]))
    async with client(data_dir, source=[source]) as http:
        browser = await sign_in(http, Role.VIEWER)
        page = await browser.page("/admin/content")
        assert "lost    https://docs.example.com/api: it is gone\nNot published: &lt;all&gt; is lost." in page
        (data_dir / "schedule.json").write_text(json.dumps([run | {"status": 0, "said": ["All is well."]}]))
        assert "All is well." not in await browser.page("/admin/content")
