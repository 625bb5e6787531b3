"""The check: questions are asked of a new snapshot, and of the published one, before the new one takes its place."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from content.asked import AskedQuestion
from content.embedding import Embedded, Embedder
from content.rank import log_odds
from content.search import Found, search
from content.snapshot import Snapshot
from ingest.probe import Probe, probes
from ingest.reading import Progress
from ingest.report import CHECK, CheckReport, WorseAnswer
from ingest.vectors import QuestionVectors

_MOST = 300  # questions
_SECONDS = 18.0  # then the questions that are left are not asked, if
_ENOUGH = 100  # so many were
_FIRST = 5  # a page among so many counts as found
# A page of which little but the title is left is still found, but less likely to answer, the content at large being as
# it was: the log odds fall by more than this for 97, 91 and 82 of 100 pages of three glossaries (MDN, Glosario, Python)
# of which a menu was left. With all pages of another set added they fall by at most 0.84, in most of six sets by less
# than a quarter.
_FALL = 1.0
_FEWEST = 3  # so many worse answers may be chance, whatever their share


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How to check: more than ``share`` of worse answers hold a snapshot back, unless ``force`` is given.

    A source that loses more than ``lost_share`` of its pages is itself held back. From the score ``threshold`` on, the
    service claims an answer. Questions asked in the last ``days`` are replayed.
    """

    threshold: float = 0.35
    share: float = 0.05
    lost_share: float = 0.3
    days: int = 7
    force: bool = False


def check(
    before: Snapshot | None,
    after: Snapshot,
    embedder: Embedder,
    asked: Sequence[AskedQuestion],
    vectors: QuestionVectors,
    options: CheckOptions,
    progress: Progress,
) -> CheckReport:
    """Ask both snapshots what the pages that stay answered before; without a ``before``, the new one alone.

    A page that left takes its questions along. Where another model made ``before``, only questions of which that
    model's vectors are remembered are compared.
    """
    report = CheckReport()
    deadline = time.monotonic() + _SECONDS
    pages = set(after.catalog.keys()) & set((before or after).catalog.keys())
    chosen = probes(before or after, asked, pages, _MOST)
    if not chosen:
        return report
    now, then = _Asked(after), _Asked(before) if before else None
    models = [before.manifest.model] if before else []
    new = vectors.embed([probe.question for probe in chosen], embedder, models)
    same = before is None or before.manifest.model.sha256 == embedder.card.sha256
    old = new if same else vectors.known(models[0])
    fall = _FALL if models == [embedder.card] else math.inf  # scores of two models tell no more than what is claimed
    for number, probe in enumerate(chosen):
        if number >= _ENOUGH and time.monotonic() > deadline:
            break
        progress(CHECK, number, len(chosen))
        answer = now.ask(probe, new[probe.question])
        report.asked += 1
        report.found += answer.is_found
        if then is None or probe.question not in old:
            continue
        earlier = then.ask(probe, old[probe.question])
        report.compared += 1
        if same:
            answer = replace(answer, score=answer.found.best_among(earlier.found))
        if answer.is_worse(earlier, options.threshold, fall):
            both = (earlier.rank, answer.rank), (round(earlier.score, 3), round(answer.score, 3))
            report.worse.append(WorseAnswer(probe.question, *probe.page, *both))
    progress(CHECK, len(chosen), len(chosen))
    many = len(report.worse) >= _FEWEST and len(report.worse) > options.share * report.compared
    report.held = many and not options.force
    return report


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was ``found`` for a probe, the rank of its page, None where it is not among that, and the best score."""

    found: Found
    rank: int | None
    score: float

    @property
    def is_found(self) -> bool:
        return self.rank is not None and self.rank <= _FIRST

    def is_worse(self, earlier: _Answer, threshold: float, fall: float) -> bool:
        """Whether the page is lost, its content answers far less well, or an answer is no longer claimed."""
        before, after = log_odds(np.array([earlier.score, self.score])).tolist()
        lost = earlier.is_found and (not self.is_found or before - after > fall)
        return lost or round(earlier.score, 3) >= threshold > round(self.score, 3)


class _Asked:
    """A snapshot that probes are asked of."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._numbers = {key: number for number, key in enumerate(snapshot.catalog.keys())}

    def ask(self, probe: Probe, embedded: Embedded) -> _Answer:
        """Return what becomes of a probe."""
        found = search(self._snapshot, probe.question, embedded, self._among(probe))
        pages = found.page_numbers()
        own = self._numbers[probe.page]
        return _Answer(found, pages.index(own) + 1 if own in pages else None, found.best)

    def _among(self, probe: Probe) -> list[str] | None:
        if probe.among is None:
            return None
        return [name for name in self._snapshot.manifest.collections if name in {*probe.among, probe.page[0]}]
