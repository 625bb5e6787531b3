"""A service that says what a test wants it to say, for states that a real one is hard to bring into.

It speaks the wire of docs/http.md and serves the built widget as the real one does.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from content.model import Word
from service.wire import AlignmentReply
from tests.e2e.served import served

BUILT = Path(__file__).parents[3] / "service" / "widget" / "dist"
TEXT = "An index answers fast.\n\nHow it works\n\nA vector index keeps vectors near their neighbours, so a search visits few."
QUOTE = "A vector index keeps vectors near their neighbours"
AT = TEXT.index(QUOTE)
LINK = "https://docs.example/index#:~:text=A%20vector%20index"
FEATURES = dict.fromkeys(
    ("chat", "search", "terms", "feedback", "leads", "handoff", "alignment", "share"), True
)  # fmt: skip


def source(**changed: Any) -> dict[str, Any]:
    """Return a search result."""
    start = TEXT.index("A vector")
    made = {
        "passage_id": "p1", "page_id": "index", "collection": "default", "title": "Vector index",
        "url": "https://docs.example/index", "link": LINK, "heading": ["How it works"], "text": TEXT[start:],
        "start": start, "end": len(TEXT), "score": 0.9, "highlights": [{"start": 2, "end": 14}],
    }  # fmt: skip
    return made | changed


def citation(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a citation of that result."""
    made = {name: value for name, value in source().items() if name not in {"text", "score", "highlights"}}
    return made | {"number": number, "quote": QUOTE, "start": AT, "end": AT + len(QUOTE), "support": 0.9} | changed


def answer(text: str, outcome: str = "answered", **changed: Any) -> dict[str, Any]:
    """Return a whole reply of /v1/chat."""
    made = {
        "conversation_id": "c1", "message_id": "m1", "outcome": outcome, "answered": outcome == "answered",
        "answer": text, "refusal_reason": None, "citations": [citation()] if "[1]" in text else [], "unsupported": [],
        "sources": [source()] if outcome in {"answered", "closest"} else [], "related_terms": [], "suggestions": [],
        "model": "", "took_ms": 3,
    }  # fmt: skip
    return made | changed


TERM = {"name": "Embedding", "slug": "embedding", "definition": "A list of numbers that stands for a text."}
ALIGNMENT = asdict(
    AlignmentReply(
        question="What is an index?",
        quote=QUOTE,
        question_tokens=(Word("What", 0, 4), Word("index", 11, 16)),
        passage_tokens=(Word("A", 0, 1), Word("vector", 2, 8), Word("index", 9, 14), Word("keeps", 15, 20)),
        weights=((0.0, 0.8, 0.2, 0.1), (0.0, 0.2, 0.9, 0.3)),
    )
)
RICH = (
    "An **index** answers *fast*. [1]\n\n- one item\n- `code` in another\n\n```\nindex = build(vectors)\n```\n\n"
    "| kind | speed |\n|---|---|\n| flat | slow |\n\nSee [the docs](https://docs.example/) for more."
)
ANSWERS = {
    "What is an index?": answer(RICH, related_terms=[TERM], suggestions=["How is one built?"]),
    "refuse": answer(
        "I did not find an answer to this in the content.",
        "refused",
        refusal_reason="nothing about the moon",
        related_terms=[TERM],
    ),
    "closest": answer("The closest I found: A vector index keeps vectors. [1]", "closest"),
    "clarify": answer("Which one do you mean?", "clarify", suggestions=["The flat index?", "The HNSW index?"]),
    "unsupported": answer("An index answers fast. [1]", unsupported=["It was invented in 1990."]),
    "person": answer("A person can help.", "conversation"),
}


@dataclass
class Script:
    """What the service does, and what it was asked."""

    answers: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(ANSWERS))
    otherwise: dict[str, Any] = field(default_factory=lambda: answer("An index answers fast. [1]"))
    brand: dict[str, Any] = field(default_factory=dict)
    features: dict[str, bool] = field(default_factory=lambda: dict(FEATURES))
    terms: list[dict[str, Any]] = field(default_factory=list)
    page: dict[str, Any] = field(default_factory=dict)
    policy: str | None = None  # for our own pages; None leaves out what would stop a script that got in
    shared: dict[str, Any] = field(default_factory=dict)  # an answer that someone shared
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    authorized: list[str | None] = field(default_factory=list)  # the sessions of what was posted
    go_on: threading.Event = field(default_factory=threading.Event)  # what a held stream waits for
    agent: list[str] = field(default_factory=list)  # what a person writes
    handoff: dict[str, Any] | None = None  # how it stands with the person, once one is asked for
    offline: bool = False  # whether nobody is there when one is asked for
    events_status: int = 200  # of the stream of what a person writes
    listened: int = 0  # how often that was asked for

    def site(self) -> dict[str, Any]:
        """Return the reply of /v1/site."""
        plain = {
            "id": "default", "title": "Ask the docs", "greeting": None, "suggestions": ["What is an index?"],
            "color": None, "theme": "auto", "font": None, "logo": None, "position": "right", "languages": [],
            "formality": "formal", "privacy_url": "https://docs.example/privacy", "lead_form": None, "session_required": False,
            "person_there": True, "person_by_rule": False,
        }  # fmt: skip
        return plain | self.brand | {"features": self.features}

    def written(self) -> list[dict[str, Any]]:
        """Return what the person wrote, as messages."""
        plain = {"role": "agent", "name": "Ada", "created_at": "2030-01-01T00:00:00Z"}
        return [plain | {"message_id": f"a{i}", "text": text} for i, text in enumerate(self.agent)]


