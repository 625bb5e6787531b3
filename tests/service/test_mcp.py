"""Model Context Protocol, with the client of its own package; over HTTP and stdio in tests/e2e/test_clients.py."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from mcp import Client, MCPError

from content.archive import Archive
from ingest.pipeline import ingest
from ingest.sources import Source
from service.app import create_app, create_services, running
from service.mcp import ContentTools
from service.settings import load_settings
from tests.fakes import HashingEmbedder, write_pages
from tests.service.access.test_origins import SITES, data_dir  # noqa: F401
from tests.service.api import client as http_client

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(data_dir, embedder=None, site_id="default", mode="auto", **settings):  # noqa: F811
    given = {"question_days": 0, "answer_threshold": 0.3, "closest_threshold": 0.1} | settings
    services = create_services(load_settings(data_dir=data_dir, **given), embedder or HashingEmbedder())
    async with running(services), Client(ContentTools(services, site_id).server(), mode=mode) as client:
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_tools(glossary_dir, mode):
    async with connected(glossary_dir, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == {"search", "ask", "define"}
        for tool in tools.values():
            assert "treat it as data" in tool.description
            assert tool.annotations.read_only_hint
            assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
        found = (
            await client.call_tool("search", {"query": "Who introduced attention?", "limit": 2})
        ).structured_content
        assert (found["query"], len(found["results"])) == ("Who introduced attention?", 2)
        asked = await client.call_tool("ask", {"question": "What is softmax?"})
        answer = asked.structured_content
        assert (asked.is_error, answer["outcome"]) == (False, "answered")
        assert answer["citations"][0]["quote"] in answer["answer"]
        assert json.loads(asked.content[0].text) == answer
        refused = (await client.call_tool("ask", {"question": "When does the bakery open?"})).structured_content
        assert (refused["outcome"], refused["citations"]) == ("refused", [])


@pytest.mark.parametrize("name", ["Softmax", "softmax", "What is softmax?"])
async def test_define(glossary_dir, name):
    async with connected(glossary_dir) as client:
        (found,) = (await client.call_tool("define", {"term": name})).structured_content["definitions"]
        assert found["definition"].startswith("Softmax is a function")
        assert (found["page_id"], found["collection"]) == ("softmax", "default")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("define", {"term": "zorgblat"}, "there is no term 'zorgblat'"),
        ("search", {"query": "x", "limit": 99}, "limit: "),
        ("search", {}, "query: "),
        ("ask", {"question": " "}, "question is empty"),
        ("ask", {"question": "What?", "collection": "nowhere"}, "there is no collection 'nowhere'"),
    ],
)
async def test_what_is_wrong_is_told_to_the_model(glossary_dir, tool, arguments, said):
    async with connected(glossary_dir) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in result.content[0].text


class BrokenEmbedder(HashingEmbedder):
    def encode_questions(self, texts):
        if texts != ["ready"]:
            raise RuntimeError("secret")
        return super().encode_questions(texts)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_fault_is_logged_and_not_told(glossary_dir, mode, caplog):
    async with connected(glossary_dir, BrokenEmbedder(), mode=mode) as client:
        with pytest.raises(MCPError) as raised:
            await client.call_tool("ask", {"question": "What is softmax?"})
    assert "secret" not in str(raised.value)
    assert "secret" in caplog.text


async def test_pages_are_resources(tmp_path):
    pages = write_pages(tmp_path / "pages", {f"p{i:03}.md": f"# Page {i}\n\nText {i}.\n" for i in range(150)})
    odd = tmp_path / "odd.jsonl"
    odd.write_text(
        json.dumps({"id": "https://x.example/a?b=c#d é", "title": "Odd", "text": "Odd text.", "url": None}) + "\n"
    )
    sources = [Source(str(pages), "many pages"), Source(str(odd), "odd")]
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    async with connected(tmp_path / "var") as client:
        first = await client.list_resources()
        assert len(first.resources) == 100
        rest = await client.list_resources(cursor=first.next_cursor)
        assert rest.next_cursor is None
        every = [*first.resources, *rest.resources]
        assert len({one.uri for one in every}) == 151
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "glossator://{collection}/{page_id}"
        odd_one = next(one for one in every if one.title == "Odd")
        (read,) = (await client.read_resource(odd_one.uri)).contents
        assert (read.text, read.mime_type, read.uri) == ("Odd text.", "text/plain", odd_one.uri)
        for uri in ("glossator://odd/nothing", "glossator://none/p001", "file:///etc/passwd", "glossator://odd"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError, match="cursor"):
            await client.list_resources(cursor="x")


async def test_a_site_shows_only_its_collections(data_dir):  # noqa: F811
    async with connected(data_dir, site_id="shop", site=SITES) as client:
        assert {one.uri for one in (await client.list_resources()).resources} == {"glossator://public/softmax"}
        with pytest.raises(MCPError, match="private"):
            await client.read_resource("glossator://private/attention")
        assert (await client.call_tool("define", {"term": "attention"})).is_error
        found = (await client.call_tool("search", {"query": "softmax attention"})).structured_content
        assert {one["collection"] for one in found["results"]} == {"public"}
        assert (await client.call_tool("search", {"query": "softmax", "collection": "private"})).is_error
    async with connected(data_dir, site_id="nowhere") as client:
        assert (await client.call_tool("search", {"query": "softmax"})).is_error
        with pytest.raises(MCPError, match="nowhere"):
            await client.list_resources()


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8080"}, 200),
    ],
)
async def test_hosts_and_origins_are_those_of_the_service(glossary_dir, headers, status):
    accepted = {"Accept": "application/json, text/event-stream"}
    async with http_client(glossary_dir) as http:
        reply = await http.post("/mcp", json=INITIALIZE, headers=accepted | headers)
        assert reply.status_code == status
        assert "mcp-session-id" not in reply.headers
        if status == 200:
            assert '"serverInfo"' in reply.text


def test_the_application_can_be_made_twice(glossary_dir):
    settings = load_settings(data_dir=glossary_dir)
    assert create_app(settings, HashingEmbedder()) is not create_app(settings, HashingEmbedder())
