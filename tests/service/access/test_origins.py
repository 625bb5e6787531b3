"""Sites, their origins and their collections."""

from __future__ import annotations

import pytest

from content.archive import Archive
from ingest.pipeline import ingest
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, write_pages
from tests.service.api import client

pytestmark = pytest.mark.anyio

SHOP = "https://shop.example"
SITES = [
    {"id": "default", "title": "All of it"},
    {
        "id": "shop",
        "allowed_origins": [SHOP],
        "collections": ["public"],
        "suggestions": ["How much?"],
        "color": "#336699",
    },
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sites")
    public = write_pages(folder / "public", {"softmax.md": GLOSSARY["softmax.md"]})
    private = write_pages(
        folder / "private", {"attention.md": GLOSSARY["attention.md"], "softmax.md": GLOSSARY["softmax.md"]}
    )
    sources = [Source(str(public), "public"), Source(str(private), "private")]
    ingest(Archive(folder / "var"), sources, HashingEmbedder())
    return folder / "var"


@pytest.fixture
async def http(data_dir):
    async with client(data_dir, site=SITES) as http:
        yield http


async def search(http, query="attention", **headers):
    names = {"origin": "Origin", "site": "X-Glossator-Site", "host": "Host"}
    sent = {names[name]: value for name, value in headers.items()}
    return await http.post("/v1/search", json={"query": query}, headers=sent)


async def test_an_allowed_origin(http):
    reply = await search(http, origin=SHOP, site="shop")
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://shop.example", "https://shop.example:8443", "https://shop.example.evil.example",
     "https://www.shop.example", "null", "https://shop.example/"],
)  # fmt: skip
async def test_other_origins_are_refused_with_the_setting_to_change(http, origin):
    reply = await search(http, origin=origin, site="shop")
    assert reply.status_code == 403
    assert "allowed_origins" in reply.json()["detail"]
    assert reply.headers["access-control-allow-origin"] == "*"


async def test_an_origin_allowed_at_one_site_is_not_at_another(http):
    assert (await search(http, origin=SHOP, site="default")).status_code == 403


async def test_the_service_own_page_and_programs_may_ask(http):
    assert (await search(http, origin="http://127.0.0.1:8080")).status_code == 200
    assert (await search(http)).status_code == 200
    assert (await search(http, origin="https://127.0.0.1:8080")).status_code == 403


async def test_behind_a_proxy_the_public_address_is_the_own_one(data_dir):
    async with client(data_dir, public_url="https://ask.example") as http:
        assert (await search(http, origin="https://ask.example", host="ask.example")).status_code == 200


async def test_hosts_that_are_not_ours_are_refused(http):
    # A name that someone points at this machine must not make their page the service's own.
    reply = await search(http, origin="http://evil.example:8080", host="evil.example:8080")
    assert reply.status_code == 400


async def test_preflights(http):
    async def preflight(origin):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        return await http.options("/v1/chat", headers=asked)

    allowed = await preflight(SHOP)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert "X-Glossator-Site" in allowed.headers["access-control-allow-headers"]
    assert (await preflight("https://evil.example")).status_code == 403


async def test_a_site_shows_only_its_collections(http):
    found = (await search(http, site="shop")).json()["results"]
    assert {result["collection"] for result in found} == {"public"}
    everything = (await search(http)).json()["results"]
    assert "private" in {result["collection"] for result in everything}
    for path, body in (("/v1/search", {"query": "x"}), ("/v1/chat", {"message": "x"})):
        reply = await http.post(path, json=body | {"collection": "private"}, headers={"X-Glossator-Site": "shop"})
        assert reply.status_code == 404
    shop = {"X-Glossator-Site": "shop"}
    page = await http.get("/v1/pages", params={"id": "attention", "collection": "private"}, headers=shop)
    assert page.status_code == 404
    terms = (await http.get("/v1/terms", headers=shop)).json()["items"]
    assert [term["collection"] for term in terms] == ["public"]
    assert (await http.get("/v1/terms/attention-mechanism", headers=shop)).status_code == 404
    told = (await http.post("/v1/chat", json={"message": "What is attention?"}, headers=shop)).text
    assert "neural network weigh" not in told


async def test_foreign_and_unknown_are_alike(http):
    shop = {"X-Glossator-Site": "shop"}
    foreign = await http.get("/v1/terms?collection=private", headers=shop)
    unknown = await http.get("/v1/terms?collection=nowhere", headers=shop)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace("private", "nowhere") == unknown.text


async def test_a_slug_of_two_collections_offers_the_choice(http):
    reply = await http.get("/v1/terms/softmax")
    assert reply.status_code == 300
    assert {choice["collection"] for choice in reply.json()["choices"]} == {"public", "private"}
    assert (await http.get("/v1/terms/softmax?collection=public")).status_code == 200


async def test_sites(http):
    shop = (await http.get("/v1/site/shop", headers={"Origin": SHOP})).json()
    assert shop["suggestions"] == ["How much?"]
    assert shop["color"] == "#336699"
    assert "allowed_origins" not in shop
    assert (await http.get("/v1/site/shop", headers={"Origin": "https://evil.example"})).status_code == 403
    assert (await http.get("/v1/site/nothing")).status_code == 404
    assert (await search(http, site="nothing")).status_code == 404
    default = (await http.get("/v1/site/default")).json()
    assert "Who introduced attention?" in default["suggestions"]


async def test_a_conversation_belongs_to_its_site(http):
    begun = (await http.post("/v1/chat", json={"message": "What is softmax?"})).json()["conversation_id"]
    body = {"message": "why?", "conversation_id": begun}
    assert (await http.post("/v1/chat", json=body, headers={"X-Glossator-Site": "shop"})).status_code == 404
    assert (await http.post("/v1/chat", json=body)).status_code == 200
