"""The explanation of a citation, why this passage: the words of a question beside those of a quote that answers it."""

from __future__ import annotations

from content.alignment import Alignment, align
from content.embedding import Embedder, TokenVectors
from content.errors import NotFound
from content.snapshot import Snapshot
from content.tokens import TokenIndex
from service.conversation import Exchange
from service.model import Citation
from service.wire import AlignmentReply


def explained(exchange: Exchange, number: int, snapshot: Snapshot, embedder: Embedder) -> AlignmentReply:
    """Return how a question aligns with the quote of its answer's citation with this number.

    The quote's tokens are those that were searched, as the model understood them in their passage; where another
    snapshot has taken the place of that one, the quote is embedded by itself. Raises NotFound for a citation that the
    answer does not have, and where there are no token vectors.
    """
    citation = next((one for one in exchange.citations if one.number == number), None)
    if citation is None:
        raise NotFound(f"the answer has no citation {number}; it has {len(exchange.citations)}")
    asked = embedder.encode_questions([exchange.question]).tokens[0]
    if snapshot.tokens is None or not len(asked):
        raise NotFound(
            "there is no alignment: passages have no token vectors. "
            "Set late_interaction = true, with a model that has them, and run: glossator ingest"
        )
    if exchange.snapshot_id == snapshot.snapshot_id:
        found = _as_searched(exchange.question, asked, citation, snapshot, snapshot.tokens)
    else:
        quoted = embedder.encode_passages([citation.quote]).tokens[0]
        near = snapshot.tokens.projection.similarities(quoted, asked)
        found = align(exchange.question, asked.spans, citation.quote, quoted.spans, near)
    return AlignmentReply(exchange.question, citation.quote, found.question_tokens, found.passage_tokens, found.weights)


def _as_searched(
    question: str, asked: TokenVectors, citation: Citation, snapshot: Snapshot, tokens: TokenIndex
) -> Alignment:
    row = snapshot.catalog.row(citation.passage_id)
    passage, _, _ = snapshot.catalog.passages([row])[row]
    beside = tokens.interaction(asked, row)
    spans = beside.spans + (passage.start - citation.start)
    inside = (spans[:, 0] >= 0) & (spans[:, 1] <= len(citation.quote)) & (beside.spans[:, 0] >= 0)
    return align(question, asked.spans, citation.quote, spans[inside], beside.similarities[inside])
