"""``glossator extract``"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from content.errors import SourceError
from content.model import Page, Passage
from glossator.models import configured_embedder
from glossator.output import fail, place, say, shown
from glossator.sources import SourceOptions, named_source
from ingest.chunk import cut
from ingest.reading import read_source
from service.settings import Settings


def extract(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A file, a folder, a .jsonl feed or the address of a page.")
    ],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The site may lie in a private network.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a page, one page a line.")] = False,
) -> None:
    """Show what ingest would make of a source; publishes nothing."""
    settings: Settings = context.obj
    options = SourceOptions(allow_private=allow_private)
    reading = read_source(options.of(named_source(settings, source)))
    if not reading.readable:
        raise SourceError(reading.report.failed[0][1])
    pages = list(reading.pages)
    chunks = cut(pages, configured_embedder(settings))
    for page, page_chunks in zip(pages, chunks, strict=True):
        passages = [chunk.passage for chunk in page_chunks]
        if as_json:
            sys.stdout.write(json.dumps(_record(page, passages), ensure_ascii=False) + "\n")
        else:
            _show(page, passages)
    for where, reason in reading.report.failed:
        fail(f"{where}: {reason}")
    if reading.report.failed:
        raise typer.Exit(1)


def _record(page: Page, passages: list[Passage]) -> dict[str, Any]:
    return {
        "id": page.page_id,
        "title": page.title,
        "url": page.url,
        "text": page.text,
        "passages": [
            {
                "heading": list(passage.heading),
                "text": passage.text,
                "start": passage.start,
                "end": passage.end,
            }
            for passage in passages
        ],
    }


def _show(page: Page, passages: list[Passage]) -> None:
    where = "  ".join(filter(None, (page.page_id, page.url)))
    say(f"[bold]{shown(page.title)}[/bold]  [dim]{shown(where)}[/dim]")
    for passage in passages:
        heading = " › ".join(passage.heading)
        about = "  ".join(filter(None, (str(passage.kind), place(passage.locator), heading)))
        say(f"\n[cyan]{passage.start}–{passage.end}[/cyan] [dim]{shown(about)}[/dim]")
        say(shown(passage.text))
    say("")
