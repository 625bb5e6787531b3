"""``GET /v1/messages/{id}/alignment``"""

from __future__ import annotations

import pytest

from content.embedding import SentenceTransformerEmbedder
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages
from tests.service.api import client

pytestmark = pytest.mark.anyio

THRESHOLDS = {"answer_threshold": 0.3, "closest_threshold": 0.1}
SITES = [{"id": "default"}, {"id": "other"}]


async def answered(http, message="Who introduced attention?", **body):
    answer = (await http.post("/v1/chat", json={"message": message, **body})).json()
    assert answer["citations"], answer
    return answer


async def aligned(http, answer, citation=1, **headers):
    return await http.get(
        f"/v1/messages/{answer['message_id']}/alignment", params={"citation": citation}, headers=headers
    )


def at(said, question_word, passage_word):
    row = [word["text"] for word in said["question_tokens"]].index(question_word)
    column = [word["text"] for word in said["passage_tokens"]].index(passage_word)
    return said["weights"][row][column]


async def test_every_citation_has_its_alignment(glossary_dir):
    async with client(glossary_dir, **THRESHOLDS) as http:
        assert (await http.get("/v1/site/default")).json()["features"]["alignment"] is True
        for message in ("Who introduced attention?", "What is softmax?", "What steps does a transformer layer have?"):
            answer = await answered(http, message)
            for citation in answer["citations"]:
                said = (await aligned(http, answer, citation["number"])).json()
                assert said["question"] == message
                assert said["quote"] == citation["quote"]
                for text, words in (("question", "question_tokens"), ("quote", "passage_tokens")):
                    assert said[words]
                    assert all(said[text][word["start"] : word["end"]] == word["text"] for word in said[words])
                assert len(said["weights"]) == len(said["question_tokens"])
                assert all(len(row) == len(said["passage_tokens"]) for row in said["weights"])
                assert all(0 <= sum(row) <= 1 for row in said["weights"])


async def test_a_word_looks_at_itself(glossary_dir):
    async with client(glossary_dir, **THRESHOLDS) as http:
        said = (await aligned(http, await answered(http))).json()
    assert at(said, "introduced", "introduced") > 0.9
    assert at(said, "introduced", "Bahdanau") < 0.01
    assert max(said["weights"][0]) < 0.1  # "Who" stands nowhere in the quote


async def test_a_follow_up_is_aligned_as_it_was_searched_for(glossary_dir):
    async with client(glossary_dir, **THRESHOLDS) as http:
        first = await answered(http, "What is attention?")
        second = await answered(http, "Who introduced it?", conversation_id=first["conversation_id"])
        said = (await aligned(http, second)).json()
    assert said["question"] == "Who introduced Attention Mechanism?"


async def test_unknown_foreign_and_missing_ones_are_not_found(glossary_dir):
    async with client(glossary_dir, site=SITES, **THRESHOLDS) as http:
        answer = await answered(http)
        unknown = await aligned(http, {"message_id": "nothing"})
        foreign = await aligned(http, answer, **{"X-Glossator-Site": "other"})
        missing = await aligned(http, answer, 9)
        assert (await aligned(http, answer, 0)).status_code == 422
    assert {unknown.status_code, foreign.status_code, missing.status_code} == {404}
    assert unknown.json()["detail"] == foreign.json()["detail"]
    assert "no citation 9" in missing.json()["detail"]


async def test_an_answer_from_a_snapshot_that_was_replaced_is_aligned_from_its_quote(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    async with client(tmp_path / "var", **THRESHOLDS) as http:
        answer = await answered(http)
        before = (await aligned(http, answer)).json()
        (pages / "attention.md").unlink()
        ingest_folder(tmp_path / "var", pages)
        http.app.state.services.library.refresh()
        after = (await aligned(http, answer)).json()
    assert after["passage_tokens"] == before["passage_tokens"]
    assert at(after, "introduced", "introduced") > 0.9


async def test_without_late_interaction_it_says_why_there_is_none(tmp_path):
    embedder = HashingEmbedder(late_interaction=False)
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", GLOSSARY), embedder=embedder)
    async with client(tmp_path / "var", embedder, **THRESHOLDS) as http:
        assert (await http.get("/v1/site/default")).json()["features"]["alignment"] is False
        reply = await aligned(http, await answered(http))
    assert reply.status_code == 404
    assert "late_interaction" in reply.json()["detail"]


@pytest.mark.model
async def test_invented_looks_at_introduced(tmp_path):
    embedder = SentenceTransformerEmbedder()
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", GLOSSARY), embedder=embedder)
    async with client(tmp_path / "var", embedder) as http:
        said = (await aligned(http, await answered(http, "Who invented attention?"))).json()
    row = said["weights"][[word["text"] for word in said["question_tokens"]].index("invented")]
    assert row[[word["text"] for word in said["passage_tokens"]].index("introduced")] == max(row)
    assert max(row) > 5 * sorted(row)[-2]
