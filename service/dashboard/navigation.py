"""The navigation: the one place that says which pages the dashboard has, and who sees them there."""

from __future__ import annotations

from dataclasses import dataclass

from service.store.rows import Role

ROOT = "/admin"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation, for those whose role reaches ``role``. ``counted`` shows how many visitors wait."""

    title: str
    path: str
    role: Role = Role.VIEWER
    counted: bool = False


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
)


def chapters(role: Role) -> list[Chapter]:
    """Return what a role sees of the navigation."""
    shown = (
        Chapter(one.title, tuple(entry for entry in one.entries if role.reaches(entry.role))) for one in NAVIGATION
    )
    return [chapter for chapter in shown if chapter.entries]


def is_current(entry: Entry, path: str) -> bool:
    """Whether a path is the entry's page or lies below it; the overview is above all and holds none."""
    return path == entry.path or (entry.path != ROOT and path.startswith(f"{entry.path}/"))
