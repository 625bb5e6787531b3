"""What is asked back."""

from functools import reduce

import pytest

from content.search import joined, search
from service.answering.clarify import clarification
from service.answering.followup import phrasings
from service.answering.replies import RepliesSettings
from service.model import Turn
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages

EMBEDDER = HashingEmbedder()
REPLIES = RepliesSettings()
PAGES = {
    "rag.md": "---\ntitle: Retrieval-Augmented Generation\naliases: [RAG]\n"
    "definition: Retrieval-augmented generation answers from passages that were looked up.\n---\n\nIt cites passages.\n",
    "status.md": "---\ntitle: Traffic Light Status\naliases: [RAG]\n"
    "definition: A traffic light status says with red, amber or green how a project goes.\n---\n\nGreen is good.\n",
    "city.md": "# City Library\n\nThe City Library lends books and opens at nine. The library holds readings.\n",
    "state.md": "# State Library\n\nThe State Library lends maps and opens at ten. The library holds lectures.\n",
    "bread.md": "# Bread\n\nBread rises because yeast makes gas in the dough.\n",
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clarify")
    ingest_folder(folder / "var", write_pages(folder / "pages", PAGES))
    return open_snapshot(folder / "var")


def asked_back(snapshot, question, *said, likely=False):
    history = [Turn("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(said)]
    texts = phrasings(question, history, snapshot.glossary.mentions)
    embedded = EMBEDDER.encode_questions(texts)
    found = reduce(joined, (search(snapshot, *one) for one in zip(texts, embedded, strict=True)))
    return clarification(history, found, likely, REPLIES)


@pytest.mark.parametrize("question", ["What is RAG?", "rag"])
def test_a_name_of_several_terms(snapshot, question):
    unclear = asked_back(snapshot, question, likely=True)
    assert unclear.text == REPLIES.clarify
    assert set(unclear.choices) == {"What is Retrieval-Augmented Generation?", "What is Traffic Light Status?"}


@pytest.mark.parametrize("question", ["Does RAG cite passages?", "What is Retrieval-Augmented Generation?"])
def test_what_else_the_question_says_tells_which_is_meant(snapshot, question):
    assert asked_back(snapshot, question) is None


def test_something_pointed_to_that_nobody_named(snapshot):
    unclear = asked_back(snapshot, "What does this library lend?", likely=True)
    assert set(unclear.choices) == {
        "What does this library lend? (City Library)",
        "What does this library lend? (State Library)",
    }


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What does this library lend?", ["When does the City Library open?", "The library opens at nine."]),
        ("What does this site offer?", []),  # the site itself is at hand
        ("What does this bread need?", []),  # one page is of it
        ("Which word does this library describe: it lends books?", []),
    ],
)
def test_something_pointed_to_that_is_known(snapshot, question, said):
    assert asked_back(snapshot, question, *said, likely=True) is None


@pytest.mark.parametrize("question", ["Why?", "How does it work?", "what about them?"])
def test_a_first_question_about_nothing(snapshot, question):
    assert asked_back(snapshot, question).text == REPLIES.vague


def test_it_may_be_what_the_whole_content_is_about(snapshot):
    assert asked_back(snapshot, "Why does it rise?", likely=True) is None


def test_in_a_conversation_it_is_what_was_spoken_of(snapshot):
    assert asked_back(snapshot, "How does it work?", "What is bread?", "Bread rises.") is None
