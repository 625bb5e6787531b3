"""Vectors of questions that are remembered."""

import numpy as np
import pytest

from ingest.vectors import QuestionVectors
from tests.fakes import HashingEmbedder

QUESTIONS = ["What is a kiln?", "Why?", "?"]


@pytest.mark.parametrize("late_interaction", [True, False])
def test_what_is_remembered_is_what_was_embedded(tmp_path, late_interaction):
    embedder = HashingEmbedder(late_interaction=late_interaction)
    first = QuestionVectors(tmp_path).embed(QUESTIONS, embedder)
    again = QuestionVectors(tmp_path).embed(QUESTIONS[::-1], embedder)
    assert embedder.asked == QUESTIONS
    assert list(again) == QUESTIONS[::-1]
    for question in QUESTIONS:
        assert (first[question].vectors == again[question].vectors).all()
        (was,), (now,) = first[question].tokens, again[question].tokens
        assert len(was) == len(now)
        assert (was.ids == now.ids).all()
        assert (was.spans == now.spans).all()
        assert np.array_equal(was.vectors, now.vectors) or not len(was)


def test_only_the_last_questions_are_remembered(tmp_path):
    embedder = HashingEmbedder()
    QuestionVectors(tmp_path).embed(QUESTIONS, embedder)
    QuestionVectors(tmp_path).embed(["What is a lathe?"], embedder)
    assert list(QuestionVectors(tmp_path).known(embedder.card)) == ["What is a lathe?"]


def test_models_are_kept_apart_and_forgotten(tmp_path):
    one, two = HashingEmbedder(), HashingEmbedder(64, name="two")
    vectors = QuestionVectors(tmp_path)
    vectors.embed(QUESTIONS, one)
    assert vectors.embed(QUESTIONS, two, keep=[one.card])["Why?"].vectors.shape == (1, 64)
    assert vectors.known(one.card)["Why?"].vectors.shape == (1, 128)
    vectors.embed(QUESTIONS, two)
    assert vectors.known(one.card) == {}


def test_a_damaged_file_is_no_obstacle(tmp_path):
    embedder = HashingEmbedder()
    QuestionVectors(tmp_path).embed(QUESTIONS, embedder)
    (path,) = (tmp_path / "check").iterdir()
    whole = path.read_bytes()
    for damaged in (b"", b"no archive", whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        assert QuestionVectors(tmp_path).known(embedder.card) == {}
    assert QuestionVectors(tmp_path).embed(QUESTIONS, embedder).keys() == set(QUESTIONS)
