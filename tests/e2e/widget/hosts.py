"""Pages of other origins that embed the widget: plain, with resets, hostile, strict, and as an application of one page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.e2e.served import served

PROSE = (
    "<main><h1>Building a search</h1><p>An embedding stands for a text, and a vector index finds the nearest. "
    "Another embedding, another index.</p><h2>Embedding again</h2><p>Here an embedding is explained. "
    "<a href='/x'>An embedding in a link</a>, <code>embedding</code> in code.</p></main>"
)
RESETS = """
*,*::before,*::after{box-sizing:border-box;margin:0;padding:0;border:0 solid}html{font-size:10px;line-height:1.15}
body{font-family:serif;color:#212529}button,input,textarea{all:unset;text-transform:uppercase;letter-spacing:4px}
h2{font-size:6rem;color:red}dialog{display:none!important}section{float:left;width:40px}[hidden]{display:block!important}
"""
HOSTILE = """
*{all:unset}*{position:relative;z-index:2147483647;color:lime;background:black;font:900 40px monospace;visibility:hidden}
html,body,main,main *{display:block;visibility:visible}body{transform:translateX(0);overflow:hidden}
glossator-chat{display:none;opacity:.5}.war{position:fixed;inset:0;z-index:2147483647;background:#f008}
"""


@dataclass(frozen=True)
class Host:
    """A page: its style, what else stands on it, and its policy."""

    css: str = ""
    body: str = PROSE
    policy: str | None = None
    attributes: str = 'data-site-id="default"'
    language: str = "en"


def strict(service: str) -> str:
    """Return a policy that lets the service in, and nothing else."""
    return (
        f"default-src 'none'; script-src {service}; connect-src {service}; style-src 'nonce-test'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def html(host: Host, service: str) -> str:
    """Return the document of a host."""
    script = f'<script async src="{service}/widget.js" {host.attributes}></script>'
    return (
        f'<!doctype html><html lang="{host.language}"><head><meta charset="utf-8"><title>Host</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style nonce="test">{host.css}</style></head><body>{host.body}{script}</body></html>'
    )


@contextmanager
def hosting(hosts: dict[str, Host], service: str) -> Iterator[str]:
    """Serve each host at its name on a free port of another origin than the service's, and give that origin."""

    async def reply(request: Request) -> Response:
        host = hosts.get(request.path_params["name"])
        if host is None:
            return Response(status_code=204)
        policy = {"Content-Security-Policy": host.policy} if host.policy else None
        return HTMLResponse(html(host, service), headers=policy)

    with served(Starlette(routes=[Route("/{name:path}", reply)])) as origin:
        yield origin
