"""The navigation: the one place that says which pages the dashboard has, and who sees them there."""

from __future__ import annotations

from dataclasses import dataclass

from service.api.admin.principal import Principal
from service.store.rows import Role

ROOT = "/admin"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation, for those whose role reaches ``role``.

    ``counted`` shows how many visitors wait; ``everywhere`` is for those who have all sites.
    """

    title: str
    path: str
    role: Role = Role.VIEWER
    counted: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Pages that belong together."""

    title: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    Chapter("Today", (Entry("Overview", ROOT),)),
    Chapter(
        "Visitors",
        (
            Entry("Conversations", f"{ROOT}/conversations"),
            Entry("Handoffs", f"{ROOT}/handoffs", Role.AGENT, counted=True),
            Entry("Leads", f"{ROOT}/leads"),
        ),
    ),
    Chapter(
        "Learn",
        (
            Entry("Top questions", f"{ROOT}/learn/questions"),
            Entry("Content gaps", f"{ROOT}/learn/gaps"),
            Entry("Source usage", f"{ROOT}/learn/sources"),
            Entry("Lead quality", f"{ROOT}/learn/leads"),
            Entry("Conversation quality", f"{ROOT}/learn/conversations"),
        ),
    ),
    Chapter(
        "Content",
        (
            Entry("Sources and ingests", f"{ROOT}/content", everywhere=True),
            Entry("Curated answers", f"{ROOT}/answers"),
        ),
    ),
    Chapter(
        "Service",
        (
            Entry("Sites and brand", f"{ROOT}/sites"),
            Entry("Keys and members", f"{ROOT}/access", Role.OWNER),
            Entry("Models", f"{ROOT}/models", Role.OWNER, everywhere=True),
            Entry("Privacy", f"{ROOT}/privacy", Role.OWNER),
            Entry("Audit", f"{ROOT}/audit", Role.OWNER),
            Entry("Settings", f"{ROOT}/settings", Role.OWNER, everywhere=True),
        ),
    ),
)


def chapters(who: Principal) -> list[Chapter]:
    """Return what somebody sees of the navigation."""

    def seen(entry: Entry) -> bool:
        return who.role.reaches(entry.role) and (who.site_id is None or not entry.everywhere)

    shown = (Chapter(one.title, tuple(filter(seen, one.entries))) for one in NAVIGATION)
    return [chapter for chapter in shown if chapter.entries]


def is_current(entry: Entry, path: str) -> bool:
    """Whether a path is the entry's page or lies below it; the overview is above all and holds none."""
    return path == entry.path or (entry.path != ROOT and path.startswith(f"{entry.path}/"))
