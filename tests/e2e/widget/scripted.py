"""A service that says what a test wants it to say, for states that a real one is hard to bring into.

It speaks the wire of docs/http.md and serves the built widget as the real one does.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from content.model import Word
from service.wire import AlignmentReply

BUILT = Path(__file__).parents[3] / "service" / "widget" / "dist"
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
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

    def site(self) -> dict[str, Any]:
        """Return the reply of /v1/site."""
        plain = {
            "id": "default", "title": "Ask the docs", "greeting": None, "suggestions": ["What is an index?"],
            "color": None, "theme": "auto", "font": None, "logo": None, "position": "right", "languages": [],
            "formality": "formal", "privacy_url": "https://docs.example/privacy", "lead_form": None, "session_required": False,
            "person_there": True,
        }  # fmt: skip
        return plain | self.brand | {"features": self.features}


class _Handler(BaseHTTPRequestHandler):
    script: Script

    def do_OPTIONS(self) -> None:
        self._reply(204, b"", "text/plain")

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        query = parse_qs(urlsplit(self.path).query)
        if path == "/":
            self._file("page.html")
        elif path.startswith("/frame/"):
            self._file("framed.html")
        elif path.startswith("/assets/") or path == "/widget.js":
            self._file(path.rsplit("/", 1)[1])
        elif path.startswith("/v1/site/"):
            self._json(self.script.site())
        elif path == "/v1/terms":
            asked = query.get("query", [""])[0].lower()
            self._json({"items": [term for term in self.script.terms if asked in term["name"].lower()], "next": None})
        elif path == "/v1/pages":
            page = {"page_id": "index", "collection": "default", "title": "Vector index", "url": None, "text": TEXT}
            self._json(page | {"headings": []} | self.script.page)
        elif path.startswith("/s/"):
            self._file("shared.html")
        elif path.startswith("/v1/shares/"):
            self._json(self.script.shared)
        elif path.endswith("/alignment"):
            self._json(ALIGNMENT)
        elif path.endswith("/events"):
            self._begin_stream()
            for i, text in enumerate(self.script.agent):
                self._event("message", {"message_id": f"a{i}", "role": "agent", "text": text, "name": "Ada"})
            self.script.go_on.wait(5)
        else:
            self._json({"detail": "there is nothing here"}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.authorized.append(self.headers["Authorization"])
        self.script.posted.append((self.path, body))
        if self.path == "/v1/chat":
            self._chat(body["message"])
        elif self.path == "/v1/search":
            self._json({"query": body["query"], "results": [source()], "took_ms": 1})
        elif self.path == "/v1/sessions":
            self._json({"token": "t1", "expires_at": "2099-01-01T00:00:00Z", "visitor_id": "v1"}, 201)
        elif self.path == "/v1/feedback":
            self._reply(204, b"", "application/json")
        elif self.path.endswith("/share"):
            self._json({"url": "/shared/abc"})
        else:
            self._json({"id": "x1"}, 202)

    def _chat(self, message: str) -> None:
        if message == "busy":
            self._json({"detail": "too many questions"}, 429, {"Retry-After": "2"})
        elif message == "fault":
            self._json({"detail": "it broke"}, 500)
        elif message == "invalid":
            self._json({"detail": "message has 5000 characters, which are more than 4000"}, 422)
        else:
            self._stream(message)

    def _stream(self, message: str) -> None:
        done = self.script.answers.get(message, self.script.otherwise)
        self._begin_stream()
        self._event("start", {"conversation_id": "c1", "message_id": "m1"})
        self._event("sources", {"sources": done["sources"]})
        self._event("delta", {"text": done["answer"][:12]})
        if message == "cut":
            return
        if message == "error":
            self._event("error", {"detail": "the reply broke off by a fault of the service"})
            return
        if message == "hold":
            self.script.go_on.wait(20)
        for one in done["citations"]:
            self._event("citation", one)
        self._event("delta", {"text": done["answer"][12:]})
        self._event("done", done)

    def _begin_stream(self) -> None:
        self._head(200, "text/event-stream", {"Cache-Control": "no-cache"})
        self.end_headers()

    def _event(self, name: str, data: Any) -> None:
        try:
            self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
            self.wfile.flush()
            time.sleep(0.01)
        except OSError:
            self.close_connection = True  # the visitor has left

    def _json(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._reply(status, json.dumps(data).encode(), "application/json", headers)

    def _file(self, name: str) -> None:
        path = BUILT / name
        headers = {"Content-Security-Policy": self.script.policy} if self.script.policy else None
        self._reply(200, path.read_bytes(), _TYPES[path.suffix], headers)

    def _reply(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self._head(status, kind, headers)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, status: int, kind: str, headers: dict[str, str] | None = None) -> None:
        allowed = {
            "Access-Control-Allow-Origin": self.headers.get("Origin", "*"),
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Glossator-Site",
            "Access-Control-Expose-Headers": "Retry-After",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        self.send_response(status)
        for name, value in {"Content-Type": kind, **allowed, **(headers or {})}.items():
            self.send_header(name, value)

    def log_message(self, format: str, *arguments: object) -> None:
        """Stay silent."""


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    """Serve a script on a free port and give its address."""
    handler = type("Handler", (_Handler,), {"script": script})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            script.go_on.set()
            server.shutdown()
