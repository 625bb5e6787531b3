"""What the pages say to programs: DefinedTerm, DefinedTermSet and FAQPage (schema.org) in JSON-LD.

The template writes it with Jinja's ``tojson``, which escapes all that could end a script element.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from content.model import Term
from service.glossary.addresses import Addresses
from service.wire import QuestionAnswer

_CONTEXT = "https://schema.org"


def term_set(name: str, addresses: Addresses) -> dict[str, Any]:
    """Return what is said of the glossary as a whole."""
    return {"@context": _CONTEXT} | _set(name, addresses)


def defined_term(
    term: Term, questions: Sequence[QuestionAnswer], name: str, addresses: Addresses
) -> list[dict[str, Any]]:
    """Return what is said of a term, and of the questions that its page answers."""
    said: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "DefinedTerm",
        "name": term.name,
        "description": term.definition,
        "termCode": term.slug,
        "inDefinedTermSet": _set(name, addresses),
    } | _located(addresses.of(term), addresses)
    if term.aliases:
        said["alternateName"] = list(term.aliases)
    if not questions:
        return [said]
    entities = [
        {"@type": "Question", "name": one.question, "acceptedAnswer": {"@type": "Answer", "text": one.answer}}
        for one in questions
    ]
    return [said, {"@context": _CONTEXT, "@type": "FAQPage", "mainEntity": entities}]


def _set(name: str, addresses: Addresses) -> dict[str, Any]:
    return {"@type": "DefinedTermSet", "name": name} | _located(addresses.index, addresses)


def _located(path: str, addresses: Addresses) -> dict[str, str]:
    address = addresses.absolute(path)
    return {} if address is None else {"@id": address, "url": address}
