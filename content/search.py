"""Search: the passages of a snapshot that fit a question best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from content.embedding import Vectors
from content.glossary import Mention
from content.index import Rows
from content.model import Hit
from content.rank import Signals, near_duplicates, overlap, relevance
from content.snapshot import Snapshot
from content.words import stems

# So many of the nearest by meaning and by words are looked at closely.
_DEPTH = 100

_WORD = re.compile(r"\w+")

_ASKS_DEFINITION = re.compile(
    r"^\s*(?:(?:please|can you|could you)\s+)*"
    r"(?:what(?:['’]s|s| is| are| was| were)(?: meant by)?|who(?:['’]s| is| was| are| were)|define|explain|describe|"
    r"definition of|meaning of|tell me about|what (?:do|does|did)\b.*\bmean|what .* (?:stands?) for)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: ``rows`` with their ``scores``, best first, and the terms that the question names.

    ``vector`` is the embedded question, ``asked`` are its stems, ``collections`` those that were searched.
    """

    question: str
    vector: Vectors
    asked: frozenset[str]
    rows: Rows
    scores: Vectors
    mentions: tuple[Mention, ...]
    collections: tuple[str, ...]
    snapshot: Snapshot

    @property
    def pages(self) -> int:
        """How many pages were searched."""
        return sum(self.snapshot.manifest.collections[name].pages for name in self.collections)

    @property
    def best(self) -> float:
        """The score of the best passage, 0 where there is none."""
        return float(self.scores[0]) if len(self.scores) else 0.0

    def hits(self, limit: int) -> list[Hit]:
        """Return the best passages."""
        return self.snapshot.hits([int(row) for row in self.rows[:limit]], self.scores[:limit].tolist())

    def distinct_hits(self, limit: int) -> list[Hit]:
        """Return the best passages, without those that say nearly the same as a better one."""
        hits = self.hits(2 * limit)
        repeated = near_duplicates([_WORD.findall(hit.passage.text.casefold()) for hit in hits])
        return [hit for hit, again in zip(hits, repeated, strict=True) if not again][:limit]

    def page_ids(self, limit: int) -> list[str]:
        """Return the ids of the pages of the best passages, each once."""
        pages = dict.fromkeys(self.snapshot.page_numbers[self.rows].tolist())
        return [self.snapshot.page_ids[page] for page in list(pages)[:limit]]


def search(snapshot: Snapshot, question: str, vector: Vectors, collections: Sequence[str] | None = None) -> Found:
    """Return the passages that fit a question, best first.

    ``vector`` is the embedded question, shape (dimension,). Raises NotFound for an unknown collection.
    """
    among = snapshot.rows(collections)
    asked = frozenset(stems(question))
    mentions = tuple(snapshot.glossary.mentions(question, collections))
    lexical = snapshot.lexical.scores(sorted(asked))
    rows = _candidates(snapshot, vector, lexical, among)
    signals = Signals(
        dense=np.clip(snapshot.vectors.vectors(rows) @ vector, 0, 1),
        lexical=lexical[rows],
        names=_names(snapshot, rows, asked, mentions),
        asked=_asked(snapshot, rows, asked),
        defines=_defines(snapshot, rows, question, mentions),
    )
    scores = relevance(signals)
    order = np.argsort(-scores, kind="stable")
    searched = tuple(snapshot.manifest.collections if collections is None else collections)
    return Found(question, vector, asked, rows[order], scores[order], mentions, searched, snapshot)


def asks_definition(question: str) -> bool:
    """Whether a question wants to know what something is."""
    return _ASKS_DEFINITION.match(question) is not None


def _candidates(snapshot: Snapshot, vector: Vectors, lexical: Vectors, among: Sequence[range] | None) -> Rows:
    nearest, _ = snapshot.vectors.search(vector, _DEPTH, among)
    allowed = np.arange(len(lexical)) if among is None else np.concatenate([np.asarray(rows) for rows in among])
    held = allowed[lexical[allowed] > 0]
    if len(held) > _DEPTH:
        held = held[np.argpartition(-lexical[held], _DEPTH)[:_DEPTH]]
    return np.union1d(nearest, held).astype(np.int64)


def _names(snapshot: Snapshot, rows: Rows, question: frozenset[str], mentions: Sequence[Mention]) -> Vectors:
    """Return how far the question speaks of each candidate's page by its title, or by another name of its term."""
    weight = lru_cache(maxsize=None)(snapshot.lexical.idf)
    pages = snapshot.page_numbers[rows]
    by_page = {page: overlap(question, snapshot.title_stems(page), weight) for page in set(pages.tolist())}
    for mention in mentions:
        page, _ = snapshot.definitions[mention.term.collection, mention.term.slug]
        if page in by_page:
            by_page[page] = max(by_page[page], overlap(question, mention.stems, weight))
    return np.asarray([by_page[page] for page in pages.tolist()], np.float32)


def _asked(snapshot: Snapshot, rows: Rows, question: frozenset[str]) -> Vectors:
    """Return how far the question is the one that each candidate's page asks itself there."""
    weight = snapshot.lexical.idf
    asked = (snapshot.questions.get(row) for row in rows.tolist())
    return np.asarray([overlap(question, own, weight) if own else 0.0 for own in asked], np.float32)


def _defines(snapshot: Snapshot, rows: Rows, question: str, mentions: Sequence[Mention]) -> Vectors:
    if not mentions or not asks_definition(question):
        return np.zeros(len(rows), np.float32)
    defining = [snapshot.definitions[mention.term.collection, mention.term.slug][1] for mention in mentions]
    return np.isin(rows, defining).astype(np.float32)
