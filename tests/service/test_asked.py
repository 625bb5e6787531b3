"""The service leaves answered questions for ingest."""

import shutil

import pytest

from content.asked import AskedQuestion, AskedQuestions
from tests.service.api import client

pytestmark = pytest.mark.anyio


@pytest.fixture
def var(tmp_path, glossary_dir):
    return shutil.copytree(glossary_dir, tmp_path / "var")


async def test_answered_questions_are_kept_with_the_page_cited_first(var):
    async with client(var, question_days=7) as http:
        asked = (await http.post("/v1/chat", json={"message": "What is softmax?"})).json()
        refused = (await http.post("/v1/chat", json={"message": "Who won the football match?"})).json()
        hello = (await http.post("/v1/chat", json={"message": "Hello"})).json()
        await http.post("/v1/chat", json={"message": "Who introduced attention?", "collection": "default"})
    assert asked["outcome"] == "answered"
    assert refused["outcome"] != "answered"
    assert hello["outcome"] == "conversation"
    assert AskedQuestions(var, 7).recent() == [
        AskedQuestion("Who introduced attention?", "default", "attention", ("default",)),
        AskedQuestion("What is softmax?", "default", "softmax"),
    ]


async def test_a_follow_up_is_kept_as_what_was_searched_for(var):
    async with client(var, question_days=7) as http:
        first = (await http.post("/v1/chat", json={"message": "What is softmax?"})).json()
        message = {"message": "What is it?", "conversation_id": first["conversation_id"]}
        again = (await http.post("/v1/chat", json=message)).json()
    assert again["outcome"] == "answered"
    assert [asked.question for asked in AskedQuestions(var, 7).recent()] == ["What is Softmax?", "What is softmax?"]


async def test_it_can_be_switched_off_and_then_leaves_nothing(var):
    async with client(var, question_days=7) as http:
        await http.post("/v1/chat", json={"message": "What is softmax?"})
    assert list((var / "questions").iterdir())
    async with client(var, question_days=0) as http:
        await http.post("/v1/chat", json={"message": "What is softmax?"})
    assert not list((var / "questions").iterdir())


async def test_a_folder_that_cannot_be_written_is_told_once_and_stops_no_answer(var, caplog):
    (var / "questions").write_text("a file is in the way")
    async with client(var, question_days=7) as http:
        for _ in range(2):
            reply = await http.post("/v1/chat", json={"message": "What is softmax?"})
            assert reply.json()["outcome"] == "answered"
    assert len([record for record in caplog.records if record.name == "glossator.asked"]) == 1
