import pytest

from service.answering.followup import phrasings, stand_alone
from service.model import Turn


def history(*messages: str) -> list[Turn]:
    return [Turn("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(messages)]


TALK = history("What is attention?", "Attention is a mechanism.")


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("How does it work?", "How does Attention Mechanism work?"),
        ("What is its cost?", "What is Attention Mechanism's cost?"),
        ("why?", "What is attention: why?"),
        ("And for softmax?", "What is Softmax?"),
        ("what about transformers?", "What is Transformer?"),
        ("What is the difference to softmax?", "What is the difference to softmax compared with Attention Mechanism?"),
        ("How does it differ from softmax?", "How does Attention Mechanism differ from softmax?"),
        ("How does softmax differ from a transformer?", "How does softmax differ from a transformer?"),
        ("Is it possible to eat cake?", "Is it possible to eat cake?"),
        ("What is lead capture?", "What is lead capture?"),
        ("What does this do?", "What does Attention Mechanism do?"),
        ("When more than one user looks at a sheet?", "When more than one user looks at a sheet?"),
        ("Can I single out those mails?", "Can I single out those mails?"),
        ("How do I empty a list and delete it?", "How do I empty a list and delete it?"),
        ("How do I write a mail that is spam?", "How do I write a mail that is spam?"),
        (
            "How long is the opening speech of the chairman?",
            "How long is the opening speech of the chairman?",
        ),
    ],
)
def test_what_leans_on_the_conversation_is_put_in(glossary, question, alone):
    assert stand_alone(question, TALK, glossary.glossary.mentions) == alone


def test_without_history_nothing_changes(glossary):
    assert stand_alone("How does it work?", [], glossary.glossary.mentions) == "How does it work?"


def test_the_term_that_the_visitor_named_last_is_the_topic(glossary):
    talk = history("What is attention?", "Attention.", "And what is softmax?", "Softmax, used by attention.")
    assert stand_alone("Who needs it?", talk, glossary.glossary.mentions) == "Who needs Softmax?"


def test_without_a_term_the_conversation_is_searched_as_well(glossary):
    talk = history("How do I bake bread?", "With flour.")
    assert phrasings("Why does it rise?", talk, glossary.glossary.mentions) == (
        "Why does it rise?",
        "How do I bake bread? With flour.: Why does it rise?",
    )


def test_a_first_question_is_searched_for_by_itself(glossary):
    assert phrasings("Why does it rise?", [], glossary.glossary.mentions) == ("Why does it rise?",)


def test_of_a_long_answer_the_beginning_says_what_it_spoke_of(glossary):
    talk = history("How do I bake bread?", "With flour. " * 100)
    _, within = phrasings("Why does it rise?", talk, glossary.glossary.mentions)
    assert len(within) < 150
