"""A guest: who asks at which site, and which ids are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from content.errors import NotFound
from service.access.identity import Identity
from service.site import SiteSettings


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone at a site. ``visitor_id`` is of their session, None without one."""

    site: SiteSettings
    visitor_id: str | None

    @property
    def owner(self) -> str:
        """Whose the ids of their conversations are: the site's, or their own where a session is required."""
        return f"{self.site.id}/{self.visitor_id}" if self.site.access.require_session else self.site.id

    def must_own(self, identity: Identity, given: str, what: str) -> None:
        """Raise NotFound unless an id of a conversation or a message was given out to this guest."""
        if not identity.owns(self.owner, given):
            raise NotFound(f"there is no such {what}; it may have expired.")
