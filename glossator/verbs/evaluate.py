"""``glossator eval``"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from content.errors import ConfigurationError
from glossator.output import print_json, progress, table
from glossator.verbs.asking import open_desk
from service.evaluation import measure, read_queries, run
from service.settings import Settings


def evaluate(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(metavar="QUERIES.jsonl", help="Questions with what should be found.")],
    run_file: Annotated[Path | None, typer.Option("--run", help="Write what became of each question here.")] = None,
    collection: Annotated[str | None, typer.Option(help="Look into this collection alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure retrieval, answers and refusals of the current snapshot."""
    settings: Settings = context.obj
    asked = read_queries(queries)
    collections = (collection,) if collection else None
    with open_desk(settings) as desk, progress() as report:
        work = run(asked, desk.assistant, desk.snapshot, collections, lambda done: report("ask", done, len(asked)))
        lines = asyncio.run(work)
    if run_file is not None:
        try:
            run_file.write_text("".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines), "utf-8")
        except OSError as error:
            raise ConfigurationError(f"{run_file}: it cannot be written: {error.strerror}") from error
    figures = asdict(measure(asked, lines))
    if as_json:
        print_json(figures)
        return
    rows = [(name.replace("_", " "), _number(value)) for name, value in figures.items() if value is not None]
    table(("figure", "value"), rows, numbers=(1,))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}"
