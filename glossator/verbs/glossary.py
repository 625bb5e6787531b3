"""``glossator glossary``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from content.errors import ConfigurationError
from glossator.output import note, print_json, say, shown
from service.settings import Settings

app = typer.Typer(help="The glossary as a site of its own.", no_args_is_help=True)


@app.command()
def build(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or that of an earlier build.")],
    base_url: Annotated[
        str | None, typer.Option(help="The address that the files will have; feed and sitemap need it.")
    ] = None,
    collection: Annotated[
        list[str] | None, typer.Option(help="A collection to show; repeat it for several. None: all public ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the published glossary as files that any web host can serve."""
    from service.access.visit import Guest
    from service.api.visitor import Visitor, find_site
    from service.glossary.export import build as write
    from service.sites import Sites

    settings: Settings = context.obj
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise ConfigurationError(f"--base-url {base_url!r} is no address; it must begin with http:// or https://")
    snapshot = settings.archive.open_current()
    visitor = Visitor(Guest(find_site(Sites(settings.sites), settings.glossary_site), None), snapshot)
    chosen = [name for one in collection for name in visitor.collections(one) or ()] if collection else None
    done = write(folder, snapshot, visitor.site, chosen or visitor.collections(), base_url, settings.public_url)
    snapshot.catalog.close()
    if as_json:
        print_json(done)
        return
    gone = f", removed {done.removed} of an earlier build" if done.removed else ""
    say(f"Wrote {done.terms} terms into {shown(done.folder)}: {done.files} files{gone}.")
    if base_url is None:
        note("There is no feed and no sitemap: they need --base-url, the address that the files will have.")
    if settings.public_url is None:
        note("The pages do not link to the assistant: public_url is not set.")
