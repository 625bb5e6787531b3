"""Late interaction: packed token vectors give the scores that full ones do."""

from __future__ import annotations

import numpy as np
import pytest

from content.embedding import TokenVectors, unit
from content.interaction import PackedTokens, Projection, maxsim
from content.tokens import TokenIndex, TokenWriter

DIMENSION = 384
chance = np.random.default_rng(7)


def tokens(count: int) -> TokenVectors:
    spans = np.array([(4 * i, 4 * i + 3) for i in range(count)], np.int32).reshape(-1, 2)
    vectors = unit(chance.standard_normal((count, DIMENSION)).astype(np.float32))
    return TokenVectors(chance.integers(0, 500, count).astype(np.int32), spans, vectors)


def beside(question: TokenVectors, noise: float) -> TokenVectors:
    """Return a passage whose tokens are those of a question, moved by some noise."""
    moved = question.vectors + noise * unit(chance.standard_normal(question.vectors.shape).astype(np.float32))
    return TokenVectors(question.ids, question.spans, unit(moved))


def write_tokens(folder, passages, projection):
    writer = TokenWriter(folder)
    writer.add(passages)
    writer.finish(projection)


@pytest.fixture
def passages() -> list[TokenVectors]:
    return [tokens(count) for count in (30, 1, 80, 0, 12)]


@pytest.fixture
def index(passages, tmp_path) -> TokenIndex:
    projection = Projection.learn(passages[:3])
    write_tokens(
        tmp_path, [projection.compress(one) if len(one) else PackedTokens.none() for one in passages], projection
    )
    return TokenIndex(tmp_path)


def test_packed_scores_are_near_to_those_of_full_vectors(tmp_path):
    question = tokens(6)
    passages = [beside(question, noise) for noise in (0.2, 0.6, 1.0, 2.0)]
    projection = Projection(np.zeros(DIMENSION, np.float32), Projection.learn(passages).rotation)
    write_tokens(tmp_path, [projection.compress(one) for one in passages], projection)
    found = TokenIndex(tmp_path).scores(question, np.arange(4))
    exact = [(one.vectors @ question.vectors.T).max(axis=0).mean() for one in passages]
    assert found == pytest.approx(exact, abs=0.06)
    assert (np.diff(found) < 0).all()


def test_a_token_takes_128_bytes(passages):
    packed = Projection.learn(passages[:3]).compress(passages[2])
    assert packed.codes.nbytes == 128 * 80


def test_scores_are_of_the_rows_that_were_asked_for(index):
    question = tokens(5)
    rows = np.array([4, 0, 2])
    each = [index.scores(question, rows[i : i + 1])[0] for i in range(3)]
    assert index.scores(question, rows) == pytest.approx(each)


def test_a_passage_or_a_question_without_tokens_scores_nothing(index):
    assert index.scores(tokens(5), np.array([3])).tolist() == [0]
    assert index.scores(TokenVectors.none(), np.array([0, 1])).tolist() == [0, 0]
    assert len(index) == 5


def test_an_interaction_is_the_score_part_by_part(index):
    question = tokens(5)
    whole = index.interaction(question, 0)
    assert whole.similarities.shape == (30, 5)
    assert whole.weights.sum() == pytest.approx(1)
    assert whole.between(0, 10_000) == pytest.approx(index.scores(question, np.array([0]))[0], abs=1e-5)
    assert whole.between(0, 40) <= whole.between(0, 10_000)
    assert whole.between(10_000, 10_001) == 0


def test_rare_tokens_count_more(index):
    common = index.packed(0).ids[0]
    question = TokenVectors(np.array([common, 9999], np.int32), np.zeros((2, 2), np.int32), tokens(2).vectors)
    weights = index.interaction(question, 0).weights
    assert weights[1] > weights[0]


def test_maxsim_is_the_weighted_mean_of_the_best():
    similarities = np.array([[0.1, 0.9], [0.5, 0.3]], np.float32)
    assert maxsim(similarities, np.array([0.25, 0.75], np.float32)) == pytest.approx(0.25 * 0.5 + 0.75 * 0.9)
