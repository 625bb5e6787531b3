"""``glossator backup`` and ``glossator restore``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from glossator.output import note, say, shown
from service.settings import Settings
from service.store.store import Store
from service.upkeep import backup as backups
from service.upkeep.backup import Backup


def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="The file to write, such as glossator.backup.")]
) -> None:
    """Write all that is kept to one file: conversations, leads, sites, keys, snapshots. The service may run."""
    settings: Settings = context.obj

    async def work() -> Backup:
        store = Store(settings.data_dir, settings.database_url, settings.spool_mib * 1024 * 1024)
        try:
            await store.migrate()
            return await backups.write(store, settings.archive, file)
        finally:
            await store.database.close()

    made = asyncio.run(work())
    size = file.stat().st_size / 1024 / 1024
    say(f"Backed up {len(made.files)} files to {shown(str(file))} ({size:.1f} MiB).")
    note("It holds what visitors wrote and the secret that sessions are signed with: keep it as safe as the service.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file that `glossator backup` wrote.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what the data folder holds.")] = False,
) -> None:
    """Put a backup in place, once all of it is checked. The service must be stopped."""
    settings: Settings = context.obj
    found = asyncio.run(backups.restore(file, settings.data_dir, settings.database_url, overwrite))
    say(f"Restored the backup of {shown(found.created)}: {len(found.files)} files.")
