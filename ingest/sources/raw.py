"""What a source yields."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.extract import Format


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it lies in its source. ``where`` is the place that people are told of when it fails.

    ``shown_on`` is the id of the page that plays the recording of which these are the captions.
    ``charset`` is the encoding that came along with the bytes; ``aliases`` are further addresses that lead to it. It is
    ``mergeable`` where it gives way to an earlier page that says nearly the same.
    """

    page_id: str
    form: Format
    data: bytes | str
    where: str
    title: str | None = None
    url: str | None = None
    shown_on: str | None = None
    charset: str | None = None
    aliases: tuple[str, ...] = ()
    mergeable: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of a source that is not read. ``failed`` where it should have been.

    ``page_ids`` are those that a page which failed may be known by: what was published of it stays.
    """

    where: str
    reason: str
    failed: bool = True
    page_ids: tuple[str, ...] = ()
