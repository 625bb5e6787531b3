"""What a web page states about itself for machines: questions with answers, terms, its title.

In JSON-LD or microdata, with the vocabulary of https://schema.org: ``FAQPage``, ``DefinedTerm``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.extract.inline import inline_text
from ingest.extract.unseen import parse, remove_unseen

_JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, and the HTML of its answer, empty where the page shows it."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class StatedTerm:
    """A term. ``url`` is where it is defined, a fragment for a place on the page itself."""

    name: str
    aliases: tuple[str, ...]
    definition: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Statements:
    """All that a page states; ``headlines`` are the titles that it gives itself elsewhere than in its text."""

    questions: tuple[Answered, ...]
    terms: tuple[StatedTerm, ...]
    headlines: tuple[str, ...]
    is_news: bool


def json_statements(tree: LexborHTMLParser) -> list[str]:
    """Return the scripts of a page that state something. No reader sees them."""
    return [script.text() for script in tree.css('script[type="application/ld+json"]')]


def read_statements(tree: LexborHTMLParser, scripts: Sequence[str]) -> Statements:
    """Return what is stated in the scripts of a page and in what its readers see.

    What is not well formed counts as not stated.
    """
    items = [item for script in scripts for item in _items(script)]
    questions = [_answered(item) for item in items if _is(item, "Question")]
    terms = [_term(item) for item in items if _is(item, "DefinedTerm")]
    return Statements(
        (*filter(None, questions), *_marked_questions(tree)),
        (*filter(None, terms), *_marked_terms(tree)),
        tuple(_headlines(tree)),
        any(_is(item, "NewsArticle") for item in items) or tree.css_first('[itemtype$="NewsArticle"]') is not None,
    )


def _items(script: str) -> Iterator[_JSON]:
    """Yield the objects of a script in their order, the inner ones after the one that holds them."""
    try:
        waiting: list[Any] = [json.loads(script)]
    except (json.JSONDecodeError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += reversed(value.values())
        elif isinstance(value, list):
            waiting += reversed(value)


def _is(item: _JSON, kind: str) -> bool:
    kinds = _list(item.get("@type"))
    return any(isinstance(name, str) and name.endswith(kind) for name in kinds)


def _answered(item: _JSON) -> Answered | None:
    answers = [answer.get("text") for answer in _list(item.get("acceptedAnswer")) if isinstance(answer, dict)]
    question = _plain(item.get("name"))
    answer = next((answer for answer in answers if isinstance(answer, str) and _plain(answer)), None)
    return Answered(question, answer) if question and answer else None


def _term(item: _JSON) -> StatedTerm | None:
    name, definition = _plain(item.get("name")), _plain(item.get("description"))
    others = (*_list(item.get("alternateName")), *_list(item.get("termCode")))
    address = next((value for value in (item.get("url"), item.get("@id")) if isinstance(value, str)), None)
    return StatedTerm(name, tuple(filter(None, map(_plain, others))), definition, address) if name else None


def _marked_questions(tree: LexborHTMLParser) -> Iterator[Answered]:
    for item in tree.css('[itemtype$="schema.org/Question"]'):
        if question := _property(item, "name"):
            yield Answered(question)


def _marked_terms(tree: LexborHTMLParser) -> Iterator[StatedTerm]:
    for item in tree.css('[itemtype$="schema.org/DefinedTerm"]'):
        if name := _property(item, "name"):
            aliases = tuple(filter(None, map(_shown, item.css("[itemprop=alternateName], [itemprop=termCode]"))))
            yield StatedTerm(name, aliases, _property(item, "description"), f"#{item.id}" if item.id else None)


def _headlines(tree: LexborHTMLParser) -> Iterator[str]:
    for selector in ("title", 'meta[property="og:title"]', 'meta[name="twitter:title"]'):
        yield from filter(None, map(_shown, tree.css(selector)))


def _property(item: LexborNode, name: str) -> str:
    node = item.css_first(f"[itemprop={name}]")
    return _shown(node) if node is not None else ""


def _shown(node: LexborNode) -> str:
    text = node.attributes.get("content") or "" if node.tag == "meta" else inline_text(node)
    return " ".join(text.split())


def _plain(value: object) -> str:
    # The texts of JSON-LD are written as HTML more often than not.
    if not isinstance(value, str) or not value.strip():
        return ""
    tree = parse(f"<body>{value}")
    remove_unseen(tree)
    return _shown(tree.body) if tree.body is not None else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
