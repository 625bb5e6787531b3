"""Answers that a model writes, from the question over HTTP to the vendor's protocol and back."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from service.app import create_app
from service.settings import load_settings
from tests.fakes import HashingEmbedder
from tests.service.api import client, events
from tests.vendors import WAITED_OUT, Fault, Vendor, serving

pytestmark = pytest.mark.anyio

QUESTION = "Who introduced attention?"
TRUE = "Attention was introduced by Bahdanau, Cho and Bengio in 2014 [1]."
FALSE = "Attention was introduced by Hinton in 1997 [1]."
SOON = {"model_first_token_seconds": 2, "model_idle_seconds": 2, "model_total_seconds": 20}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "not-a-real-key")


def configured(*vendors: Vendor) -> list[dict[str, str]]:
    return [
        {"name": f"{vendor.protocol}:model-{number}", "base_url": vendor.url} for number, vendor in enumerate(vendors)
    ]


@asynccontextmanager
async def asked_of(data_dir: Path, vendor: Vendor, *others: Vendor, **settings):
    deadlines = SOON if vendor.fault in WAITED_OUT else {}
    settings = {"model_retries": 0} | deadlines | settings
    async with serving(vendor), client(data_dir, model=configured(vendor, *others), **settings) as http:
        yield http


async def answer(http, message: str = QUESTION, **more) -> dict:
    response = await http.post("/v1/chat", json={"message": message, **more})
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_supported_sentence_is_shown_with_the_quote_that_supports_it(glossary_dir, glossary):
    async with asked_of(glossary_dir, Vendor("openai", TRUE)) as http:
        found = await answer(http)
    assert found["answer"] == "Attention was introduced by Bahdanau, Cho and Bengio in 2014. [1]"
    assert found["outcome"] == "answered"
    assert found["model"] == "openai:model-0"
    (citation,) = found["citations"]
    assert 0.8 <= citation["support"] <= 1
    page = glossary.catalog.page(citation["collection"], citation["page_id"])
    assert page.text[citation["start"] : citation["end"]] == citation["quote"]
    assert "in 2014" in citation["quote"]


@pytest.mark.parametrize(
    "said", [FALSE, "Attention was not introduced by Bahdanau, Cho and Bengio in 2014 [1].", "Bananas are yellow [7]."]
)
async def test_strict_shows_nothing_that_no_passage_supports(glossary_dir, said):
    async with asked_of(glossary_dir, Vendor("openai", said)) as http:
        found = await answer(http)
    assert found["model"] == "extractive"
    assert "Dzmitry Bahdanau" in found["answer"]
    assert said[:20] not in found["answer"]
    assert found["unsupported"] == []


async def test_strict_keeps_the_sentences_that_hold_and_drops_the_others(glossary_dir):
    async with asked_of(glossary_dir, Vendor("openai", f"{TRUE} {FALSE}")) as http:
        found = await answer(http)
    assert "2014" in found["answer"]
    assert "Hinton" not in found["answer"]


async def test_flag_shows_and_lists_them(glossary_dir):
    async with asked_of(glossary_dir, Vendor("openai", f"{TRUE} {FALSE}"), verification="flag") as http:
        found = await answer(http)
    assert "Hinton" in found["answer"]
    assert found["unsupported"] == ["Attention was introduced by Hinton in 1997."]


async def test_off_shows_them_and_says_nothing(glossary_dir):
    async with asked_of(glossary_dir, Vendor("openai", FALSE), verification="off") as http:
        found = await answer(http)
    assert "Hinton" in found["answer"]
    assert found["unsupported"] == []


async def test_links_and_images_of_a_model_lead_nowhere(glossary_dir):
    said = (
        "Attention computes [relevance scores](https://evil.example/?q=a) between a query and every key [1]. "
        "![x](https://evil.example/p.png) See <https://evil.example> and javascript:alert(1) now."
    )
    for verification in ("strict", "off"):
        async with asked_of(glossary_dir, Vendor("openai", said), verification=verification) as http:
            found = await answer(http, "How are relevance scores computed?")
        assert "relevance scores between a query" in found["answer"]
        assert "evil.example" not in found["answer"]
        assert "javascript:" not in found["answer"]


@pytest.mark.parametrize("verification", ["strict", "flag", "off"])
async def test_what_the_model_is_told_does_not_leak(glossary_dir, verification):
    def repeated(body: str) -> str:
        return " ".join(json.loads(body)["messages"][0]["content"].split("\n")[1:3])

    async with asked_of(glossary_dir, Vendor("openai", repeated), verification=verification) as http:
        found = await answer(http)
    assert "short sentences" not in found["answer"]


async def test_passages_are_data_behind_a_fence_and_the_conversation_comes_along(glossary_dir):
    history = [{"role": "user", "content": "What is attention?"}, {"role": "assistant", "content": "A mechanism."}]
    sites = [{"tone": "plain and kind", "language": "German"}]
    vendor = Vendor("openai", TRUE)
    async with asked_of(glossary_dir, vendor, site=sites, model_rewrite_seconds=0) as http:
        await answer(http, "Who introduced attention in 2014?", history=history)
    (request,) = vendor.requests
    rules, told = (message["content"] for message in request["messages"])
    fence = told[1 : told.index(" ")]
    assert told.count(f"</{fence}>") == told.count(f"<{fence} number=") > 1
    assert fence in rules
    assert "plain and kind" in rules
    assert "German" in rules
    assert "assistant: A mechanism." in told
    assert told.endswith("Question: Who introduced attention in 2014?")


async def test_a_small_window_takes_fewer_passages(glossary_dir):
    few, many = Vendor("openai", TRUE), Vendor("openai", TRUE)
    for vendor, tokens in ((few, 1024), (many, 8192)):
        async with serving(vendor):
            models = [configured(vendor)[0] | {"context_tokens": tokens, "answer_tokens": 600}]
            async with client(glossary_dir, model=models) as http:
                await answer(http)
    sizes = [len(vendor.requests[0]["messages"][1]["content"]) for vendor in (few, many)]
    assert sizes[0] < sizes[1]


async def test_a_model_that_finds_no_answer_turns_it_into_the_closest(glossary_dir):
    async with asked_of(glossary_dir, Vendor("openai", "NO ANSWER")) as http:
        found = await answer(http)
    assert found["outcome"] == "closest"
    assert found["model"] == "extractive"


async def test_where_no_answer_is_likely_no_model_is_asked(glossary_dir):
    vendor = Vendor("openai", TRUE)
    async with asked_of(glossary_dir, vendor) as http:
        found = await answer(http, "What is the price of a zeppelin in Ulan Bator?")
    assert found["outcome"] != "answered"
    assert vendor.requests == []


FAULTS = [fault for fault in Fault if fault not in {Fault.NONE, Fault.SECOND_END}]
AFTER_A_SENTENCE = [Fault.STALL, Fault.CUT, Fault.CLOSED, Fault.NOT_JSON_LATER]


@pytest.mark.parametrize(
    ("protocol", "fault"),
    [*(("openai", fault) for fault in FAULTS), ("anthropic", Fault.HANG), ("gemini", Fault.HANG)],
)
async def test_every_fault_falls_back_to_the_next_model_then_to_quotes(glossary_dir, protocol, fault):
    broken = Vendor(protocol, "Bananas are yellow. They grow in the tropics. " * 3, fault)
    async with serving(Vendor("openai", TRUE)) as sound, asked_of(glossary_dir, broken, sound) as http:
        found = await answer(http)
    assert found["model"] == "openai:model-1"
    assert found["answer"].startswith("Attention was introduced by Bahdanau")
    async with asked_of(glossary_dir, broken) as http:
        response = await http.post("/v1/chat", json={"message": QUESTION, "stream": True})
    name, done = events(response.text)[-1]
    assert name == "done"
    assert done["model"] == "extractive"
    assert done["answer"].startswith("This is what the content says, quoted:")
    assert "Dzmitry Bahdanau" in done["answer"]


@pytest.mark.parametrize("fault", AFTER_A_SENTENCE)
async def test_an_answer_that_breaks_off_says_so_and_is_completed_by_quotes(glossary_dir, fault):
    said = "It came in 2014. "  # the fault comes after some twenty characters
    text = "Bahdanau, Cho and Bengio introduced attention in 2014. And more words follow that are never sent."
    vendor = Vendor("openai", text, fault, fault_at=6)
    async with serving(Vendor("openai", said)) as other, asked_of(glossary_dir, vendor, other) as http:
        response = await http.post("/v1/chat", json={"message": QUESTION, "stream": True})
    streamed = events(response.text)
    name, done = streamed[-1]
    assert name == "done"
    assert done["answer"] == "".join(data["text"] for kind, data in streamed if kind == "delta")
    assert done["answer"].startswith("Bahdanau, Cho and Bengio introduced attention in 2014. [1]")
    assert "broke off" in done["answer"]
    assert "Dzmitry Bahdanau" in done["answer"]
    assert done["model"] == "extractive"
    assert other.requests == []


async def test_too_many_answers_at_a_time_are_told_to_come_back(glossary_dir):
    vendor = Vendor("openai", TRUE, pause=0.2)
    async with asked_of(glossary_dir, vendor, model_concurrency=1, model_queue=0) as http:
        first = asyncio.create_task(answer(http))
        await vendor.called.acquire()
        refused = await http.post("/v1/chat", json={"message": QUESTION})
        streamed = await http.post("/v1/chat", json={"message": QUESTION, "stream": True})
        await first
    for response in (refused, streamed):
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_clients_of_openais_api_are_told_the_tokens_that_the_vendor_counted(glossary_dir, stream):
    asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    async with asked_of(glossary_dir, Vendor("openai", TRUE)) as http:
        reply = await http.post("/v1/chat/completions", json=asked | {"stream_options": {"include_usage": True}})
    last = reply.text.split("data: ")[-2] if stream else reply.text
    assert json.loads(last)["usage"] == {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


@asynccontextmanager
async def listening(data_dir: Path, **settings):
    """Serve on a real port, since only there a visitor can leave as browsers do."""
    app = create_app(load_settings(data_dir=data_dir, question_days=0, **settings), HashingEmbedder())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving_it = asyncio.create_task(server.serve(sockets=[listener]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as http:
            yield http
        server.should_exit = True
        await serving_it


@pytest.mark.parametrize("stream", [False, True])
async def test_a_visitor_who_leaves_ends_the_vendors_call(glossary_dir, stream):
    stalls = Vendor("openai", TRUE, Fault.STALL, fault_at=2)
    limits = {"model_idle_seconds": 30, "model_total_seconds": 60}
    async with serving(stalls) as vendor, listening(glossary_dir, model=configured(vendor), **limits) as http:
        asking = asyncio.create_task(http.post("/v1/chat", json={"message": QUESTION, "stream": stream}))
        await vendor.called.acquire()
        asking.cancel()
        async with asyncio.timeout(1):
            await vendor.left.wait()


def rewriting(alone: str):
    """Return what a model writes that rewrites follow-ups and answers questions."""
    return lambda body: alone if "Rewrite" in body else TRUE


HISTORY = [
    {"role": "user", "content": "What is the attention mechanism?"},
    {"role": "assistant", "content": "A mechanism."},
]


@pytest.mark.parametrize(
    ("alone", "asked"),
    [
        ("Who introduced the attention mechanism?", "Who introduced the attention mechanism?"),
        ("Who was Napoleon's mother-in-law?", "Who introduced Attention Mechanism?"),  # not what was said: by rules
        ("", "Who introduced Attention Mechanism?"),
    ],
)
async def test_a_follow_up_is_rewritten_by_the_model_or_else_by_rules(glossary_dir, alone, asked):
    vendor = Vendor("openai", rewriting(alone))
    async with asked_of(glossary_dir, vendor) as http:
        await answer(http, "Who introduced it?", history=HISTORY)
    assert vendor.requests[-1]["messages"][1]["content"].endswith(f"Question: {asked}")


async def test_a_model_that_hangs_over_a_follow_up_is_not_waited_for(glossary_dir):
    vendor = Vendor("openai", TRUE, Fault.HANG, faulty_calls=1)
    async with asked_of(glossary_dir, vendor, model_rewrite_seconds=0.3) as http:
        found = await answer(http, "Who introduced it?", history=HISTORY)
    assert found["model"] == "openai:model-0"


def test_one_server_is_that_of_one_model(monkeypatch):
    monkeypatch.setenv("GLOSSATOR_MODEL", "openai:one")
    monkeypatch.setenv("GLOSSATOR_MODEL_BASE_URL", "http://127.0.0.1:1/v1")
    assert [(model.name, model.base_url) for model in load_settings().models] == [
        ("openai:one", "http://127.0.0.1:1/v1")
    ]
    monkeypatch.setenv("GLOSSATOR_MODEL", '["openai:one", "anthropic:two"]')
    with pytest.raises(Exception, match="give each its base_url"):
        load_settings()
