import pytest

from content.spelling import Spelling, spelled

NAMES = ["Kubernetes", "Retrieval-augmented generation", "Tokenization", "Softmax", "Latch", "Lunch", "BERT"]
SPELLING = Spelling(word for name in NAMES for word in spelled(name))


def known(word: str) -> bool:
    return word in {"does", "work", "cluster", "soft"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("How does Kubernets work?", "How does kubernetes work?"),
        ("what is kuberntees", "what is kubernetes"),  # letters out of turn
        ("what is retreival augmented genaration?", "what is retrieval augmented generation?"),
        ("Tokenisation", "tokenization"),
        ("softmx", "softmax"),
    ],
)
def test_a_misspelt_name_is_read_as_it_was_meant(written, meant):
    assert SPELLING.corrected(written, known) == meant


@pytest.mark.parametrize(
    "text",
    [
        "How does a cluster work?",  # known
        "soft",  # known, though a name is near
        "BRET",  # too short to tell
        "lanch",  # Latch or Lunch
        "pneumonia",  # nothing like it
        "tokunizotion",  # two letters are wrong
        "aoftmax",  # the first letter differs
        "softmat",  # the last does
        "softmax2 x9softmx",  # no words
    ],
)
def test_anything_else_stays_as_it_is(text):
    assert SPELLING.corrected(text, known) == text
