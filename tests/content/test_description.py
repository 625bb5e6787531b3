import pytest

from content.description import described


@pytest.mark.parametrize(
    ("question", "description"),
    [
        ("Which term does this describe: a tool that strikes iron", "a tool that strikes iron"),
        ("What do you call a function that is passed to another?", "a function that is passed to another?"),
        ("what's the word for iron that glows from heat", "iron that glows from heat"),
        ("What is the technical term for hot iron that glows?", "hot iron that glows?"),
        ("Is there a term for iron that glows in a forge?", "iron that glows in a forge?"),
        ("What is it called when iron glows in a forge?", "when iron glows in a forge?"),
        ("Which concept means that iron glows when it is hot?", "that iron glows when it is hot?"),
        ("Iron that glows in a forge: what is it called?", "Iron that glows in a forge"),
        ("A smith heats iron until it glows. Which term is meant?", "A smith heats iron until it glows."),
        ("Which term does this describe: ___ is a tool that strikes iron", "is a tool that strikes iron"),
    ],
)
def test_what_is_told_of_a_term(question, description):
    assert described(question) == description


@pytest.mark.parametrize(
    "question",
    [
        "What is an anvil?",
        "What is the word for dog?",  # a name, not a description
        "Which term began first, spring or autumn term?",
        "What is the name of the king who struck iron?",
        "Anvils are heavy. What is it?",
        "What do you call this?",
        "What is an anvil called?",
        "How do I describe a term to students of iron works?",
        "",
    ],
)
def test_other_questions_describe_nothing(question):
    assert described(question) is None
