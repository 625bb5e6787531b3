import pytest

from content.errors import NotFound
from service.conversation import Conversations, Exchange, new_id


def exchange(message_id="m"):
    return Exchange(message_id, "What?", (), "s")


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
    kept.add(started, "What?", "That.", exchange())
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
        kept.add(conversation, f"q{number}", "a", exchange(f"m{number}"))
    assert len(conversation.turns) == 40
    assert conversation.turns[-2].content == "q49"
    assert kept.exchange("m30", "default").message_id == "m30"
    with pytest.raises(NotFound):
        kept.exchange("m29", "default")


def test_an_answer_is_kept_as_long_as_its_conversation(clock):
    kept = Conversations(1, 60, clock)
    kept.add(kept.start("default", "a"), "What?", "That.", exchange())
    assert kept.exchange("m", "default") == exchange()
    with pytest.raises(NotFound, match="no such message"):
        kept.exchange("m", "other")
    kept.start("default", "b")
    with pytest.raises(NotFound, match="no such message"):
        kept.exchange("m", "default")


def test_an_answer_to_a_conversation_that_made_room_meanwhile_is_not_kept(clock):
    kept = Conversations(1, 60, clock)
    gone = kept.start("default", "a")
    kept.start("default", "b")
    kept.add(gone, "What?", "That.", exchange())
    with pytest.raises(NotFound):
        kept.exchange("m", "default")


def test_ids_cannot_be_guessed():
    assert len({new_id() for _ in range(100)}) == 100
    assert len(new_id()) >= 20
