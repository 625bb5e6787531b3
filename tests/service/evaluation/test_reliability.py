"""Scores beside what has an answer."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from service.estimate import share
from service.evaluation import Asked, QueryLine, RunLine, measure
from service.evaluation.reliability import reliability


def measured(scores, answerable):
    queries = [QueryLine(id=str(i), question="?", answerable=can_be) for i, can_be in enumerate(answerable)]
    asked = [Asked(RunLine(str(i), (), None, True), score) for i, score in enumerate(scores)]
    return measure(queries, asked)


def test_by_hand():
    curve = reliability(measured([0.0, 0.25, 0.21, 0.95, 1.0, None], [False, True, False, True, True, True]))
    assert [one.low for one in curve.bins] == [0.0, 0.2, 0.9]
    assert [one.predicted for one in curve.bins] == pytest.approx([0, 0.23, 0.975])
    assert [one.observed for one in curve.bins] == [share([0]), share([1, 0]), share([1, 1])]
    assert curve.error == pytest.approx((0 + 2 * 0.27 + 2 * 0.025) / 5)
    assert curve.questions == 5


def test_the_curve_is_that_of_scikit_learn():
    chance = np.random.default_rng(3)
    scores = chance.beta(0.7, 0.5, 800)
    answerable = chance.random(800) < scores**2
    curve = reliability(measured(scores.tolist(), answerable.tolist()))
    observed, predicted = calibration_curve(answerable, scores, n_bins=10)
    assert [one.observed.value for one in curve.bins] == pytest.approx(observed)
    assert [one.predicted for one in curve.bins] == pytest.approx(predicted)


def test_one_sort_of_questions_says_nothing_of_reliability():
    assert reliability(measured([0.2, 0.9], [True, True])) is None
    assert reliability(measured([0.2, 0.9], [False, False])) is None
    assert reliability(measured([None, 0.9], [True, False])) is None
    assert reliability([]) is None
