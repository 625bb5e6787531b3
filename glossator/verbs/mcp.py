"""``glossator mcp``"""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from glossator.models import configured_embedder, configured_reranker
from service.settings import Settings
from service.site import DEFAULT_SITE


def mcp(
    context: typer.Context,
    site: Annotated[str, typer.Option(help="The site whose collections are shown.")] = DEFAULT_SITE,
) -> None:
    """Serve the content to another assistant: Model Context Protocol over standard input and output."""
    # Standard output belongs to the protocol; what is logged goes to standard error.
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(context.obj, site))


async def _serve(settings: Settings, site: str) -> None:
    from service.app import create_services, running  # the web framework; the other verbs start sooner without it
    from service.mcp import over_stdio

    services = create_services(settings, configured_embedder(settings), configured_reranker(settings))
    async with running(services):
        await over_stdio(services, site)
