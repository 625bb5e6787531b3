"""``glossator keys``"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from glossator.output import print_json, say, shown, table
from service.settings import Settings
from service.store import keys, sites
from service.store.database import Database
from service.store.paging import all_of
from service.store.rows import Key, Member, Role
from service.store.store import Store

app = typer.Typer(help="Admin keys: make them, list them, revoke them.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_T = TypeVar("_T")


@app.command()
def create(
    context: typer.Context,
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    site: Annotated[str | None, typer.Option(help="The one site it is for; absent: all.")] = None,
    name: Annotated[str | None, typer.Option(help="What it is for, for your own memory.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once."""

    async def work(database: Database) -> tuple[Key, str]:
        await sites.introduce(database, context.obj.sites.values())
        if site is not None:
            await sites.found(database, site)
        return await keys.create(database, role, site, name)

    key, token = with_store(context, work)
    if as_json:
        print_json({"id": key.id, "key": token})
        return
    say(f"Key {key.id}, {role} of {shown(site or 'all sites')}. It is shown this once:")
    say(token)


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the keys, the newest first."""

    async def work(database: Database) -> list[Key]:
        return await all_of(lambda part: keys.listed(database, None, part))

    found = with_store(context, work)
    if as_json:
        print_json([plain(key) for key in found])
        return
    rows = [
        (
            key.id,
            key.role,
            key.site_id or "all",
            key.name or "",
            day(key.created_at),
            day(key.last_used_at),
            _state(key),
        )
        for key in found
    ]
    table(("key", "role", "site", "name", "created", "last used", ""), rows)


@app.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the key, from `keys list`.")],
    as_json: AsJson = False,
) -> None:
    """End a key at once."""
    key = with_store(context, lambda database: keys.revoke(database, key_id, None))
    if as_json:
        print_json({"id": key.id, "revoked_at": _plain(key.revoked_at)})
    else:
        say(f"Key {key.id} is revoked.")


def with_store(context: typer.Context, work: Callable[[Database], Awaitable[_T]]) -> _T:
    """Do something in the database, brought up to this version first. Raises NotFound, StoreUnavailable."""
    settings: Settings = context.obj

    async def run() -> _T:
        store = Store(settings.data_dir, settings.database_url, settings.spool_mib * 1024 * 1024)
        try:
            await store.migrate()
            return await work(store.database)
        finally:
            await store.database.close()

    return asyncio.run(run())


def plain(row: Key | Member) -> dict[str, object]:
    """Return a row as JSON has it."""
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def day(when: datetime | None) -> str:
    """Return a moment for a table."""
    return "never" if when is None else when.strftime("%Y-%m-%d %H:%M")


def _state(key: Key) -> str:
    return "" if key.revoked_at is None else f"revoked {day(key.revoked_at)}"
