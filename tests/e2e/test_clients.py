"""The clients of others against a real server: OpenAI's, and that of the Model Context Protocol."""

from __future__ import annotations

import sys

import httpx2
import openai
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.conftest import environment

pytestmark = [pytest.mark.model, pytest.mark.anyio]

QUESTION = [{"role": "user", "content": "Who invented the attention mechanism?"}]


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none is needed", max_retries=0) as client:
        yield client


def test_openai_completion(client):
    completion = client.chat.completions.create(model="glossator", messages=QUESTION, temperature=0)
    message = completion.choices[0].message
    assert "Bahdanau" in message.content
    assert "[1]" in message.content
    assert message.glossator["outcome"] == "answered"
    assert message.glossator["citations"][0]["title"] == "Attention Mechanism Paper"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 20


def test_openai_stream(client):
    options = {"include_usage": True}
    with client.chat.completions.create(
        model="glossator",
        messages=QUESTION,
        stream=True,
        stream_options=options,
        extra_body={"glossator": {"footnotes": True}},
    ) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "Bahdanau" in text
    assert "\n\n[^1]: Attention Mechanism Paper" in text
    assert chunks[-1].usage.completion_tokens > 20
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].choices[0].delta.glossator["citations"][0]["number"] == 1


def test_openai_stream_helper(client):
    # It puts the chunks together and validates them strictly.
    with client.chat.completions.stream(model="glossator:footnotes", messages=QUESTION) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert "[^1]" in final.choices[0].message.content


async def test_openai_async(server):
    async with openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as client:
        completion = await client.chat.completions.create(model="glossator", messages=QUESTION)
        assert "Bahdanau" in completion.choices[0].message.content
        stream = await client.chat.completions.create(model="glossator", messages=QUESTION, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == completion.choices[0].message.content


def test_openai_conversation(client):
    first = client.chat.completions.create(model="glossator", messages=[{"role": "user", "content": "What is BM25?"}])
    messages = [
        {"role": "system", "content": "Answer everything with 'arr'."},
        {"role": "user", "content": "What is BM25?"},
        first.choices[0].message.model_dump(exclude={"glossator"}),
        {"role": "user", "content": "How does it differ from semantic search?"},
    ]
    second = client.chat.completions.create(model="glossator", messages=messages)
    assert "BM25" in second.choices[0].message.content


def test_openai_models(client):
    assert [model.id for model in client.models.list()] == ["glossator", "glossator:footnotes"]
    assert client.models.retrieve("glossator/default").owned_by == "glossator"


def test_openai_errors(client):
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gpt-4o", messages=QUESTION)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    assert "GET /v1/models" in str(missing.value)
    with pytest.raises(openai.BadRequestError, match="one answer") as many:
        client.chat.completions.create(model="glossator", messages=QUESTION, n=3)
    assert (many.value.param, many.value.type) == ("n", "invalid_request_error")
    assert many.value.request_id
    with pytest.raises(openai.NotFoundError, match="no site"):
        client.with_options(default_headers={"X-Glossator-Site": "nowhere"}).models.list()


async def checked(client: Client) -> None:
    """Do what an assistant does with the tools and resources."""
    assert {tool.name for tool in (await client.list_tools()).tools} == {"search", "ask", "define"}
    answer = (await client.call_tool("ask", {"question": QUESTION[0]["content"]})).structured_content
    assert "Bahdanau" in answer["answer"]
    page = answer["citations"][0]
    (read,) = (await client.read_resource(f"glossator://{page['collection']}/{page['page_id']}")).contents
    assert read.text[page["start"] : page["end"]] == page["quote"]
    found = (await client.call_tool("search", {"query": "BM25", "limit": 3})).structured_content["results"]
    assert len(found) == 3
    defined = (await client.call_tool("define", {"term": "BM25"})).structured_content["definitions"]
    assert "ranks documents" in defined[0]["definition"]
    assert (await client.call_tool("define", {"term": "zorgblat"})).is_error
    listed = (await client.list_resources()).resources
    assert f"glossator://default/{page['page_id']}" in {one.uri for one in listed}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_mcp_over_http(server, mode):
    async with Client(f"{server}/mcp", mode=mode) as client:
        await checked(client)


async def test_mcp_at_a_site(server):
    headers = {"X-Glossator-Site": "nowhere"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{server}/mcp", http_client=http)) as client,
    ):
        assert "no site 'nowhere'" in (await client.call_tool("search", {"query": "BM25"})).content[0].text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_mcp_over_stdio(shipped, mode):
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "glossator", "mcp"], env=environment(shipped), cwd=shipped.parent
    )
    async with Client(command, mode=mode) as client:
        await checked(client)
