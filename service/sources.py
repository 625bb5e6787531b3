"""Sources as they are configured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from content.model import DEFAULT_COLLECTION
from service.language_models import Address
from service.upkeep.interval import seconds


def _interval(value: str) -> str:
    seconds(value)
    return value


Interval = Annotated[str, AfterValidator(_interval)]


class SourceSettings(BaseModel):
    """A ``[[source]]``: a place that pages come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    location: str = Field(
        min_length=1,
        description="A folder, a file, a `.jsonl` feed, or the address of a page, a sitemap, an RSS or an Atom feed.",
    )
    kind: Literal["folder", "file", "feed", "page", "crawl", "sitemap"] | None = Field(
        None,
        description="What is there; absent, the place itself shows it. `crawl` follows the links of a page to all of "
        "its site. `sitemap` at a site's front page finds the sitemaps that its robots.txt names.",
    )
    collection: str = Field(DEFAULT_COLLECTION, min_length=1, description="The library that its pages belong to.")
    base_url: Address | None = Field(
        None, description="Pages without an address of their own get this one followed by their id."
    )
    include: tuple[str, ...] = Field(
        (),
        description="Globs of what is read: of paths in a folder, of `/path?query` or whole addresses on the web. `*` "
        "matches slashes too. Absent: everything.",
    )
    exclude: tuple[str, ...] = Field((), description="Globs of what is left out.")
    depth: int | None = Field(None, ge=0, description="How many links a crawl goes from its start; absent: any number.")
    max_pages: int = Field(10_000, ge=1, description="How many pages of a site are read at most.")
    delay: float = Field(
        0.2, ge=0, le=60, description="Seconds between two requests to a host; its robots.txt may ask for more."
    )
    ports: tuple[int, ...] = Field((80, 443), description="The ports that may be connected to.")
    allow_private: bool = Field(
        False,
        description="Whether the host of `location` may lie in a private network, on its own port: for test sites and "
        "intranets. No other host is let in by that.",
    )
    credentials: str | None = Field(
        None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="The environment variable that holds the credentials: `user:password`, or the value of "
        "`credentials_header`. They are sent to the scheme, host and port of `location` alone.",
    )
    credentials_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+$",
        description="The header that carries them, such as `Authorization` or `X-Api-Key`; absent: HTTP basic "
        "authentication.",
    )
    schedule: Interval | None = Field(
        None, description="How often `glossator serve` ingests it again, such as `30m`, `6h` or `1d`. Absent: never."
    )
