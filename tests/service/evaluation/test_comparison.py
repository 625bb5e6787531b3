"""What got better and what got worse between two runs."""

import random

import pytest

from service.evaluation import Asked, QueryLine, RunLine, compare, figures, measure
from service.evaluation.comparison import Change
from service.model import Outcome

QUERIES = [
    QueryLine(id="1", question="ranked better", relevant=("p",), kind="a"),
    QueryLine(id="2", question="not refused any more, and ranked worse", relevant=("p",), kind="a"),
    QueryLine(id="3", question="not refused any more, wrongly", answerable=False, kind="b"),
    QueryLine(id="4", question="as before", relevant=("p",), answers=("yes",)),
]
BEFORE = [
    RunLine("1", ("x", "p"), "said", False),
    RunLine("2", ("p", "x"), None, True),
    RunLine("3", ("x",), None, True),
    RunLine("4", ("p",), "yes", False),
]
AFTER = [
    RunLine("1", ("p", "x"), "said", False),
    RunLine("2", ("x", "p"), "said", False),
    RunLine("3", ("x",), "said", False),
    RunLine("4", ("p",), "oh yes", False),
]


def measured(lines, queries=QUERIES):
    return measure(queries, [Asked(line) for line in lines])


def test_questions_that_got_better_and_worse():
    found = compare(measured(BEFORE), measured(AFTER))
    better = {one.id: one.changes for one in found.better}
    worse = {one.id: one.changes for one in found.worse}
    assert better == {
        "2": (Change("over_refusal", 1, 0),),
        "1": (
            Change("recall_at_1", 0, 1), Change("mrr_at_10", 0.5, 1), Change("ndcg_at_10", pytest.approx(0.6309, abs=1e-4), 1),
        ),
    }  # fmt: skip
    assert list(worse) == ["2", "3", "4"], "those of like size stay in the order of the questions"
    assert worse["3"] == (Change("refusal_recall", 1, 0),)
    assert worse["4"] == (Change("answer_f1", 1, pytest.approx(2 / 3)),)
    assert [change.figure for change in worse["2"]] == ["recall_at_1", "mrr_at_10", "ndcg_at_10"]
    assert found.worse[0].question == QUERIES[1].question
    assert found.worse[0].kind == "a"


def test_differences_are_those_of_the_figures():
    before, after = measured(BEFORE), measured(AFTER)
    found = compare(before, after)
    for name, one in found.differences.items():
        assert (one.before, one.after) == (figures(before)[name].value, figures(after)[name].value), name
    assert found.differences["over_refusal"].before == pytest.approx(1 / 3)
    assert found.differences["refusal_balanced_accuracy"].after == 0.5
    assert found.kinds.keys() == {"a", "b"}
    assert found.kinds["a"]["over_refusal"].before == 0.5
    assert found.differences["answer_words_median"].interval is None
    assert found.differences["refusal_recall"].interval is None, "of one question"


def test_only_questions_in_both_runs_are_compared():
    found = compare(measured(BEFORE[:2]), measured(AFTER[1:]))
    assert found.questions == 1
    assert found.differences["recall_at_1"].before == 1
    assert not compare(measured(BEFORE[:2]), measured(AFTER[2:])).differences


def test_the_same_run_differs_in_nothing():
    found = compare(measured(AFTER), measured(AFTER))
    assert found.better == found.worse == ()
    assert {one.interval for one in found.differences.values()} == {None, (0.0, 0.0)}
    assert {one.verdict for one in found.differences.values()} == {None}


def many(rank_1, refused, seed=5, questions=300):
    """Runs of many questions: the relevant page first in so many of them, the others second; so many refused."""
    chance = random.Random(seed)
    for i in range(questions):
        yield RunLine(str(i), ("p", "x") if chance.random() < rank_1 else ("x", "p"), None, chance.random() < refused)


def test_verdicts_tell_what_chance_alone_does_not():
    queries = [QueryLine(id=str(i), question="?", relevant=("p",), answerable=i % 3 > 0) for i in range(300)]
    # The same chances, so that what was first before is first after, and some more: the questions pair off.
    low, high = measured(many(0.5, 0.3), queries), measured(many(0.56, 0.2), queries)
    up, down = compare(low, high).differences, compare(high, low).differences
    assert (up["ndcg_at_10"].verdict, down["ndcg_at_10"].verdict) == ("better", "worse")
    assert (up["over_refusal"].verdict, down["over_refusal"].verdict) == ("better", "worse")
    assert (up["refusal_recall"].verdict, down["refusal_recall"].verdict) == ("worse", "better")
    # Other questions, drawn anew, with the same chances: no verdict, although the figures differ more.
    drawn = compare(low, measured(many(0.5, 0.3, seed=8), queries)).differences
    assert drawn["ndcg_at_10"].before != drawn["ndcg_at_10"].after
    assert {one.verdict for one in drawn.values()} == {None}
    # An interval of the difference of pairs is narrower than those of the figures by themselves.
    rise = up["ndcg_at_10"].interval
    alone = figures(low)["ndcg_at_10"].interval
    assert rise[1] - rise[0] < (alone[1] - alone[0]) / 2


def test_the_interval_of_balanced_accuracy_is_drawn_from_both_sorts_of_questions():
    queries = [QueryLine(id=str(i), question="?", answerable=i % 2 > 0) for i in range(200)]
    before = [RunLine(str(i), (), None, i % 4 == 0) for i in range(200)]
    after = [RunLine(str(i), (), None, i % 2 == 0) for i in range(200)]
    one = compare(measured(before, queries), measured(after, queries)).differences["refusal_balanced_accuracy"]
    assert (one.before, one.after, one.verdict) == (0.75, 1.0, "better")
    # Half of a share of 1/2 of 100 questions: its standard error is 0.025.
    assert one.interval == pytest.approx((0.25 - 1.96 * 0.025, 0.25 + 1.96 * 0.025), abs=0.005)


def test_what_a_run_file_does_not_say_is_not_compared():
    query = QueryLine(id="1", question="why", relevant=("a",))
    line = RunLine("1", ("a",), "because", False)
    (told,), (live,) = measure([query], [Asked(line)]), measure([query], [Asked(line, 0.5, Outcome.ANSWERED)])
    found = compare([told], [live])
    assert "aside" not in found.differences
    assert not found.better
    assert not found.worse
