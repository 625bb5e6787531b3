"""``glossator search``"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from glossator.output import print_json, say, shown
from glossator.verbs.asking import open_desk
from service.message import checked
from service.model import SearchReply, SearchResult
from service.settings import Settings

_EXCERPT = 300  # characters


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for.")],
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, max=50, help="How many passages.")] = 5,
    collection: Annotated[str | None, typer.Option(help="Look into this collection alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as /v1/search gives them.")] = False,
) -> None:
    """Find the passages that fit best, without a server."""
    settings: Settings = context.obj
    text = checked(query, "the query", settings)
    with open_desk(settings) as desk:
        started = time.perf_counter()
        collections = (collection,) if collection else None
        _, found = asyncio.run(desk.assistant.search([text], desk.snapshot, collections, limit))
        reply = SearchReply(text, found, round((time.perf_counter() - started) * 1000))
    if as_json:
        print_json(reply)
        return
    for place, result in enumerate(reply.results, 1):
        _show(place, result)
    if not reply.results:
        say("Nothing was found.")


def _show(place: int, result: SearchResult) -> None:
    heading = " › ".join([result.title, *(step for step in result.heading if step != result.title)])
    where = result.link or result.page_id
    say(f"[bold]{place}. {shown(heading)}[/bold]  [cyan]{result.score:.2f}[/cyan]  [dim]{shown(where)}[/dim]")
    text = " ".join(result.text.split())
    say(f"   {shown(text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + '…')}\n")
