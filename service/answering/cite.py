"""Citing: quotes and passages in the shapes in which visitors get them."""

from __future__ import annotations

import re
from collections.abc import Collection

from content.model import Hit, Term
from content.words import stem_as_written
from service.answering.evidence import Quote
from service.answering.link import quote_link
from service.model import Citation, Highlight, RelatedTerm, SearchResult

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def citation(number: int, quote: Quote) -> Citation:
    """Return a quote as the citation with this number."""
    passage = quote.hit.passage
    return Citation(
        number=number,
        passage_id=passage.passage_id,
        page_id=passage.page_id,
        collection=passage.collection,
        title=quote.hit.title,
        url=quote.hit.url,
        link=quote_link(quote.hit.url, quote.text, passage.anchor, quote.locator),
        heading=passage.heading,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        support=round(quote.support, 3),
    )


def search_result(hit: Hit, asked: Collection[str]) -> SearchResult:
    """Return a passage as a result of a search for words with these stems."""
    passage = hit.passage
    return SearchResult(
        passage_id=passage.passage_id,
        page_id=passage.page_id,
        collection=passage.collection,
        title=hit.title,
        url=hit.url,
        link=quote_link(hit.url, passage.text, passage.anchor, passage.locator),
        heading=passage.heading,
        text=passage.text,
        start=passage.start,
        end=passage.end,
        score=round(hit.score, 4),
        highlights=tuple(_highlights(passage.text, asked)),
    )


def related_term(term: Term) -> RelatedTerm:
    """Return a term as it is shown beside an answer."""
    return RelatedTerm(term.name, term.slug, term.definition)


def _highlights(text: str, asked: Collection[str]) -> list[Highlight]:
    return [
        Highlight(match.start(), match.end())
        for match in _WORD.finditer(text)
        if stem_as_written(match.group()) in asked
    ]
