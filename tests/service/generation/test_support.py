"""Whether a passage says what a sentence says."""

import numpy as np
import pytest

from content.search import search
from service.answering.evidence import Evidence
from service.generation.contradiction import contradiction
from service.generation.draft import Sentence
from service.generation.pairing import Pair, words
from service.generation.support import Verifier
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages

EMBEDDER = HashingEmbedder()
PAGES = {
    "battle.md": "# Battle of Hastings\n\nWilliam defeated Harold at Hastings in 1066. The battle did not last two days. "
    "Some soldiers fled. It may have begun at nine. By the evening, Harold was dead. "
    "A messenger rode with the news from London to York, past Hastings.",
    "oven.md": "# Oven\n\nIt burns wood from old orchards and increases the heat slowly.",
}
QUESTION = "Who defeated Harold at Hastings, and which wood does the oven burn?"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    folder = tmp_path_factory.mktemp("support")
    ingest_folder(folder / "var", write_pages(folder / "pages", PAGES))
    snapshot = open_snapshot(folder / "var")
    found = search(snapshot, QUESTION, EMBEDDER.encode_questions([QUESTION]))
    yield Evidence(snapshot, found.hits(6))
    snapshot.catalog.close()


@pytest.mark.parametrize(
    "said",
    [
        "William defeated Harold at Hastings in 1066.",
        "In 1066, William defeated Harold at Hastings.",
        "Harold was defeated by William at Hastings in 1066.",
        "The battle did not last two days.",
        "The battle didn't last two days.",
        "Harold was dead by the evening.",
        "The oven burns wood from old orchards.",
    ],
)
def test_the_same_in_other_words_is_supported(evidence, said):
    support = Verifier(EMBEDDER).support(Sentence(said), evidence)
    assert support.holds, support.lacking
    for quote in support.quotes:
        assert evidence.page(quote.hit).text[quote.start : quote.end] == quote.text
        assert quote.support == support.score


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("William defeated Harold at Hastings in 1067.", "the number 1067"),
        ("Napoleon defeated Harold at Hastings in 1066.", "the name Napoleon"),
        ("William defeated Harold at Waterloo in 1066.", "the name Waterloo"),
        ("William never defeated Harold at Hastings in 1066.", "the negation never"),
        ("The battle did last two days.", "the missing not"),
        ("Harold was dead at Hastings, Hastings, Hastings in 1066.", ""),  # a salad of its words
        ("All soldiers fled.", "the word All"),
        ("It had begun at nine.", "the missing may"),
        ("A messenger rode to London from Hastings with the news.", "to London"),
        ("A messenger rode from Hastings to York with the news.", "from Hastings"),
        ("Bananas grow on large farms in warm countries.", ""),
        ("William defeated Harold at Hastings, who was dead by the evening.", ""),  # made of two sentences
        ("Some soldiers", "it says nothing by itself"),
        ("William defeated Harold at Hastings in 1066:", "it says nothing by itself"),
    ],
)
def test_what_is_changed_is_named(evidence, said, lacking):
    support = Verifier(EMBEDDER).support(Sentence(said), evidence)
    assert not support.holds
    assert support.lacking is not None
    assert support.lacking.startswith(lacking), support.lacking


def test_an_opposite_is_no_paraphrase():
    said, held = words("It decreases heat."), words("It increases heat.")
    pairs = [Pair(said[1], held[1], 0.8), Pair(said[2], held[2], 1.0)]
    assert contradiction(said, held, pairs, ()) == "decreases for increases"


def test_an_echo_of_the_question_is_no_evidence(evidence):
    verifier = Verifier(EMBEDDER)
    said = Sentence("William defeated Harold at Hastings in 1066.")
    assert verifier.support(said, evidence, "Who defeated Harold at Hastings?").holds
    for echo in (said, Sentence("William defeated Harold at Hastings in 1066 by long and clever planning.")):
        assert not verifier.support(echo, evidence, "Did William defeat Harold at Hastings in 1066?").holds


def test_a_pronoun_speaks_of_what_was_asked_about(evidence):
    said = Sentence("It burns wood from old orchards and increases the heat slowly.")
    assert Verifier(EMBEDDER).support(said, evidence, "What does the oven burn?").holds
    support = Verifier(EMBEDDER).support(said, evidence, "What does a stove burn?")
    assert support.lacking == "what “It” is"


@pytest.fixture(scope="module")
def styles(tmp_path_factory):
    pages = {
        "kebab.md": "# Kebab case\n\nBrowsers expect custom elements with hyphens between words in every markup document.",
        "snake.md": "# Snake case\n\nA naming style which puts underscores between words, such as snake_case.",
    }
    folder = tmp_path_factory.mktemp("styles")
    ingest_folder(folder / "var", write_pages(folder / "pages", pages))
    snapshot = open_snapshot(folder / "var")
    asked = "Which case puts underscores or hyphens between words in markup documents?"
    yield Evidence(snapshot, search(snapshot, asked, EMBEDDER.encode_questions([asked])).hits(6))
    snapshot.catalog.close()


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("Snake case is a naming style which puts underscores between words, such as snake_case.", True),
        ("Browsers expect custom elements with hyphens between words in every markup document.", True),
        ("Kebab case expects custom elements with hyphens between words in every markup document.", False),
        ("A naming style which puts underscores between words, such as snake-case.", False),
    ],
)
def test_a_title_stands_in_for_no_other_subject_and_a_code_is_one_word(styles, said, holds):
    support = Verifier(EMBEDDER).support(Sentence(said), styles)
    assert support.holds is holds, support


def test_a_word_that_only_the_question_says_is_not_said(evidence):
    said = Sentence("The shocking wood from old orchards increases the heat slowly.")
    assert (
        Verifier(EMBEDDER).support(said, evidence, "Is there shocking heat?").lacking
        == "only the question says shocking"
    )


def test_the_passage_that_is_marked_comes_first_and_a_wrong_mark_does_no_harm(evidence):
    said = "The oven burns wood from old orchards."
    for marks in ((1,), (2,), ()):
        support = Verifier(EMBEDDER).support(Sentence(said, marks), evidence)
        assert [quote.hit.title for quote in support.quotes] == ["Oven"]


def test_a_cross_encoder_has_to_agree(evidence):
    def puts_last_first(question: str, passages: list[str]) -> np.ndarray:
        return np.array([0.0 if "orchards" in passage else 1.0 for passage in passages], np.float32)

    said = Sentence("The oven burns wood from old orchards.")
    assert (
        Verifier(EMBEDDER, lambda question, passages: -puts_last_first(question, passages))
        .support(said, evidence)
        .holds
    )
    support = Verifier(EMBEDDER, puts_last_first).support(said, evidence)
    assert support.lacking == "the cross-encoder finds another passage nearer"


def test_without_token_vectors_only_the_same_words_support(evidence):
    plain = Verifier(HashingEmbedder(late_interaction=False))
    assert plain.support(Sentence("William defeated Harold at Hastings in 1066."), evidence).holds
    assert not plain.support(Sentence("William vanquished Harold near Hastings around 1066 utterly."), evidence).holds


def test_numbers_are_compared_by_their_value():
    assert [word.number for word in words("1,000 1000 two 2 third 3rd 1990s 0.50 x2")] == [
        "1000", "1000", "2", "2", "3", "3", "1990", "0.5", None,
    ]  # fmt: skip
