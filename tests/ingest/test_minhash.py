import random

import numpy as np
import pytest

from ingest.minhash import Signer, bands, resemblance, shingles


def text(seed: int, length: int = 400) -> list[bytes]:
    return [b"%d" % word for word in random.Random(seed).choices(range(3000), k=length)]


def test_a_text_is_its_runs_of_three_words():
    assert len(shingles(b"a b c d a b c d".split())) == 4  # abc bcd cda dab
    assert shingles(b"a b c".split()) != shingles(b"c b a".split())
    assert [len(shingles(words)) for words in ([], [b"a"], [b"a", b"b"])] == [1, 1, 1]
    assert len({int(shingles(words)[0]) for words in ([], [b"a"], [b"a", b"b"], [b"b", b"a"])}) == 4


def test_resemblance_is_the_jaccard_index():
    one, other = shingles(b"a b c d e".split()), shingles(b"b c d e f".split())  # bcd cde of abc bcd cde def
    assert resemblance(one, other) == 2 / 4
    assert resemblance(one, one) == 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_signatures_agree_as_far_as_texts_do(share):
    words = text(1, 2000)
    changed = [*words[: int(share * 2000)], *text(2, 2000)[int(share * 2000) :]]
    one, other = shingles(words), shingles(changed)
    signer = Signer(64, 16)
    agreement = np.mean(signer.sign(one) == signer.sign(other))
    assert agreement == pytest.approx(resemblance(one, other), abs=0.05)


def test_equal_texts_share_all_bands_and_different_ones_none():
    signer = Signer(16, 8)
    one, again, other = (set(bands(signer.sign(shingles(text(seed))))) for seed in (1, 1, 2))
    assert one == again
    assert len(one) == 16
    assert not one & other
