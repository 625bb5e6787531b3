"""What is quoted for which question."""

import pytest

from content.search import search
from service.answering.cite import citation, search_result
from service.generation.extractive import compose
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, open_snapshot, write_pages

EMBEDDER = HashingEmbedder()


def answer(snapshot, question: str):
    found = search(snapshot, question, EMBEDDER.encode_questions([question]))
    return compose(question, found, EMBEDDER)


def text(snapshot, question: str) -> str:
    return " ".join(segment.text for segment in answer(snapshot, question))


def test_without_token_vectors_sentences_are_chosen_by_words_and_meaning(glossary):
    plain = HashingEmbedder(late_interaction=False)
    question = "What divides each exponential?"
    found = search(glossary, question, plain.encode_questions([question]))
    said = " ".join(segment.text for segment in compose(question, found, plain))
    assert "Softmax divides" in said


def test_quotes_know_their_place(tmp_path):
    said = "Bahdanau introduced attention in the year 2014, for translation."
    captions = (
        f"WEBVTT\n\n00:01.000 --> 00:04.000\nWelcome to this talk about networks.\n\n01:05.000 --> 01:09.000\n{said}\n"
    )
    url = "https://www.youtube.com/watch?v=abc"
    page = f"<link rel=canonical href='{url}'><title>A Talk</title><p>Watch.</p><video><track src=talk.vtt></video>"
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", {"talk.vtt": captions, "page.html": page}))
    snapshot = open_snapshot(tmp_path / "var")
    question = "Who introduced attention in 2014?"
    found = search(snapshot, question, EMBEDDER.encode_questions([question]))
    (quote,) = compose(question, found, EMBEDDER)[0].quotes
    cited = citation(1, quote)
    assert cited.quote == said
    assert cited.link == f"{url}&t=65"
    result = next(result for hit in found.hits(9) if (result := search_result(hit, set())).page_id == "talk")
    assert result.link == f"{url}&t=1"
    snapshot.catalog.close()


QUESTIONS = [
    "What is attention?", "Who introduced attention?", "attention vs softmax", "How does a transformer layer work?",
    "lead form", "What divides each exponential?", "Which steps does a transformer layer have?", "show softmax code",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_verbatim_and_within_its_passage(glossary, question):
    segments = answer(glossary, question)
    assert segments
    for segment in segments:
        (quote,) = segment.quotes
        passage = quote.hit.passage
        page = glossary.catalog.page(passage.collection, passage.page_id)
        assert page.text[quote.start : quote.end] == quote.text
        assert passage.start <= quote.start < quote.end <= passage.end


@pytest.mark.parametrize("question", ["What is softmax?", "softmax", "define Softmax", "what does softmax mean?"])
def test_a_definition_question_takes_the_definition(glossary, question):
    said = text(glossary, question)
    assert said.startswith("Softmax is a function that turns a list of numbers into probabilities that add up to one.")


def test_a_term_that_is_described_is_told_by_its_definition(glossary):
    said = text(glossary, "What do you call what divides each exponential by their sum?")
    assert said.startswith("Softmax is a function that turns")


def test_a_description_of_what_is_no_term_is_answered_as_any_question(tmp_path):
    pages = {"a.md": "# Welcome to our forge\n\nIf you are new, look around. The smith strikes iron on an anvil."}
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    said = text(open_snapshot(tmp_path / "var"), "What do you call who strikes iron on an anvil?")
    assert said == "The smith strikes iron on an anvil."


def test_a_question_that_a_page_asks_takes_that_answer(glossary):
    assert text(glossary, "Who introduced attention?") == (
        "Dzmitry Bahdanau, Kyunghyun Cho and Yoshua Bengio introduced attention in 2014. Their paper was about translation."
    )


def test_a_page_that_compares_with_something_else_does_not_answer_a_comparison(tmp_path):
    pages = {
        "alder.md": "# Alder\n\nAlder is a tree of wet ground.\n\nAlder differs from red alder in the bark.\n\n"
        "## What is the difference between alder and hazel?\n\nHazel bears nuts that people eat.",
        "red-alder.md": "# Red Alder\n\nRed alder is a tree of the Pacific coast.",
    }
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    snapshot = open_snapshot(tmp_path / "var")
    said = text(snapshot, "What is the difference between alder and red alder?")
    assert said.startswith("Alder differs from red alder in the bark.")
    assert "nuts" not in said
    assert "nuts" in text(snapshot, "What is the difference between alder and hazel?")


def test_a_comparison_quotes_both_sides(glossary):
    said = text(glossary, "What is the difference between softmax and lead capture?")
    assert "Softmax is a function" in said
    assert "Lead capture is the collection" in said


def test_a_list_is_kept_whole_where_it_is_asked_for(glossary):
    (segment,) = answer(glossary, "Which steps does a transformer layer have?")
    assert segment.apart
    assert segment.markdown == (
        "A transformer layer has these steps:\n1. Self-attention mixes the tokens.\n"
        "2. A feed-forward network changes each token.\n3. Residual connections add the input again."
    )


@pytest.fixture
def leaning(tmp_path):
    pages = {
        "bread.md": "# Bread\n\nThe Great Loaf won a prize in Vienna. It was baked for nine hours in a brick oven by monks.",
        "oven.md": "# Oven\n\nIt burns wood from old orchards. Nobody knows why the smoke smells of plums.",
        "salt.md": "# Salt\n\nSalt is harvested.\n\n```\nscrape(pan)\ndry(salt)\n```",
        "mark.txt": "Write *stars*, [1] and <b>tags</b> as they are, says the guide to zebra markup.",
    }
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    return open_snapshot(tmp_path / "var")


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it(leaning):
    said = text(leaning, "How many hours was it baked in a brick oven by monks?")
    assert said.startswith("The Great Loaf won a prize in Vienna. It was baked for nine hours")


def test_a_pronoun_without_anything_before_it_is_replaced_in_the_answer_but_not_in_the_quote(leaning):
    first = answer(leaning, "Which wood from old orchards burns?")[0]
    assert first.text.startswith("[Oven] burns wood")
    assert first.markdown.startswith("\\[Oven\\] burns wood")
    assert first.quotes[0].text.startswith("It burns wood")


def test_what_a_page_says_is_shown_and_not_obeyed(leaning):
    (segment,) = answer(leaning, "the guide to zebra markup")[:1]
    assert "\\*stars\\*, \\[1\\] and \\<b\\>tags\\</b\\>" in segment.markdown


def test_code_stays_code(leaning):
    segments = answer(leaning, "scrape pan dry salt")
    assert any(segment.markdown == "```\nscrape(pan)\ndry(salt)\n```" for segment in segments)


def test_no_sentence_is_said_twice(glossary):
    for question in QUESTIONS:
        quotes = [quote.text for segment in answer(glossary, question) for quote in segment.quotes]
        assert len(quotes) == len(set(quotes))


def test_answers_are_short(glossary):
    for question in QUESTIONS:
        segments = answer(glossary, question)
        assert sum(len(segment.text.split()) for segment in segments if not segment.apart) <= 150


def test_pages_of_the_fixture_are_all_reachable(glossary):
    assert set(GLOSSARY) == {f"{page_id}.md" for page_id in glossary.page_ids}
