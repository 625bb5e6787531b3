"""Questions of every kind over every way in, each with a marker that must turn up in no log, metric or trace."""

from __future__ import annotations

import re

import httpx

from tests.fakes import HashingEmbedder
from tests.service.test_mcp import INITIALIZE

MARKER = "zqxmarker"
QUESTION = f"Softmax turns a list of numbers into probabilities that add up to one, {MARKER}@example.org"
THRESHOLDS = {"answer_threshold": 0.25, "closest_threshold": 0.1}
_CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": QUESTION}},
}
_MCP = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


class BrokenEmbedder(HashingEmbedder):
    """Fails with every question."""

    def encode_questions(self, texts):
        """Fail, once the service has started."""
        if texts != ["ready"]:
            raise RuntimeError("broken")
        return super().encode_questions(texts)


async def ask_everything(http: httpx.AsyncClient) -> list[str]:
    """Ask, be answered and refused, fail, and go astray; return the outcomes that were told."""
    question = {"message": QUESTION}
    answered = await http.post("/v1/chat", json=question)
    follow_up = {"message": f"How is it computed, {MARKER}?", "stream": True}
    completion = {"model": "glossator", "messages": [{"role": "user", "content": QUESTION}]}
    await http.post("/mcp", json=INITIALIZE, headers=_MCP)
    replies = [
        answered,
        await http.post("/v1/chat", json=follow_up | {"conversation_id": answered.json()["conversation_id"]}),
        await http.post("/v1/chat", json={"message": f"Bakery {MARKER} on Sundays?"}),
        await http.post("/v1/chat", json={"message": "hello"}),
        await http.post("/v1/chat/completions", json=completion),
        await http.post("/mcp", json=_CALL, headers=_MCP),
    ]
    assert {reply.status_code for reply in replies} == {200}
    await _go_astray(http, question)
    return [re.findall(r'"outcome": ?"(\w+)"', reply.text)[-1] for reply in replies]


async def _go_astray(http: httpx.AsyncClient, question: dict[str, str]) -> None:
    assert (await http.post("/v1/search", json={"query": QUESTION})).status_code == 200
    assert (await http.get("/v1/terms", params={"query": MARKER})).status_code == 200
    assert (await http.get(f"/v1/terms/{MARKER}")).status_code == 404
    assert (await http.get(f"/{MARKER}?q={MARKER}")).status_code == 404
    assert (await http.post("/v1/chat", json=question | {"collection": MARKER})).status_code == 404
    assert (await http.post("/v1/chat", json={"message": "?!", "history": []})).status_code == 422
    assert (await http.post("/v1/chat", json={"message": MARKER * 1000})).status_code == 422
    assert (await http.post("/v1/chat", content=f'{{"message": "{MARKER}'.encode())).status_code in {400, 422}
    assert (await http.request("BREW", f"/v1/chat?{MARKER}")).status_code in {400, 405}
    site = {"X-Glossator-Site": MARKER}
    assert (await http.post("/v1/chat", json=question, headers=site)).status_code == 404
