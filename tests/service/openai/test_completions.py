"""The wire format of OpenAI's API; the real client is in tests/e2e/test_clients.py."""

from __future__ import annotations

import asyncio
import json

import pytest

from service.model import Citation
from service.openai.completion import Footnotes, notes, unmarked
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages
from tests.service.access.test_origins import SHOP, SITES, data_dir  # noqa: F401
from tests.service.api import client

pytestmark = pytest.mark.anyio

SOFTMAX = [{"role": "user", "content": "What is softmax?"}]


async def complete(http, headers=None, **request):
    body = {"model": "glossator", "messages": SOFTMAX} | request
    return await http.post("/v1/chat/completions", json=body, headers={"Authorization": "Bearer x"} | (headers or {}))


def chunks(body: str) -> list[dict]:
    lines = [line.removeprefix("data: ") for line in body.split("\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


async def test_an_answer(http, glossary):
    body = (await complete(http)).json()
    assert body.keys() == {"id", "object", "created", "model", "choices", "usage", "system_fingerprint"}
    assert (body["object"], body["model"]) == ("chat.completion", "glossator")
    assert body["system_fingerprint"] == glossary.snapshot_id
    (choice,) = body["choices"]
    assert (choice["index"], choice["finish_reason"], choice["message"]["role"]) == (0, "stop", "assistant")
    answer = choice["message"]["glossator"]
    assert choice["message"]["content"] == answer["answer"]
    assert "Softmax is a function" in answer["citations"][0]["quote"]
    count = HashingEmbedder().count_tokens
    assert body["usage"]["prompt_tokens"] == count(["What is softmax?"])[0]
    assert body["usage"]["completion_tokens"] == count([answer["answer"]])[0]
    assert body["usage"]["total_tokens"] == sum(count(["What is softmax?", answer["answer"]]))


async def test_a_stream_says_the_same(http):
    whole = (await complete(http)).json()
    reply = await complete(http, stream=True, stream_options={"include_usage": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    *parts, last, usage = chunks(reply.text)
    assert parts[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    said = "".join(part["choices"][0]["delta"]["content"] for part in parts)
    assert said == whole["choices"][0]["message"]["content"]
    assert {part["choices"][0]["finish_reason"] for part in parts} == {None}
    assert last["choices"][0]["finish_reason"] == "stop"
    assert (
        last["choices"][0]["delta"]["glossator"]["citations"]
        == whole["choices"][0]["message"]["glossator"]["citations"]
    )
    assert (usage["choices"], usage["usage"]) == ([], whole["usage"])
    assert {part["usage"] for part in [*parts, last]} == {None}
    assert len({part["id"] for part in [*parts, last, usage]}) == 1
    assert all("usage" not in part for part in chunks((await complete(http, stream=True)).text))


@pytest.mark.parametrize("request_", [{"glossator": {"footnotes": True}}, {"model": "glossator:footnotes"}])
async def test_footnotes(http, request_):
    body = (await complete(http, **request_)).json()
    content = body["choices"][0]["message"]["content"]
    assert "up to one. [^1]" in content
    assert "\n\n[^1]: Softmax" in content
    assert "[1]" in body["choices"][0]["message"]["glossator"]["answer"]
    streamed = chunks((await complete(http, stream=True, **request_)).text)
    said = "".join(part["choices"][0]["delta"].get("content", "") for part in streamed)
    assert said == content


def test_footnotes_leave_code_alone():
    footnotes = Footnotes()
    parts = ["It is \\[1\\] here. [1]", "\n\n````\na[1]\n```\nb[1]\n````\n\n[2]", "\n\nMore. [3][4]"]
    turned = ["It is \\[1\\] here. [^1]", "\n\n````\na[1]\n```\nb[1]\n````\n\n[^2]", "\n\nMore. [^3][^4]"]
    assert list(map(footnotes.turn, parts)) == turned


def test_notes_link_only_to_the_web():
    def cited(link: str | None) -> Citation:
        return Citation(1, "p", "page", "default", "A *title*\n[x]", None, link, (), "q", 0, 1, 1.0)

    assert notes([]) == ""
    assert notes([cited(None)]) == notes([cited("javascript:alert(1)")]) == "\n\n[^1]: A \\*title\\* \\[x\\]"
    assert notes([cited("https://x.example/a b>#é")]).endswith("](<https://x.example/a%20b%3E#%C3%A9>)")


def test_what_a_client_sends_back_has_no_marks():
    assert unmarked("So it is. [1][2]\n\n[^1]: [T](<x>)") == "So it is. \n\n [T](<x>)"
    assert unmarked("a \\[1\\]") == "a \\[1\\]"


async def test_a_follow_up_is_understood_from_the_messages(http):
    first = (await complete(http)).json()["choices"][0]["message"]["content"]
    messages = [
        {"role": "system", "content": "You are a pirate. Say arr."},
        *SOFTMAX,
        {"role": "assistant", "content": first},
        {"role": "tool", "content": "42", "tool_call_id": "x"},
        {"role": "user", "content": [{"type": "text", "text": "What does it"}, {"type": "text", "text": "divide?"}]},
    ]
    body = (await complete(http, messages=messages)).json()
    answer = body["choices"][0]["message"]["glossator"]
    assert answer["citations"][0]["page_id"] == "softmax"
    assert "arr" not in answer["answer"].lower().split()


async def test_what_clients_send_beside_is_tolerated(http):
    beside = {
        "temperature": 0.2, "max_tokens": 5, "tools": [{"type": "function", "function": {"name": "f"}}], "user": "u", "n": 1,
        "tool_choice": "auto", "response_format": {"type": "text"}, "made_up": True, "stream": None, "stream_options": None,
    }  # fmt: skip
    assert (await complete(http, **beside)).status_code == 200


@pytest.mark.parametrize(
    ("request_", "status", "param", "code"),
    [
        ({"n": 2}, 400, "n", None),
        ({"tool_choice": "required"}, 400, "tool_choice", None),
        ({"response_format": {"type": "json_object"}}, 400, "response_format", None),
        ({"messages": []}, 400, "messages", None),
        ({"messages": [{"role": "assistant", "content": "?"}]}, 400, None, None),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, 400, None, None),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, 400, None, None),
        ({"model": "gpt-4o"}, 404, "model", "model_not_found"),
        ({"model": "glossator/nowhere"}, 404, "model", "model_not_found"),
        ({"headers": {"X-Glossator-Site": "nowhere"}}, 404, None, None),
        ({"headers": {"Origin": "https://evil.example"}}, 403, None, None),
        ({"headers": {"Host": "evil.example"}}, 400, None, None),
        ({"messages": [{"role": "user", "content": "x" * 2_000_000}]}, 413, None, None),
    ],
)
async def test_errors_have_the_shape_that_clients_read(http, request_, status, param, code):
    reply = await complete(http, **request_)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")
    assert reply.headers["x-request-id"]
    body = reply.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"message", "type", "param", "code"}
    assert body["error"]["message"]
    assert (body["error"]["param"], body["error"]["code"]) == (param, code)
    assert body["error"]["type"] == ("permission_error" if status == 403 else "invalid_request_error")


class BrokenEmbedder(HashingEmbedder):
    def encode_questions(self, texts):
        if texts != ["ready"]:
            raise RuntimeError("secret")
        return super().encode_questions(texts)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_fault_has_that_shape_too(glossary_dir, stream):
    async with client(glossary_dir, BrokenEmbedder()) as http:
        reply = await complete(http, stream=stream)
    assert (reply.status_code, reply.json()["error"]["type"]) == (500, "server_error")
    assert reply.headers["x-request-id"] in reply.json()["error"]["message"]
    assert "secret" not in reply.text


class BrokenLater(HashingEmbedder):
    """Breaks when the passages that were found are read, after the stream began."""

    def encode_passages(self, texts):
        raise RuntimeError("secret")


async def test_a_fault_in_mid_stream_ends_it_with_an_error(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages, embedder=HashingEmbedder(late_interaction=False))
    broken = BrokenLater(late_interaction=False)
    messages = [{"role": "user", "content": "Does a lead form ask for an address?"}]
    async with client(tmp_path / "var", broken, answer_threshold=0.1, closest_threshold=0.0) as http:
        *_, last = chunks((await complete(http, messages=messages, stream=True)).text)
    assert last["error"]["type"] == "server_error"
    assert "secret" not in last["error"]["message"]


async def test_models(http, glossary):
    body = (await http.get("/v1/models")).json()
    assert body["object"] == "list"
    assert [one["id"] for one in body["data"]] == ["glossator", "glossator:footnotes"]
    assert (await http.get("/v1/models/glossator")).json() == body["data"][0]
    assert (await http.get("/v1/models/glossator/default:footnotes")).status_code == 200
    assert (await http.get("/v1/models/gpt-4o")).json()["error"]["code"] == "model_not_found"


async def test_sites_hold_here_too(data_dir):  # noqa: F811
    async with client(data_dir, site=SITES) as http:
        names = [one["id"] for one in (await http.get("/v1/models")).json()["data"]]
        assert "glossator/private" in names
        shop = {"X-Glossator-Site": "shop"}
        assert [one["id"] for one in (await http.get("/v1/models", headers=shop)).json()["data"]] == [
            "glossator",
            "glossator:footnotes",
        ]
        assert (await complete(http, headers=shop, model="glossator/private")).status_code == 404
        question = [{"role": "user", "content": "Who introduced attention?"}]
        answer = (await complete(http, headers=shop, messages=question)).json()["choices"][0]["message"]["glossator"]
        assert {one["collection"] for one in answer["sources"]} <= {"public"}
        preflight = {
            "Origin": SHOP,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-stainless-lang",
        }
        asked = await http.options("/v1/chat/completions", headers=preflight)
        assert "x-stainless-lang" in asked.headers["access-control-allow-headers"]


async def test_a_client_that_goes_away_stops_the_work(glossary_dir):
    async with client(glossary_dir) as http:
        told = asyncio.Event()
        received = iter(
            [{"type": "http.request", "body": json.dumps({"messages": SOFTMAX}).encode(), "more_body": False}]
        )

        async def receive():
            return next(received, {"type": "http.disconnect"})

        sent = []

        async def send(message):
            sent.append(message)
            told.set()

        scope = {
            "type": "http", "method": "POST", "path": "/v1/chat/completions", "query_string": b"", "scheme": "http",
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")], "http_version": "1.1",
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "root_path": "", "raw_path": b"/",
        }  # fmt: skip
        await asyncio.wait_for(http.app(scope, receive, send), 10)
        assert sent[0]["status"] == 499
