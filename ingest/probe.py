"""Probes: questions of which it is known what page answers them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, zip_longest

from content.asked import AskedQuestion
from content.snapshot import Snapshot

Key = tuple[str, str]  # (collection, page id)


class ProbeKind(StrEnum):
    """Where a question comes from."""

    TERM = "term"
    OWN = "own"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question and the page that answers it. ``among`` are the collections to search, None for all."""

    question: str
    page: Key
    kind: ProbeKind
    among: tuple[str, ...] | None = None


def probes(snapshot: Snapshot, asked: Iterable[AskedQuestion], pages: Collection[Key], most: int) -> list[Probe]:
    """Return at most so many questions that these pages of a snapshot answer.

    Every collection and kind gets an equal share, as far as it has so many, and so does it in every first part of the
    list. The choice hangs on the questions alone: it is the same next time.
    """
    found = sorted({probe for probe in _all(snapshot, asked) if probe.page in pages}, key=_order)
    strata: dict[tuple[str, ProbeKind], list[Probe]] = {}
    for probe in found:
        strata.setdefault((probe.page[0], probe.kind), []).append(probe)
    turns = zip_longest(*strata.values())
    return list(islice((probe for turn in turns for probe in turn if probe is not None), most))


def _all(snapshot: Snapshot, asked: Iterable[AskedQuestion]) -> Iterator[Probe]:
    for term in snapshot.glossary.terms:
        yield Probe(f"What is {term.name}?", (term.collection, term.page_id), ProbeKind.TERM)
    keys, numbers = snapshot.catalog.keys(), snapshot.page_numbers
    for row, question in snapshot.catalog.questions().items():
        yield Probe(question, keys[int(numbers[row])], ProbeKind.OWN)
    for one in asked:
        yield Probe(one.question, (one.collection, one.page_id), ProbeKind.ASKED, one.among)


def _order(probe: Probe) -> tuple[bytes, Key, str]:
    return hashlib.sha256(probe.question.encode()).digest(), probe.page, repr((probe.kind, probe.among))
