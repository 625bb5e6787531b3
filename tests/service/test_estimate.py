"""Intervals, beside published ones and those of theory."""

import numpy as np
import pytest

from service.estimate import balanced_accuracy, mean, median, resampled, share


def shares(ones, of):
    return [1.0] * ones + [0.0] * (of - ones)


# Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods", 1998, table I,
# method 3.
@pytest.mark.parametrize(
    ("ones", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_the_published_one(ones, of, low, high):
    found = share(shares(ones, of))
    assert found.value == ones / of
    assert found.interval == pytest.approx((low, high), abs=5e-5)
    assert mean(shares(ones, of)) == found


# Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods", 1998,
# table II, method 10.
@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1)],
)
def test_the_interval_of_balanced_accuracy_is_that_of_the_published_difference(right, wrong, low, high):
    found = balanced_accuracy(shares(*right), shares(*wrong))
    assert found.value == pytest.approx((1 + right[0] / right[1] - wrong[0] / wrong[1]) / 2)
    assert found.interval == pytest.approx(((1 + low) / 2, (1 + high) / 2), abs=5e-5)
    assert found.questions == right[1] + wrong[1]


def test_the_interval_of_a_mean_is_that_of_theory_where_questions_are_many():
    values = np.random.default_rng(1).beta(4, 2, 600)
    found = mean(values.tolist())
    spread = 1.96 * values.std() / len(values) ** 0.5
    assert found.value == pytest.approx(values.mean())
    assert found.interval == pytest.approx((values.mean() - spread, values.mean() + spread), abs=0.05 * spread)


def test_the_interval_of_a_mean_near_one_reaches_further_down_than_up():
    # Plain percentiles give 0.9949 to 1 here, as if 297 questions could tell a half answer from two.
    low, high = mean([1.0] * 296 + [0.5]).interval
    assert low == pytest.approx(0.9916, abs=5e-4)
    assert high == 1


def test_the_interval_of_a_median_holds_as_many_values_as_theory_says():
    values = np.arange(1, 402)
    found = median(values.tolist())
    assert found.value == 201
    low, high = found.interval  # the order statistics n/2 ± 1.96 √n/2 (Conover 1980)
    assert low == pytest.approx(201 - 1.96 * 401**0.5 / 2, abs=2)
    assert high == pytest.approx(201 + 1.96 * 401**0.5 / 2, abs=2)


def test_the_same_values_give_the_same_interval():
    values = [0.1, 0.5, 0.63, 1.0, 0.0]
    assert mean(values) == mean(values)


def test_too_little_to_draw_from():
    assert mean([0.63]).interval is None
    assert median([12]).interval is None
    assert resampled(np.mean, [0.1, 0.2], [0.3]) is None
    assert resampled(np.mean, [0.0, 0.0, 0.0]) == (0, 0), "what never differs will not when drawn anew"
    assert share([1.0]).interval == pytest.approx((0.2065, 1), abs=5e-5)
