"""Runs: questions asked, and the files that are kept of it."""

import asyncio
import json
from contextlib import contextmanager

import pytest

from content.errors import ConfigurationError, NotFound
from service.assistant import Assistant, Thresholds
from service.evaluation import Asked, QueryLine, RunLine, read_run, run, write_run
from service.generation.configured import Writing
from service.generation.extractive import ExtractiveGenerator
from service.worker import Worker
from tests.fakes import GLOSSARY, HashingEmbedder

QUESTIONS = [
    QueryLine(id="1", question="Who introduced attention?"),
    QueryLine(id="2", question="What is the boiling point of tungsten?"),
    QueryLine(id="3", question="Hello!"),
    QueryLine(id="4", question="?!"),
    QueryLine(
        id="5",
        question="How does it work?",
        history=(
            {"role": "user", "content": "What is softmax?"},
            {"role": "assistant", "content": "A function."},
        ),
    ),
]


class CountingEmbedder(HashingEmbedder):
    """Keeps what it was asked to embed as a question."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []

    def encode_questions(self, texts):
        self.questions += texts
        return super().encode_questions(texts)


@contextmanager
def assistant(embedder):
    worker = Worker(1, embedder)
    try:
        yield Assistant(embedder, Writing(ExtractiveGenerator(embedder, worker)), worker, Thresholds(0.35, 0.2))
    finally:
        worker.close()


def ask(snapshot, queries, embedder=None, **options):
    with assistant(embedder or HashingEmbedder()) as one:
        return asyncio.run(run(queries, one, snapshot, **options))


def test_every_question_is_embedded_and_searched_for_once(glossary):
    embedder = CountingEmbedder()
    ask(glossary, QUESTIONS, embedder)
    *alone, within = embedder.questions
    assert alone == [
        "Who introduced attention?", "What is the boiling point of tungsten?", "Hello!", "How does Softmax work?",
    ]  # fmt: skip
    assert within.endswith(": How does it work?"), "a follow-up is searched for within its conversation too"


def test_a_term_that_is_described_is_searched_for_by_what_is_told_of_it(glossary):
    embedder = CountingEmbedder()
    told = "what divides each exponential by their sum?"
    history = ({"role": "user", "content": "What is attention?"}, {"role": "assistant", "content": "A mechanism."})
    query = QueryLine(id="1", question=f"What do you call {told}", history=history)
    (asked,) = ask(glossary, [query], embedder)
    assert embedder.questions == [query.question, told], "it needs no conversation"
    assert asked.line.retrieved[0] == "softmax"
    assert asked.line.answer.startswith("Softmax is a function")


def test_what_became_of_questions(glossary):
    who, tungsten, hello, marks, follow_up = ask(glossary, QUESTIONS)
    assert who.line.retrieved[0] == "attention"
    assert set(who.line.retrieved) == {name.removesuffix(".md") for name in GLOSSARY}
    assert who.line.answer.startswith("Dzmitry Bahdanau")
    assert not who.line.refused
    assert tungsten.line.refused
    assert tungsten.line.answer is None
    assert tungsten.line.retrieved, "what was found is told of a refused question too"
    assert who.score >= 0.35 > tungsten.score
    assert (hello.line.refused, hello.line.answer) == (True, None)
    assert hello.line.retrieved, "a courtesy is not answered from the content, and ranked nevertheless"
    assert marks == Asked(RunLine("4", (), None, True), None)
    assert follow_up.line.retrieved[0] == "softmax"


def test_progress_and_collections(glossary):
    told = []
    ask(glossary, QUESTIONS[:2], progress=told.append)
    assert told == [0, 1, 2]
    with pytest.raises(NotFound, match="nowhere"):
        ask(glossary, QUESTIONS[:1], collections=("nowhere",))


def test_a_run_file_holds_four_fields_and_is_read_again(glossary, tmp_path):
    asked = ask(glossary, QUESTIONS)
    write_run(tmp_path / "run.jsonl", asked)
    first = json.loads((tmp_path / "run.jsonl").read_text().splitlines()[0])
    assert list(first) == ["id", "retrieved", "answer", "refused"]
    assert read_run(tmp_path / "run.jsonl") == [Asked(one.line) for one in asked]


def test_run_files_that_are_none_are_named(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"id": "1", "retrieved": ["a"], "answer": null, "refused": true}\n{"id": "2", "retrieved": "a"}\n')
    with pytest.raises(ConfigurationError, match=r"run\.jsonl:2: retrieved"):
        read_run(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_run(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_run(tmp_path / "none" / "run.jsonl", [])
