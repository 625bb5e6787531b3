import pytest

from content.errors import NotFound
from service.conversation import Conversations, new_id


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_conversation_is_resumed_with_its_turns(clock):
    kept = Conversations(10, 60, clock)
    started = kept.start("default", "a")
    kept.add(started, "What?", "That.")
    assert [turn.content for turn in kept.resume("a", "default").turns] == ["What?", "That."]


@pytest.mark.parametrize(("conversation_id", "site"), [("b", "default"), ("a", "other")])
def test_unknown_and_foreign_ones_are_alike(clock, conversation_id, site):
    kept = Conversations(10, 60, clock)
    kept.start("default", "a")
    with pytest.raises(NotFound) as caught:
        kept.resume(conversation_id, site)
    assert "no such conversation" in str(caught.value)


def test_they_expire_after_the_last_use(clock):
    kept = Conversations(10, 60, clock)
    kept.start("default", "a")
    clock.now = 50
    kept.resume("a", "default")
    clock.now = 100
    kept.resume("a", "default")
    clock.now = 161
    with pytest.raises(NotFound):
        kept.resume("a", "default")
    assert len(kept) == 0


def test_the_one_used_longest_ago_makes_room(clock):
    kept = Conversations(2, 60, clock)
    kept.start("default", "a")
    kept.start("default", "b")
    kept.resume("a", "default")
    kept.start("default", "c")
    kept.resume("a", "default")
    with pytest.raises(NotFound):
        kept.resume("b", "default")


def test_only_the_last_turns_are_remembered(clock):
    kept = Conversations(2, 60, clock)
    conversation = kept.start("default", "a")
    for number in range(50):
        kept.add(conversation, f"q{number}", "a")
    assert len(conversation.turns) == 40
    assert conversation.turns[-2].content == "q49"


def test_ids_cannot_be_guessed():
    assert len({new_id() for _ in range(100)}) == 100
    assert len(new_id()) >= 20
