"""The sites as this process knows them: the configured ones, then what the store says."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from content.snapshot import Snapshot
from service.site import SiteSettings
from service.store import sites as kept
from service.store.store import Store

_log = logging.getLogger("glossator.sites")


class Sites:
    """Gives out the settings of sites. Until the store can be read, those of the configuration hold."""

    def __init__(self, configured: Mapping[str, SiteSettings]) -> None:
        self._configured = configured
        self._current = dict(configured)
        self._version: tuple[int, int] | None = None

    def get(self, site_id: str) -> SiteSettings | None:
        """Return a site, None for one that is not there."""
        return self._current.get(site_id)

    def all(self) -> Iterable[SiteSettings]:
        """Return all sites."""
        return self._current.values()

    async def seed(self, store: Store) -> None:
        """Bring the configuration into the store. Raises StoreUnavailable."""
        for site_id in await kept.seed(store.database, self._configured.values()):
            _log.warning(
                "the site %s was edited in the dashboard; what glossator.toml says of it no longer counts", site_id
            )

    async def refresh(self, store: Store) -> None:
        """Take over what has changed in the store. Raises StoreUnavailable."""
        version = await kept.version(store.database)
        if version == self._version:
            return
        rows = await kept.all_of_them(store.database)
        self._current = {row.id: site for row in rows if (site := _read(row.id, row.settings))}
        self._version = version


def public_collections(site: SiteSettings, snapshot: Snapshot) -> tuple[str, ...] | None:
    """Return the collections that a site shows, None for all; those not ingested yet are left out."""
    if site.collections is None:
        return None
    return tuple(name for name in site.collections if name in snapshot.manifest.collections)


def _read(site_id: str, settings: dict[str, object]) -> SiteSettings | None:
    try:
        return SiteSettings.model_validate(settings | {"id": site_id})
    except ValidationError as error:  # written by another version
        _log.error("the settings of the site %s cannot be read, so it is not served: %s", site_id, error)
        return None
