import random

import bm25s
import numpy as np
import pytest

from content.lexical import LexicalIndex, highest
from content.lexicalwriter import LexicalWriter, WordCounts

PASSAGES = [["attent", "weight", "attent"], ["weight"], [], ["lead", "form"]]


def written(folder, passages, former=None, kept=()):
    """Write the index of passages, behind those of these rows of another one."""
    folder.mkdir()
    writer = LexicalWriter(folder, former)
    for rows in kept:
        writer.take(rows)
    writer.add(passages)
    writer.finish()
    return LexicalIndex.open(folder)


def every(index, stems):
    """The scores of all passages."""
    return index.scores(stems, np.arange(len(index)))


@pytest.fixture
def index(tmp_path):
    return written(tmp_path / "index", PASSAGES)


def test_scores_are_between_zero_and_one_and_best_where_rare_words_are(index):
    scores = every(index, ["attent", "weight"])
    assert scores.shape == (4,)
    assert scores[0] == scores.max() < 1
    assert scores[2] == scores[3] == 0


def test_bm25_as_defined(index):
    # Lucene's variant: idf · tf / (tf + k1 · (1 - b + b · length / mean length)), over the sum of idf.
    lengths = [3, 1, 1, 2]  # the empty passage is indexed with one word that no question holds
    mean = sum(lengths) / 4
    idf = np.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    expected = 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / mean))
    assert every(index, ["attent"])[0] == pytest.approx(expected, rel=1e-5)
    assert index.idf("attent") == pytest.approx(idf)


def test_words_that_no_passage_holds_lower_the_score(index):
    assert every(index, ["lead", "unheard"])[3] < every(index, ["lead"])[3]
    assert index.idf("unheard") > index.idf("lead") > index.idf("weight")


def test_no_known_word_and_no_word(index):
    assert not every(index, ["unheard"]).any()
    assert not every(index, []).any()


def test_known_is_the_share_of_stems_that_any_passage_holds(tmp_path):
    index = written(tmp_path / "index", [["apple", "pear"], ["plum"]])
    assert index.known({"apple", "plum"}) == 1
    assert index.known({"apple", "melon"}) == 0.5
    assert index.known(set()) == 0


def many(count, seed=1):
    """Passages whose words are as unevenly frequent as those of a language."""
    chance = random.Random(seed)
    return [[f"w{int(chance.paretovariate(0.6)) % 5000}" for _ in range(chance.randrange(0, 40))] for _ in range(count)]


def test_scores_are_those_of_bm25s(tmp_path):
    passages = many(6000)
    index = written(tmp_path / "index", passages)
    oracle = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    vocabulary = {}
    numbered = [[vocabulary.setdefault(stem, len(vocabulary)) for stem in one or ["none"]] for one in passages]
    oracle.index((numbered, vocabulary), show_progress=False)
    assert len(index) == 6000
    for stem in ["w1", "w2", "w77", "w900"]:
        expected = oracle.get_scores_from_ids([vocabulary[stem]]) / index.idf(stem)
        assert every(index, [stem]) == pytest.approx(expected, rel=1e-6)


def test_what_is_taken_over_is_what_reading_it_again_would_give(tmp_path):
    passages = many(9000)
    written(tmp_path / "first", passages)
    former = WordCounts.open(tmp_path / "first")
    kept = [range(20, 4500), range(4600, 4601), range(100, 100), range(7000, 9000)]
    new = many(50, seed=2)
    written(tmp_path / "taken", new, former, kept)
    written(tmp_path / "read", [*(passages[row] for rows in kept for row in rows), *new])
    names = sorted(path.name for path in (tmp_path / "read").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "taken").iterdir())
    for name in names:
        assert (tmp_path / "taken" / name).read_bytes() == (tmp_path / "read" / name).read_bytes(), name


def test_words_that_only_left_passages_held_are_unknown(tmp_path):
    written(tmp_path / "first", PASSAGES)
    index = written(tmp_path / "second", [["new"]], WordCounts.open(tmp_path / "first"), [range(1, 3)])
    assert "attent" not in index
    assert index.known({"weight", "new", "lead"}) == pytest.approx(2 / 3)


@pytest.mark.parametrize("length", [0, 7, 100, 5_000, 25_600, 60_001])
@pytest.mark.parametrize("share", [0, 0.001, 0.5, 1])
def test_the_highest_are_those_of_a_full_sort(length, share):
    drawn = np.random.default_rng(length)
    scores = np.where(drawn.random(length) < share, drawn.random(length).round(3), 0).astype(np.float32)
    found = highest(scores, 100)
    assert len(set(found.tolist())) == len(found)
    expected = np.sort(scores[scores > 0])[::-1][:100]
    assert np.sort(scores[found])[::-1].tolist() == expected.tolist()


@pytest.mark.parametrize(
    "among", [None, [range(45_000)], [range(10, 30_000), range(41_000, 60_000)], [range(7, 20)], []]
)
@pytest.mark.parametrize(
    "stems", [["w4999"], ["w1", "w2"], ["w3", "w9", "w350", "w2400"], ["w5", "w7", "w7"], ["none"], []]
)
def test_the_nearest_are_those_of_all_scores(large, stems, among):
    scores = every(large, stems)
    allowed = np.zeros(len(large), bool)
    for rows in [range(len(large))] if among is None else among:
        allowed[rows.start : rows.stop] = True
    expected = np.sort(scores[allowed & (scores > 0)])[::-1][:100]
    found = large.nearest(stems, 100, among)
    assert allowed[found].all()
    assert len(set(found.tolist())) == len(found)
    assert np.sort(scores[found])[::-1] == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return written(tmp_path_factory.mktemp("large") / "index", many(60_000))
