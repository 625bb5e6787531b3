"""Columns: what a search needs of all passages and pages at once, as arrays that are mapped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.arraywriter import mapped
from content.catalog import Catalog
from content.embedding import Vectors
from content.spelling import spelled
from content.words import fold

_WORDS = "words.json"
_ARRAYS = ("pages", "is_question", "title_rarity")


@dataclass(frozen=True, slots=True)
class Columns:
    """A snapshot's catalog, seen across.

    By row: the number of the passage's ``pages``, and whether it answers a question of its page. By page: one divided
    by how many pages share its title. By collection: the ``words`` that the names of its terms and pages are made of.
    """

    pages: NDArray[np.int32]
    is_question: NDArray[np.bool_]
    title_rarity: Vectors
    words: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, catalog: Catalog) -> Columns:
        """Read the whole catalog: once when it is written, and for snapshots from before there were columns."""
        pages = np.asarray(catalog.page_numbers(), np.int32)
        is_question = np.zeros(len(pages), np.bool_)
        is_question[list(catalog.questions())] = True
        folded = [fold(title) for title in catalog.titles()]
        counts = Counter(folded)
        rarity = np.asarray([1 / counts[title] for title in folded], np.float32)
        names: dict[str, set[str]] = {}
        for collection, _, title in catalog.page_titles():
            names.setdefault(collection, set()).update(spelled(title))
        for term in catalog.terms():
            names.setdefault(term.collection, set()).update(*map(spelled, term.names))
        return cls(pages, is_question, rarity, {collection: sorted(words) for collection, words in names.items()})

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """Map saved columns into memory."""
        pages, is_question, rarity = (mapped(folder / f"{name}.npy") for name in _ARRAYS)
        return cls(pages, is_question, rarity, json.loads((folder / _WORDS).read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        """Write the columns into an empty folder."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / _WORDS).write_text(json.dumps(self.words, ensure_ascii=False), encoding="utf-8")
