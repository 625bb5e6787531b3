"""``glossator ask``"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated

import typer
from rich.markdown import Markdown

from glossator.output import out, print_json, say, shown
from glossator.verbs.asking import Desk, open_desk
from service.assistant import Question
from service.conversation import new_id
from service.message import checked
from service.model import Answer, Done
from service.settings import Settings
from service.site import DEFAULT_SITE, SiteSettings


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.")],
    collection: Annotated[str | None, typer.Option(help="Look into this collection alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as /v1/chat gives it.")] = False,
) -> None:
    """Answer one question with citations, without a server."""
    settings: Settings = context.obj
    text = checked(question, "the question", settings)
    with open_desk(settings) as desk:
        site = settings.sites.get(DEFAULT_SITE, settings.site[0])
        answer = asyncio.run(_ask(desk, site, text, collection))
        print_json(answer) if as_json else _show(answer, desk)


async def _ask(desk: Desk, site: SiteSettings, text: str, collection: str | None) -> Answer:
    question = Question(text, new_id(), new_id(), collections=(collection,) if collection else None)
    try:
        async with aclosing(desk.assistant.reply(question, desk.snapshot, site)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
    finally:
        await desk.assistant.close()
    raise AssertionError("a reply ends with Done")


def _show(answer: Answer, desk: Desk) -> None:
    if out.is_terminal:
        out.print(Markdown(answer.answer))
    else:
        say(shown(answer.answer))
    if answer.refusal_reason:
        say(f"\n[dim]{shown(answer.refusal_reason)}[/dim]")
    if answer.citations:
        say("")
    for one in answer.citations:
        heading = " › ".join([one.title, *(step for step in one.heading if step != one.title)])
        say(f"[cyan]\\[{one.number}][/cyan] {shown(heading)}  [dim]{shown(desk.whereabouts(one))}[/dim]")
    if answer.related_terms:
        say(f"\nRelated: {shown(', '.join(term.name for term in answer.related_terms))}")
    if answer.suggestions:
        say("Ask next: " + shown(" · ".join(answer.suggestions)))
