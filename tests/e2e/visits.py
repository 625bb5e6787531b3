"""Visitors of a site over HTTP, and an account of what they received that owes nothing to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

_ASIDE = {"conversation", "clarify"}  # neither answered nor refused
_REFUSED = {"refused", "closest"}


@dataclass
class Received:
    """What visitors received: answers (bodies of ``/v1/chat``) and ratings by message, addresses, wishes for a person."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    ratings: dict[str, str] = field(default_factory=dict)
    leads: set[str] = field(default_factory=set)
    handoffs: set[str] = field(default_factory=set)

    def take(self, answer: dict[str, Any]) -> None:
        """Note an answer of the assistant's; what an agent is told is none."""
        assert answer["outcome"] != "handed_off"
        self.answers[answer["message_id"]] = answer

    @property
    def conversations(self) -> set[str]:
        return {one["conversation_id"] for one in self.answers.values()}

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(one["outcome"] for one in self.answers.values())

    @property
    def answered(self) -> int:
        return self.outcomes["answered"]

    @property
    def refused(self) -> int:
        return sum(self.outcomes[one] for one in _REFUSED)

    @property
    def with_a_refusal(self) -> set[str]:
        """The conversations in which something was refused."""
        return {one["conversation_id"] for one in self.answers.values() if one["outcome"] in _REFUSED}

    def usage(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """Return how many answers quote each page, how many show it, and their thumbs up and down, by title and collection."""
        quoted, shown = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        thumbs = {"up": Counter[tuple[str, str]](), "down": Counter[tuple[str, str]]()}
        for message_id, answer in self.answers.items():
            cites = _titles(answer["citations"])
            quoted.update(cites.values())
            shown.update((cites | _titles(answer["sources"])).values())
            if message_id in self.ratings:
                thumbs[self.ratings[message_id]].update(cites.values())
        return {page: (quoted[page], shown[page], thumbs["up"][page], thumbs["down"][page]) for page in shown}


def _titles(passages: Iterable[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the pages that passages are of, each once: their title and collection by their key."""
    return {(one["collection"], one["page_id"]): (one["title"], one["collection"]) for one in passages}


def in_groups(questions: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the questions of one visitor after another: one, two, three, and so on from the beginning."""
    at, size = 0, 1
    while at < len(questions):
        yield questions[at : at + size]
        at, size = at + size, size % 3 + 1


class Visitor:
    """Somebody with a session of a site, who speaks as the widget does from the page of another origin."""

    def __init__(self, http: httpx.Client, site: str, received: Received) -> None:
        at_site = {"X-Glossator-Site": site}
        token = _sent(http, "/v1/sessions", {"site_id": site}, at_site)["token"]
        self._http = http
        self._headers = at_site | {"Authorization": f"Bearer {token}"}
        self._received = received
        self._conversation: dict[str, str] = {}

    def ask(self, message: str) -> dict[str, Any]:
        """Ask in the conversation, which begins with the first question."""
        answer = self._post("/v1/chat", {"message": message, **self._conversation})
        self._conversation = {"conversation_id": answer["conversation_id"]}
        self._received.take(answer)
        return answer

    def rate(self, answer: dict[str, Any], rating: str) -> None:
        """Give an answer a thumb."""
        self._post("/v1/feedback", {"message_id": answer["message_id"], "rating": rating})
        self._received.ratings[answer["message_id"]] = rating

    def leave(self, email: str) -> None:
        """Leave an address."""
        self._post("/v1/leads", {"email": email, "consent": True, **self._conversation})
        self._received.leads.add(email)

    def want_a_person(self, reason: str) -> None:
        """Ask for a person."""
        self._post("/v1/handoffs", {"reason": reason, **self._conversation})
        self._received.handoffs.add(self._conversation["conversation_id"])

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return _sent(self._http, path, body, self._headers)


def _sent(http: httpx.Client, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    reply = http.post(path, json=body, headers=headers)
    assert reply.is_success, f"{path}: {reply.status_code} {reply.text}"
    return reply.json() if reply.content else {}
