"""Topics: the questions that mean the same, whatever their words.

Every distinct question counts once here, however often it was asked, so that a popular wording does not draw others to
it. Its vector is the one that it was searched for with (``content.search.Found.vector``), so nothing is embedded twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from content.embedding import Vectors, unit
from content.model import is_question
from content.snapshot import Snapshot
from service.learn.clusters import Labels, average_linked

# The mean similarity from which questions are one topic, measured on stackfaq; other sets are beside it in
# tests/bench/RESULTS.md.
THRESHOLD = 0.55
# A mean of so many vectors would still be mostly chance, and counts half.
_FEW = 10
_SAMPLE = 2000  # passages, evenly spread, that the mean is taken of
# A topic's label is one of its questions that are this near to its middle, as a share of the nearest.
_CENTRAL = 0.9
_LEAST_WORDS = 3  # a question of fewer words is mostly a bare name


@dataclass(frozen=True, slots=True)
class Question:
    """A distinct question, how often it was asked, and its topic; None until it has one."""

    text: str
    asked: int
    topic: int | None


def centre_of(snapshot: Snapshot) -> Vectors:
    """Return what all of the content speaks of: the mean vector of its passages, shrunk where they are few.

    Every question of a site shares it, so what tells questions apart is what differs from it.
    """
    passages = snapshot.manifest.passages
    rows = np.arange(0, passages, max(1, passages // _SAMPLE))
    return np.asarray(snapshot.vectors.vectors(rows).sum(axis=0) / (len(rows) + _FEW), np.float32)


def topics_of(questions: Sequence[Question], vectors: Vectors, centre: Vectors) -> list[int]:
    """Return the topic of each question; those without one join a topic or found one.

    Topics that a new question shows to be one are made one, under the number of the larger. ``vectors`` has a row for
    each question. Fast enough to be called for every batch of new questions.
    """
    known = [question.topic for question in questions]
    _, dense = np.unique([-1 if topic is None else topic for topic in known], return_inverse=True)
    started = dense - 1 if None in known else dense
    return _renamed(average_linked(_apart(vectors, centre), THRESHOLD, started.astype(np.int64)), questions)


def regrouped(questions: Sequence[Question], vectors: Vectors, centre: Vectors) -> list[int]:
    """Return the topic of each question, found anew from all of them, as it should be now and then.

    The result depends on no order in which questions came. A topic keeps its number where most of it stays together.
    """
    return _renamed(average_linked(_apart(vectors, centre), THRESHOLD), questions)


def label(questions: Sequence[Question], vectors: Vectors) -> str:
    """Return the question of a topic that best stands for it: one near its middle, asked often, and short.

    ``vectors`` has a row for each of the questions, which are those of one topic.
    """
    nearness = vectors @ unit(vectors.mean(axis=0, keepdims=True))[0]
    central = np.flatnonzero(nearness >= _CENTRAL * nearness.max())
    return min((questions[i] for i in central.tolist()), key=_clumsiness).text


def _clumsiness(question: Question) -> tuple[bool, bool, int, int, str]:
    bare = len(question.text.split()) < _LEAST_WORDS
    return bare, not is_question(question.text), -question.asked, len(question.text), question.text


def _apart(vectors: Vectors, centre: Vectors) -> Vectors:
    """Return what sets each question apart from all that the site speaks of."""
    return unit(vectors - centre)


def _renamed(clusters: Labels, questions: Sequence[Question]) -> list[int]:
    """Return a topic for each question: its cluster under the number of the topic that most of it had.

    A number goes to one cluster alone, the one that holds most of it; the rest get new numbers.
    """
    shared: dict[tuple[int, int], int] = {}
    for cluster, question in zip(clusters.tolist(), questions, strict=True):
        if question.topic is not None:
            shared[cluster, question.topic] = shared.get((cluster, question.topic), 0) + 1
    names: dict[int, int] = {}
    taken: set[int] = set()
    for (cluster, topic), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if cluster not in names and topic not in taken:
            names[cluster] = topic
            taken.add(topic)
    fresh = max((question.topic for question in questions if question.topic is not None), default=0) + 1
    for cluster in dict.fromkeys(clusters.tolist()):
        if cluster not in names:
            names[cluster] = fresh
            fresh += 1
    return [names[cluster] for cluster in clusters.tolist()]
