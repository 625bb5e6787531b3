"""Figures of measured questions, beside those of the public scorer."""

import json
import random
import subprocess
import sys
from dataclasses import asdict

import pytest

from service.evaluation import Asked, QueryLine, RunLine, by_kind, figures, measure, read_queries
from tests.conftest import SHARED

SCORE = SHARED / "evaldata" / "score.py"
THEIR_NAMES = {
    "recall_at_1": "recall@1", "recall_at_5": "recall@5", "recall_at_10": "recall@10", "mrr_at_10": "mrr@10",
    "ndcg_at_10": "ndcg@10", "answer_contains": "contains", "answer_f1": "f1",
    "refusal_balanced_accuracy": "refusal_balanced_acc", "refusal_recall": "refusal_recall",
    "over_refusal": "over_refusal",
}  # fmt: skip

QUERIES = [
    QueryLine(id="1", question="a", relevant=("p1",), answers=("In 2014", "2014"), kind="easy"),
    QueryLine(id="2", question="b", relevant=("p1", "p2"), answers=("the cat",), kind="hard"),
    QueryLine(id="3", question="c", answerable=False, kind="absent"),
    QueryLine(id="4", question="d", answerable=False),
    QueryLine(id="5", question="e", relevant=("p9",), answers=("x y z",), kind="hard"),
]
LINES = [
    RunLine("1", ("p1", "p2"), "It was in 2014.", False),
    RunLine("2", ("p3", "p2", "p1"), "A cat sat.", False),
    RunLine("3", ("p1",), None, True),
    RunLine("4", ("p1",), "wrong", False),
    RunLine("5", ("p1", "p2", "p3", "p4", "p5", "p9"), None, True),
]
ASKED = [Asked(line) for line in LINES]


def test_figures_by_hand():
    found = figures(measure(QUERIES, ASKED))
    by_hand = {
        "recall_at_1": 1 / 3, "recall_at_5": 2 / 3, "mrr_at_10": (1 + 1 / 2 + 1 / 6) / 3, "answer_contains": 2 / 3,
        "answer_words_median": 3, "refusal_balanced_accuracy": (1 / 2 + 1 - 1 / 3) / 2, "refusal_recall": 1 / 2,
        "over_refusal": 1 / 3,
    }  # fmt: skip
    for name, value in by_hand.items():
        assert found[name].value == pytest.approx(value), name
        low, high = found[name].interval
        assert low <= found[name].value <= high, name
        assert low < high, name
    assert (found["recall_at_1"].questions, found["refusal_recall"].questions) == (3, 2)
    assert found["refusal_balanced_accuracy"].questions == 5


def test_nothing_to_measure_is_no_figure():
    assert figures(measure(QUERIES[2:3], ASKED[2:3])).keys() == {"refusal_recall"}
    assert figures([]) == {}


def test_questions_that_are_not_in_the_run_are_left_out():
    assert [one.id for one in measure(QUERIES, ASKED[1:3])] == ["2", "3"]


def test_by_kind():
    kinds = by_kind(measure(QUERIES, ASKED))
    assert {kind: [one.id for one in these] for kind, these in kinds.items()} == {
        "easy": ["1"], "hard": ["2", "5"], "absent": ["3"],
    }  # fmt: skip
    assert figures(kinds["hard"])["mrr_at_10"].value == pytest.approx((1 / 2 + 1 / 6) / 2)


def test_scores_are_held_against_what_has_an_answer():
    scores = (0.95, 0.95, 0.15, 0.15, 0.55)
    asked = [Asked(line, score) for line, score in zip(LINES, scores, strict=True)]
    error = figures(measure(QUERIES, asked))["calibration_error"]
    assert error.value == pytest.approx((2 * 0.05 + 2 * 0.15 + 0.45) / 5)
    assert "calibration_error" not in figures(measure(QUERIES, ASKED)), "a run file keeps no scores"


def _public(queries, lines, tmp_path, *options):
    (tmp_path / "queries.jsonl").write_text("".join(query.model_dump_json() + "\n" for query in queries))
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines))
    command = [
        sys.executable, str(SCORE), "--queries", str(tmp_path / "queries.jsonl"), "--run", str(tmp_path / "run.jsonl"),
        "--json", *options,
    ]  # fmt: skip
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _random_lines(queries, seed):
    """Runs as they might be: relevant pages among others, some twice, gold answers in other words, some refused."""
    chance = random.Random(seed)
    pages = sorted({page for query in queries for page in query.relevant})
    for query in queries:
        retrieved = [*query.relevant, *chance.choices(pages, k=12)]
        chance.shuffle(retrieved)
        said = f"So {chance.choice(query.answers)}, they say." if query.answers and chance.random() < 0.7 else "No."
        refused = chance.random() < (0.2 if query.answerable else 0.6)
        yield RunLine(query.id, tuple(retrieved), None if refused and chance.random() < 0.9 else said, refused)


def _agree(ours, theirs):
    for mine, name in THEIR_NAMES.items():
        if theirs[name] is None:
            assert mine not in ours, name
        else:
            assert ours[mine].value == pytest.approx(theirs[name], abs=1e-4), name


@pytest.mark.skipif(not SCORE.is_file(), reason=f"the public scorer is not at {SCORE}")
def test_figures_agree_with_the_public_scorer(tmp_path):
    _agree(figures(measure(QUERIES, ASKED)), _public(QUERIES, LINES, tmp_path)["all"])


@pytest.mark.parametrize("name", ["glossary_mdn", "squad2", "mtrag"])
def test_figures_agree_with_the_public_scorer_on_its_own_questions(evaldata, tmp_path, name):
    queries = read_queries(evaldata / name / "dev" / "queries.jsonl")
    lines = list(_random_lines(queries, seed=7))
    measured = measure(queries, [Asked(line) for line in lines])
    theirs = _public(queries, lines, tmp_path, "--by", "kind")
    _agree(figures(measured), theirs["all"])
    kinds = by_kind(measured)
    assert len(kinds) == (4 if name == "glossary_mdn" else 0)
    for kind, these in kinds.items():
        _agree(figures(these), theirs[f"kind={kind}"])
