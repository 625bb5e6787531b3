"""The weights that ship, and what they do."""

from __future__ import annotations

import numpy as np
import pytest

from content.rank import SIGNALS, Signals, coverage, near_duplicates, overlap, ranking, scores

BOTH = pytest.mark.parametrize("with_tokens", [True, False])


def signals(**given: list[float]) -> Signals:
    count = len(next(iter(given.values())))
    return Signals(*(np.array(given.get(name, [0.0] * count), np.float32) for name in SIGNALS))


@BOTH
def test_the_weights_that_ship_are_of_signals_that_exist(with_tokens):
    weights = ranking(with_tokens)
    assert weights.fit.keys() | weights.confidence.keys() <= set(SIGNALS)
    assert ("tokens" in weights.fit) == with_tokens


@BOTH
@pytest.mark.parametrize("name", ["meaning", "words", "title_words", "title_meaning", "term", "asked", "defines"])
def test_more_of_a_signal_is_a_better_fit(with_tokens, name):
    better, worse = ranking(with_tokens).fits(signals(**{name: [0.9, 0.1]}))
    assert better > worse


@BOTH
def test_confidence_is_a_probability_that_tells_a_match_from_none(with_tokens):
    match = {"meaning": 0.8, "words": 0.8, "title_words": 1.0, "term": 1.0, "known": 1.0, "usual": 0.2}
    given = {name: [value, 0.05] for name, value in match.items()} | {"alike": [0.4, 0.4]}
    found, none = ranking(with_tokens).confidences(signals(**given))
    assert 0 < none < 0.05
    assert 0.95 < found < 1


def test_scores_begin_with_the_confidence_and_fall_by_the_odds():
    best = np.array([0.8], np.float32)
    found = scores(np.array([3.0, 3.0, 2.0], np.float32), best)
    assert found[:2] == pytest.approx([0.8, 0.8])
    assert found[2] / (1 - found[2]) == pytest.approx(4 / np.e, rel=1e-4)
    assert len(scores(np.empty(0, np.float32), np.empty(0, np.float32))) == 0


def test_signals_of_some_passages():
    assert signals(meaning=[0.1, 0.2, 0.3]).at(np.array([2, 0])).meaning == pytest.approx([0.3, 0.1])


def weigh(stem: str) -> float:
    return {"rare": 3.0}.get(stem, 1.0)


def test_overlap_is_the_product_of_both_shares():
    assert overlap({"a", "b"}, {"a", "b"}, weigh) == 1
    assert overlap({"a", "b"}, {"a"}, weigh) == pytest.approx(0.5)
    assert overlap({"a", "rare"}, {"rare"}, weigh) == pytest.approx(0.75)
    assert overlap({"a"}, {"b"}, weigh) == overlap(set(), set(), weigh) == 0


def test_coverage_counts_by_weight():
    assert coverage({"a", "rare"}, {"rare", "other"}, weigh) == pytest.approx(0.75)
    assert coverage(set(), {"a"}, weigh) == 0


def test_near_duplicates():
    words = [f"w{i}" for i in range(20)]
    assert near_duplicates([words, words[:19], words[:10], words[::-1]]) == [False, True, False, True]
