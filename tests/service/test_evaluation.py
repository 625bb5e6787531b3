import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from content.errors import ConfigurationError
from service.evaluation import QueryLine, RunLine, measure, read_queries

SCORE = Path(__file__).parents[3] / "shared" / "evaldata" / "score.py"

QUERIES = [
    QueryLine(id="1", question="a", relevant=("p1",), answers=("In 2014", "2014")),
    QueryLine(id="2", question="b", relevant=("p1", "p2"), answers=("the cat",)),
    QueryLine(id="3", question="c", answerable=False),
    QueryLine(id="4", question="d", answerable=False),
    QueryLine(id="5", question="e", relevant=("p9",), answers=("x y z",)),
]
LINES = [
    RunLine("1", ("p1", "p2"), "It was in 2014.", False),
    RunLine("2", ("p3", "p2", "p1"), "A cat sat.", False),
    RunLine("3", ("p1",), None, True),
    RunLine("4", ("p1",), "wrong", False),
    RunLine("5", ("p1", "p2", "p3", "p4", "p5", "p9"), None, True),
]


def test_figures_by_hand():
    figures = measure(QUERIES, LINES)
    assert figures.recall_at_1 == pytest.approx(1 / 3)
    assert figures.recall_at_5 == pytest.approx(2 / 3)
    assert figures.mrr_at_10 == pytest.approx((1 + 1 / 2 + 1 / 6) / 3)
    assert figures.answer_contains == pytest.approx(2 / 3)
    assert figures.refusal_balanced_accuracy == pytest.approx((1 / 2 + 1 - 1 / 3) / 2)
    assert figures.over_refusal == pytest.approx(1 / 3)


def test_nothing_to_measure_is_none():
    figures = measure(QUERIES[2:3], LINES[2:3])
    assert figures.recall_at_5 is figures.answer_f1 is figures.over_refusal is None


@pytest.mark.skipif(not SCORE.is_file(), reason=f"the public scorer is not at {SCORE}")
def test_figures_agree_with_the_public_scorer(tmp_path):
    queries, run = tmp_path / "queries.jsonl", tmp_path / "run.jsonl"
    queries.write_text("".join(query.model_dump_json() + "\n" for query in QUERIES))
    run.write_text("".join(json.dumps(asdict(line)) + "\n" for line in LINES))
    command = [sys.executable, str(SCORE), "--queries", str(queries), "--run", str(run), "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["all"]
    ours = measure(QUERIES, LINES)
    for mine, name in (
        (ours.recall_at_1, "recall@1"), (ours.recall_at_5, "recall@5"), (ours.recall_at_10, "recall@10"),
        (ours.mrr_at_10, "mrr@10"), (ours.ndcg_at_10, "ndcg@10"), (ours.answer_contains, "contains"),
        (ours.answer_f1, "f1"), (ours.refusal_balanced_accuracy, "refusal_balanced_acc"), (ours.over_refusal, "over_refusal"),
    ):  # fmt: skip
        assert mine == pytest.approx(theirs[name], abs=1e-4), name


def test_lines_that_are_no_questions_are_named(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "a\\u2028b"}\n\n{"id": 2}\n')
    with pytest.raises(ConfigurationError, match=r"q\.jsonl:3: question"):
        read_queries(path)
    path.write_text('{"id": 1, "question": "a\u2028b"}\n')
    assert read_queries(path)[0].question == "a\u2028b"
    path.write_text("\n")
    with pytest.raises(ConfigurationError, match="no question"):
        read_queries(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_queries(tmp_path / "none")
