"""``glossator members``"""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from content.errors import ConfigurationError
from glossator.output import print_json, say, shown, table
from glossator.verbs.keys import AsJson, day, plain, with_store
from service.access import password
from service.people.mailbox import Mailbox
from service.store import members, sites
from service.store.database import Database
from service.store.paging import all_of
from service.store.rows import Member, Role

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address that the member signs in with.")]
app = typer.Typer(help="Members: who may sign in to the dashboard.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    email: Email,
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
        await sites.introduce(database, context.obj.sites.values())
        if site is not None:
            await sites.found(database, site)
        return await members.create(database, address, name or address.partition("@")[0], kept, role, site)

    member = with_store(context, work)
    if as_json:
        print_json({"id": member.id, "email": member.email, "role": member.role})
    else:
        say(f"{shown(member.email)} may sign in as {member.role} of {shown(site or 'all sites')}.")


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the members, the newest first."""

    async def work(database: Database) -> list[Member]:
        return await all_of(lambda part: members.listed(database, None, part))

    found = with_store(context, work)
    if as_json:
        print_json([plain(member) for member in found])
        return
    rows = [
        (member.email, member.role, member.site_id or "all", member.name, day(member.created_at)) for member in found
    ]
    table(("member", "role", "site", "name", "created"), rows)


@app.command("role")
def change_role(context: typer.Context, email: Email, role: Annotated[Role, typer.Argument(metavar="ROLE")]) -> None:
    """Give a member another role, which ends their sessions. The last owner stays one."""

    async def work(database: Database) -> Member:
        member = await members.of_email(database, email)
        return await members.change(database, member.id, None, {"role": role})

    member = with_store(context, work)
    say(f"{shown(member.email)} is {member.role} of {shown(member.site_id or 'all sites')} now.")


@app.command()
def remove(context: typer.Context, email: Email) -> None:
    """Remove a member and end their sessions. The last owner stays."""

    async def work(database: Database) -> Member:
        member = await members.of_email(database, email)
        await members.remove(database, member.id, None)
        return member

    member = with_store(context, work)
    say(f"{shown(member.email)} may no longer sign in.")


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
