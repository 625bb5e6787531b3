"""Engines: where documents are read and passages embedded. The order of what comes back is that of what went in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from content.errors import PageError
from ingest.draft import Draft
from ingest.extract import Parser, extract
from ingest.making import FreshPage, Making, Written
from ingest.report import Report
from ingest.sources import RawPage

Extracted = tuple[RawPage, list[Draft] | PageError]  # a document, and what it holds or why nothing


class Engine(Protocol):
    """Does the two parts of an ingest that take nearly all of its time."""

    def extract(self, documents: Iterable[RawPage]) -> Iterator[Extracted]:
        """Yield what documents hold."""

    def make(self, slabs: Iterable[Sequence[FreshPage]], making: Making, report: Report) -> Iterator[Written]:
        """Yield the pages of all slabs with their passages and vectors."""


class LocalEngine:
    """This process, and a child for documents that are no text."""

    def extract(self, documents: Iterable[RawPage]) -> Iterator[Extracted]:
        """Yield what documents hold."""
        with Parser() as parser:
            for raw in documents:
                yield raw, extracted(raw, parser)

    def make(self, slabs: Iterable[Sequence[FreshPage]], making: Making, report: Report) -> Iterator[Written]:
        """Yield the pages of all slabs with their passages and vectors."""
        for slab in slabs:
            with report.stage("cut"):
                cuts = making.cut(slab)
            with report.stage("embed"):
                made = making.embed(slab, cuts)
            yield from made


def extracted(raw: RawPage, parser: Parser) -> list[Draft] | PageError:
    """Return what a document holds, or why nothing."""
    try:
        return extract(raw.data, raw.form, parser, charset=raw.charset)
    except PageError as error:
        return error
