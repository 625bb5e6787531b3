import json

import pytest

from service.answering.courtesy import courtesy
from service.answering.replies import RepliesSettings

REPLIES = RepliesSettings(hello="H", thanks="T", goodbye="G", about="A", person="P")


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("Hi", "H"), ("hello there!", "H"), ("Good morning", "H"), ("Bonjour", "H"), ("hey 👋", "H"),
        ("thanks a lot", "T"), ("ok, thank you so much!", "T"), ("Danke", "T"), ("great thanks for your help", "T"),
        ("bye", "G"), ("See you later", "G"),
        ("What can you do?", "A"), ("who are you", "A"), ("Are you a bot?", "A"), ("help", "A"), ("what's your name?", "A"),
        ("I want to talk to a person", "P"), ("can I speak with a real human please", "P"), ("agent", "P"),
        ("get me a human", "P"), ("I'd like to chat with someone from support", None), ("contact support", "P"),
    ],
)  # fmt: skip
def test_courtesies(message, reply):
    assert courtesy(message, REPLIES) == reply


@pytest.mark.parametrize(
    "message",
    ["hello world in Python", "What is a person?", "thanks to whom was BERT released", "How does human handoff work?",
     "what is an agent", "help me find the meaning of RAG", "Who are the authors?", "support for IPv6"],
)  # fmt: skip
def test_questions_are_no_courtesies(message):
    assert courtesy(message, REPLIES) is None


def test_real_questions_are_hardly_ever_taken_for_courtesies(evaldata):
    questions = [
        json.loads(line)["question"]
        for path in evaldata.glob("*/dev/queries.jsonl")
        for line in path.read_text(encoding="utf-8").strip().split("\n")
    ]
    taken = [question for question in questions if courtesy(question, REPLIES)]
    assert len(taken) <= 0.002 * len(questions), taken
