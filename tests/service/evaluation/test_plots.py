"""Recall by depth, and the drawings of it and of reliability."""

import struct
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from content.errors import ConfigurationError
from service.evaluation import Asked, QueryLine, RunLine, measure
from service.evaluation.plots import draw_recall, draw_reliability, prepare
from service.evaluation.recall import recall_curves
from service.evaluation.reliability import reliability

PAGES = tuple(f"p{i}" for i in range(20))


def measured(count=12):
    queries = [
        QueryLine(
            id=str(i),
            question="?",
            relevant=() if i % 4 == 3 else (f"p{i}", "p0"),
            answerable=i % 4 != 3,
            kind="odd" if i % 2 else "even",
        )
        for i in range(count)
    ]
    return measure(queries, [Asked(RunLine(str(i), PAGES, "said", False), i / count) for i in range(count)])


def test_recall_by_depth():
    curves = recall_curves(measured(3))
    assert list(curves) == ["all questions", "even", "odd"]
    assert [one.value for one in curves["all questions"]] == pytest.approx([2 / 3, 5 / 6, *[1] * 18])
    assert [one.value for one in curves["odd"]] == pytest.approx([0.5, *[1] * 19])
    assert curves["even"][0].questions == 2
    compared = recall_curves(measured(3), measured(1))
    assert {name: curve[0].questions for name, curve in compared.items()} == {"this run": 1, "before": 1}
    assert list(recall_curves(measured(1))) == ["all questions"], "a single kind is all questions"
    assert recall_curves(measured()[3:4]) == {}


def test_no_more_kinds_are_drawn_than_can_be_told_apart(tmp_path):
    queries = [QueryLine(id=str(i), question="?", relevant=("p0",), kind=str(min(i, 9))) for i in range(12)]
    curves = recall_curves(measure(queries, [Asked(RunLine(str(i), PAGES, None, True)) for i in range(12)]))
    assert list(curves) == ["all questions", "9", "0", "1", "2", "3", "4"]
    assert all(path.stat().st_size for path in draw_recall(curves, tmp_path))


def _said(path):
    """Return the texts of a drawing, which stand as comments beside their shapes."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.parse(path, parser).getroot()
    return {node.text.strip() for node in root.iter(ElementTree.Comment)}


def test_drawings(tmp_path):
    curve = reliability(measured())
    drawn = draw_recall(recall_curves(measured()), tmp_path) + draw_reliability(curve, tmp_path)
    assert [path.name for path in drawn] == ["recall.svg", "recall.png", "reliability.svg", "reliability.png"]
    for path in drawn:
        if path.suffix == ".png":
            signature, width, height = struct.unpack(">8s8xII", path.read_bytes()[:24])
            assert signature == b"\x89PNG\r\n\x1a\n"
            assert min(width, height) >= 600, "enough for print"
    assert {"all questions (9)", "even (6)", "odd (3)", "pages looked at"} <= _said(drawn[0])
    said = _said(drawn[2])
    assert f"Expected calibration error {curve.error:.3f} (12 questions)" in said
    assert {"score of the best passage", "with an answer", "without an answer", "2", "1"} <= said


def test_the_same_measurements_make_the_same_files(tmp_path):
    prepare(tmp_path / "a" / "b")
    prepare(tmp_path / "c")
    for folder in (tmp_path / "a" / "b", tmp_path / "c"):
        draw_reliability(reliability(measured()), folder)
    for name in ("reliability.svg", "reliability.png"):
        assert (tmp_path / "a" / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes()


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ConfigurationError, match="taken: plots cannot be written there"):
        prepare(tmp_path / "taken")
    with pytest.raises(ConfigurationError, match="none: plots cannot be written there"):
        draw_recall(recall_curves(measured()), tmp_path / "none")


def test_without_matplotlib_its_install_line_is_told():
    code = "import sys; sys.modules['matplotlib'] = None; import service.evaluation.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MissingPackage" in done.stderr
    assert "pip install 'glossator[plots]'" in done.stderr
