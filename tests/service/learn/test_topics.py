from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.embedding import SentenceTransformerEmbedder
from service.learn.asked import question_key
from service.learn.topics import Question, centre_of, label, regrouped, topics_of
from tests.fakes import HashingEmbedder

PAY = ["How do I pay by card?", "pay by card", "Can I pay by card?"]
SHIP = ["Where do you ship orders?", "Do you ship orders abroad?", "ship orders where"]
NOTHING = np.zeros(128, np.float32)


def _questions(*texts: str, topic: int | None = None) -> list[Question]:
    return [Question(text, 1, topic) for text in texts]


def _vectors(questions: list[Question]) -> np.ndarray:
    return HashingEmbedder().encode_questions([question.text for question in questions]).vectors


def test_wordings_of_one_question_are_one_topic_and_others_are_not():
    questions = _questions(*PAY, *SHIP)
    found = topics_of(questions, _vectors(questions), NOTHING)
    assert found == [1, 1, 1, 2, 2, 2]


def test_a_new_question_joins_its_topic_and_the_others_keep_their_numbers():
    questions = [
        *_questions(*PAY, topic=7),
        *_questions(*SHIP, topic=3),
        *_questions("May I pay by card?", "tea kettle"),
    ]
    found = topics_of(questions, _vectors(questions), NOTHING)
    assert found == [7, 7, 7, 3, 3, 3, 7, 8]


def test_topics_that_turn_out_to_be_one_go_on_as_the_larger():
    questions = [*_questions(PAY[0], topic=4), *_questions(*PAY[1:], topic=9)]
    assert set(regrouped(questions, _vectors(questions), NOTHING)) == {9}


def test_a_topic_that_was_two_things_is_parted_and_the_larger_part_keeps_its_number():
    questions = _questions(*PAY, *SHIP[:2], topic=5)
    assert topics_of(questions, _vectors(questions), NOTHING) == [5, 5, 5, 5, 5]
    assert regrouped(questions, _vectors(questions), NOTHING) == [5, 5, 5, 6, 6]


@settings(deadline=None)
@given(st.permutations(PAY + SHIP + ["tea kettle"]))
def test_all_anew_is_the_same_in_any_order(texts):
    questions = _questions(*texts)
    found = dict(zip(texts, regrouped(questions, _vectors(questions), NOTHING), strict=True))
    assert len({found[text] for text in PAY}) == len({found[text] for text in SHIP}) == 1
    assert len(set(found.values())) == 3


def test_nothing_asked_is_no_topic():
    assert topics_of([], np.empty((0, 128), np.float32), NOTHING) == []


def test_a_label_is_a_short_whole_question_that_is_asked_often():
    questions = [Question("card", 9, 1), Question("pay by card", 2, 1), Question("How do I pay by card?", 2, 1)]
    assert label(questions, _vectors(questions)) == "How do I pay by card?"
    rest = [*questions, Question("Is it so that I can pay here by card?", 2, 1)]
    assert label(rest, _vectors(rest)) == "How do I pay by card?"


@pytest.mark.parametrize("text", ["how do i pay", "How do I  pay?!", "HOW DO I PÁY?"])
def test_spelling_makes_no_other_question(text):
    assert question_key(text) == question_key("How do I pay?")


def test_the_centre_is_short_where_the_content_is_small(glossary):
    passages = glossary.vectors.vectors(np.arange(glossary.manifest.passages))
    centre = centre_of(glossary)
    assert np.linalg.norm(centre) < np.linalg.norm(passages.mean(axis=0)) < 1
    assert centre @ passages.mean(axis=0) > 0


@pytest.mark.model
def test_ten_conversations_are_enough():
    asked = [
        "How do I reset my password?", "I forgot my password, how can I get a new one?", "password reset",
        "Where is my order?", "How can I track my order?", "When will my parcel arrive?",
        "Do you offer refunds?", "Can I get my money back?",
        "What are your opening hours?", "Do you ship to Norway?",
    ]  # fmt: skip
    questions = _questions(*asked)
    vectors = SentenceTransformerEmbedder(late_interaction=False).encode_questions(asked).vectors
    found = topics_of(questions, vectors, np.zeros(384, np.float32))
    assert found[0] == found[1] == found[2]
    assert found[3] == found[4]
    assert len({found[0], found[3], found[6], found[8], found[9]}) == 5
    later = [replace(question, topic=topic) for question, topic in zip(questions, found, strict=True)]
    assert topics_of(later, vectors, np.zeros(384, np.float32)) == found
