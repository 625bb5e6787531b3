"""Alignment: softmax over tokens, and tokens merged into words."""

from __future__ import annotations

import numpy as np
import pytest

from content.alignment import align, words_of


def texts(words):
    return [word.text for word in words]


def test_words_keep_what_belongs_to_them():
    text = "Don't use all-MiniLM-L6-v2, e.g. 1,000 times."
    words = words_of(text)
    assert texts(words) == ["Don't", "use", "all-MiniLM-L6-v2", "e.g", "1,000", "times"]
    assert all(text[word.start : word.end] == word.text for word in words)


def test_scripts_without_spaces_are_cut_into_characters():
    assert texts(words_of("GPU 的 注意力")) == ["GPU", "的", "注", "意", "力"]


def test_the_weights_are_the_softmax_of_the_similarities_and_of_nothing():
    near = np.array([[0.9], [0.8], [0.1]], np.float32)
    found = align("who", np.array([(0, 3)]), "he said so", np.array([(0, 2), (3, 7), (8, 10)]), near)
    odds = np.exp(np.array([0.9, 0.8, 0.1, 0.45]) / 0.05)
    np.testing.assert_allclose(found.weights, [(odds / odds.sum())[:3]], atol=1e-4)


def test_what_nothing_is_near_to_lights_up_nothing():
    near = np.full((4, 1), 0.1, np.float32)
    found = align("why", np.array([(0, 3)]), "a b c d", np.array([(0, 1), (2, 3), (4, 5), (6, 7)]), near)
    assert sum(found.weights[0]) < 0.01


def test_pieces_are_added_up_in_the_passage_and_averaged_in_the_question():
    # "un|known" and "em|bed"; the mark at the end is a token but no word.
    near = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.1]], np.float32)
    found = align("unknown", np.array([(0, 2), (2, 7)]), "embed.", np.array([(0, 2), (2, 5), (5, 6)]), near)
    assert texts(found.passage_tokens) == ["embed"]
    assert found.weights[0][0] == pytest.approx(0.5, abs=0.01)  # one piece finds both pieces, the other finds nothing


def test_a_token_over_several_characters_is_shared_by_them():
    found = align("力", np.array([(0, 1)]), "注意", np.array([(0, 2)]), np.array([[0.9]], np.float32))
    assert found.weights[0] == pytest.approx((0.5, 0.5), abs=0.01)


def test_rows_never_add_up_to_more_than_one():
    chance = np.random.default_rng(1)
    passage = " ".join(["word"] * 40)
    spans = np.array([(5 * i, 5 * i + 4) for i in range(40)])
    found = align("a b", np.array([(0, 1), (2, 3)]), passage, spans, chance.uniform(0, 1, (40, 2)).astype(np.float32))
    assert all(sum(row) <= 1 for row in found.weights)
    assert len(found.weights) == 2
    assert all(len(row) == 40 for row in found.weights)


def test_words_without_a_token_have_no_weight():
    # The model reads no further than its window.
    found = align("a b", np.array([(0, 1)]), "x y", np.array([(0, 1)]), np.array([[0.9]], np.float32))
    assert found.weights[1] == (0, 0)
    assert found.weights[0][1] == 0