class _Service:
    """The routes of a script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def app(self) -> Starlette:
        """Return what serves it."""
        return Starlette(
            routes=[
                Route("/{path:path}", self._allow, methods=["OPTIONS"]),
                Route("/{path:path}", self._get, methods=["GET"]),
                Route("/{path:path}", self._post, methods=["POST"]),
            ]
        )

    async def _allow(self, request: Request) -> Response:
        return Response(status_code=204, headers=_allowed(request))

    async def _get(self, request: Request) -> Response:
        path = request.url.path
        if path.endswith("/events"):
            self._script.listened += 1
            if self._script.events_status != 200:
                return JSONResponse({"detail": "it broke"}, self._script.events_status, _allowed(request))
            return _stream(request, self._events(len(self._script.agent)))
        reply = self._file(path) or JSONResponse(*self._found(path, request.query_params.get("query", "")))
        reply.headers.update(_allowed(request))
        return reply

    def _file(self, path: str) -> Response | None:
        name = {"/": "page.html", "/widget.js": "widget.js"}.get(path)
        if path.startswith("/frame/"):
            name = "framed.html"
        elif path.startswith("/s/"):
            name = "shared.html"
        elif path.startswith("/assets/"):
            name = path.rsplit("/", 1)[1]
        if name is None:
            return None
        policy = {"Content-Security-Policy": self._script.policy} if self._script.policy else None
        return FileResponse(BUILT / name, headers=policy)

    def _found(self, path: str, asked: str) -> tuple[Any, int]:
        if path.startswith("/v1/site/"):
            return self._script.site(), 200
        if path == "/v1/terms":
            found = [term for term in self._script.terms if asked.lower() in term["name"].lower()]
            return {"items": found, "next": None}, 200
        if path == "/v1/pages":
            page = {"page_id": "index", "collection": "default", "title": "Vector index", "url": None, "text": TEXT}
            return page | {"headings": []} | self._script.page, 200
        if path.startswith("/v1/shares/"):
            return self._script.shared, 200
        if path.startswith("/v1/conversations/"):
            said = {"conversation_id": "c1", "messages": self._script.written(), "handoff": self._script.handoff}
            return said, 200
        if path.endswith("/alignment"):
            return ALIGNMENT, 200
        return {"detail": "there is nothing here"}, 404

    async def _post(self, request: Request) -> Response:
        path, body = request.url.path, await request.json()
        self._script.authorized.append(request.headers.get("Authorization"))
        self._script.posted.append((path, body))
        if path == "/v1/chat" and body["message"] not in _FAILURES:
            return _stream(request, self._answered(body["message"]))
        if path == "/v1/handoffs":
            state = {"id": "h1", "status": "waiting", "agent": None, "offline": self._script.offline}
            self._script.handoff = state
            return JSONResponse({name: state[name] for name in ("id", "status", "offline")}, 201, _allowed(request))
        data, status, headers = _FAILURES[body["message"]] if path == "/v1/chat" else _kept(path, body)
        return JSONResponse(data, status, headers | _allowed(request))

    async def _answered(self, message: str) -> AsyncIterator[str]:
        done = self._script.answers.get(message, self._script.otherwise)
        yield _event("start", {"conversation_id": "c1", "message_id": "m1"})
        yield _event("sources", {"sources": done["sources"]})
        yield _event("delta", {"text": done["answer"][:12]})
        if message == "cut":
            return
        if message == "error":
            yield _event("error", {"detail": "the reply broke off by a fault of the service"})
            return
        if message == "hold":
            await self._held(120)
        for one in done["citations"]:
            yield _event("citation", one)
        yield _event("delta", {"text": done["answer"][12:]})
        yield _event("done", done)

    async def _events(self, heard: int) -> AsyncIterator[str]:
        """Yield what comes from now on: after the first messages, as many as there were when it was asked for."""
        told = None
        yield ": heard\n\n"
        while not self._script.go_on.is_set():
            written = self._script.written()
            for message in written[heard:]:
                yield _event("message", message)
            heard = len(written)
            if self._script.handoff not in (None, told):
                told = self._script.handoff
                yield _event("handoff", told)
            await asyncio.sleep(0.02)

    async def _held(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._script.go_on.is_set() and time.monotonic() < end:  # noqa: ASYNC110 (set by the test's thread)
            await asyncio.sleep(0.02)


_FAILURES: dict[str, tuple[Any, int, dict[str, str]]] = {
    "busy": ({"detail": "too many questions"}, 429, {"Retry-After": "600"}),
    "fault": ({"detail": "it broke"}, 500, {}),
    "invalid": ({"detail": "message has 5000 characters, which are more than 4000"}, 422, {}),
}


def _kept(path: str, body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
    if path == "/v1/search":
        return {"query": body["query"], "results": [source()], "took_ms": 1}, 200, {}
    if path == "/v1/sessions":
        return {"token": "t1", "expires_at": "2099-01-01T00:00:00Z", "visitor_id": "v1"}, 201, {}
    if path.endswith("/share"):
        return {"url": "/shared/abc"}, 200, {}
    return {"id": "x1"}, 202, {}


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _stream(request: Request, events: AsyncIterator[str]) -> Response:
    async def slowly() -> AsyncIterator[str]:
        async for event in events:
            yield event
            await asyncio.sleep(0.01)

    headers = {"Cache-Control": "no-cache"} | _allowed(request)
    return StreamingResponse(slowly(), media_type="text/event-stream", headers=headers)


def _allowed(request: Request) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": request.headers.get("Origin", "*"),
        "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Glossator-Site",
        "Access-Control-Expose-Headers": "Retry-After",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    """Serve a script on a free port and give its address."""
    with served(_Service(script).app()) as address:
        try:
            yield address
        finally:
            script.go_on.set()
