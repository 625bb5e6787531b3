"""A site on loopback: a real HTTP server with pages, feeds, faults and traps, which remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ingest.sources import Kind, Source, WebOptions
from ingest.web.manners import Manners

# As little patience as a test needs, and enough for a machine that is busy.
HASTY = Manners(delay=0.0, backoff=0.01, connect=10.0, read=10.0, total=20.0, longest_wait=3.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came; header names are lower-case."""

    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; with ``pause`` byte by byte, so many seconds apart."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    length: int | None = None  # what Content-Length says, where that is a lie


Route = Reply | str | Callable[[Asked], Reply | str]


def html(body: str, title: str = "Page", head: str = "") -> str:
    """Return a page of HTML."""
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body><main>{body}</main></body></html>"


def links(*targets: str) -> str:
    """Return a list of links."""
    return "<nav>" + "".join(f'<a href="{target}">to {target}</a> ' for target in targets) + "</nav>"


def moved(to: str, status: int = 301) -> Reply:
    """Return a redirect."""
    return Reply(status=status, headers={"Location": to})


class Site:
    """The server. ``routes`` are by path and query; ``fallback`` answers the other paths but /robots.txt."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.fallback: Callable[[Asked], Reply | str] | None = None
        self.asked: list[Asked] = []
        self.validators = True
        self._stopping = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site._serve(self)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        return self.origin + path

    @property
    def counts(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(one.path for one in self.asked)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, without those that every visit begins with."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def source(self, path: str = "/", kind: Kind | None = None, **options: object) -> Source:
        """Return a source that begins at a path."""
        given = {name: options.pop(name) for name in ("include", "exclude", "collection") if name in options}
        web = WebOptions(allow_private=True, delay=0.0, **options)  # type: ignore[arg-type]
        return Source(self.url(path), kind=kind, web=web, **given)  # type: ignore[arg-type]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(handler.path, {name.lower(): value for name, value in handler.headers.items()})
        self.asked.append(asked)
        reply = self._reply(asked)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Type": "text/html; charset=utf-8", **reply.headers}
        status = reply.status
        if self.validators and status == 200:
            etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            headers.setdefault("ETag", etag)
            if asked.headers.get("if-none-match") == headers["ETag"]:
                status, body = 304, b""
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            if status != 304:
                handler.send_header("Content-Length", str(len(body) if reply.length is None else reply.length))
            handler.end_headers()
            handler.close_connection = handler.close_connection or reply.length is not None
            if reply.pause:
                for at in range(len(body)):
                    handler.wfile.write(body[at : at + 1])
                    handler.wfile.flush()
                    if self._stopping.wait(reply.pause):
                        return
            else:
                handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True  # whoever asked has had enough

    def _reply(self, asked: Asked) -> Reply:
        route = self.routes.get(asked.path)
        if route is None:
            known = self.fallback is not None and asked.path != "/robots.txt"
            route = self.fallback(asked) if known else Reply("not here", 404)
        if callable(route):
            route = route(asked)
        return Reply(route) if isinstance(route, str) else route
