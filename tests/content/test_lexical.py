import numpy as np
import pytest

from content.lexical import LexicalIndex

PASSAGES = [["attent", "weight", "attent"], ["weight"], [], ["lead", "form"]]


@pytest.fixture(params=["built", "opened"])
def index(request, tmp_path):
    built = LexicalIndex.build(PASSAGES)
    if request.param == "built":
        return built
    built.save(tmp_path)
    return LexicalIndex.open(tmp_path)


def test_scores_are_between_zero_and_one_and_best_where_rare_words_are(index):
    scores = index.scores(["attent", "weight"])
    assert scores.shape == (4,)
    assert scores[0] == scores.max() < 1
    assert scores[2] == scores[3] == 0


def test_bm25_as_defined(index):
    # Lucene's variant: idf · tf / (tf + k1 · (1 - b + b · length / mean length)), over the sum of idf.
    lengths = [3, 1, 1, 2]  # the empty passage is indexed with one word that no question holds
    mean = sum(lengths) / 4
    idf = np.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    expected = 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / mean))
    assert index.scores(["attent"])[0] == pytest.approx(expected, rel=1e-5)
    assert index.idf("attent") == pytest.approx(idf)


def test_words_that_no_passage_holds_lower_the_score(index):
    assert index.scores(["lead", "unheard"])[3] < index.scores(["lead"])[3]
    assert index.idf("unheard") > index.idf("lead") > index.idf("weight")


def test_no_known_word_and_no_word(index):
    assert not index.scores(["unheard"]).any()
    assert not index.scores([]).any()


def test_known_is_the_share_of_stems_that_any_passage_holds():
    index = LexicalIndex.build([["apple", "pear"], ["plum"]])
    assert index.known({"apple", "plum"}) == 1
    assert index.known({"apple", "melon"}) == 0.5
    assert index.known(set()) == 0
