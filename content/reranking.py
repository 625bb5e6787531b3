"""Reranking: a cross-encoder reads question and passage together and orders the best passages anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from content.embedding import Vectors, model_folder
from content.errors import ModelError
from content.search import Found

# Returns how well each of some passages answers a question, shape (passages,); higher is better.
Reranker = Callable[[str, Sequence[str]], Vectors]

_MOST = 16  # passages that are read; each costs a pass of the model


def reranked(found: Found, reranker: Reranker) -> Found:
    """Return what was found with its best passages in the reranker's order.

    The scores stay with the places: what a cross-encoder says is no probability, and whether the content answers at all
    has been estimated already.
    """
    hits = found.hits(_MOST)
    if len(hits) < 2:
        return found
    fits = reranker(found.question, [hit.passage.in_context(hit.title) for hit in hits])
    best = found.rows[: len(hits)][np.argsort(-fits, kind="stable")]
    return replace(found, rows=np.concatenate([best, found.rows[len(hits) :]]))


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers, by its name on the hub or its folder. It is loaded when first used."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loading = threading.Lock()

    def __call__(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return how well each passage answers the question. Raises ModelError."""
        with self._loading:
            model = self._model
        return np.asarray(model.predict([(question, text) for text in passages], show_progress_bar=False), np.float32)

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        folder = model_folder("reranker", self.name)
        try:
            model = CrossEncoder(str(folder))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"reranker {self.name!r} in {folder} cannot be loaded: {error}") from error
        if model.num_labels != 1:
            raise ModelError(
                f"reranker {self.name!r} gives {model.num_labels} values a passage; choose one that gives one"
            )
        return model
