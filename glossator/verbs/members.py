"""``glossator members``"""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from content.errors import ConfigurationError
from glossator.output import print_json, say, shown
from glossator.verbs.keys import AsJson, with_store
from service.access import password
from service.people.mailbox import Mailbox
from service.store import members, sites
from service.store.database import Database
from service.store.rows import Member, Role

app = typer.Typer(help="Members: who may sign in to the dashboard.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the member may do.")] = Role.OWNER,
    name: Annotated[str | None, typer.Option(help="How visitors and colleagues see them; absent: the address.")] = None,
    site: Annotated[str | None, typer.Option(help="The one site they are for; absent: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a member. The password is asked for, or read from standard input where that is no terminal."""
    try:
        address = TypeAdapter(Mailbox).validate_python(email)
    except ValidationError as error:
        raise ConfigurationError(f"{email!r}: {error.errors()[0]['msg']}") from error
    kept = asyncio.run(password.hashed(_asked()))

    async def work(database: Database) -> Member:
        await sites.seed(database, context.obj.sites.values())
        if site is not None:
            await sites.found(database, site)
        return await members.create(database, address, name or address.partition("@")[0], kept, role, site)

    member = with_store(context, work)
    if as_json:
        print_json({"id": member.id, "email": member.email, "role": member.role})
    else:
        say(f"{shown(member.email)} may sign in as {member.role} of {shown(site or 'all sites')}.")


def _asked() -> str:
    """Return the password. Raises ConfigurationError for one that is too short or too long."""
    if sys.stdin.isatty():
        said = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        said = sys.stdin.readline().rstrip("\r\n")
    if not password.SHORTEST <= len(said) <= password.LONGEST:
        raise ConfigurationError(
            f"the password has {len(said)} characters; it must have {password.SHORTEST} to {password.LONGEST}"
        )
    return said
