"""Question vectors: what the questions of the last check look like to a model, kept beside the archive."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from content.embedding import Embedded, Embedder, ModelCard, TokenVectors

_FOLDER = "check"


class QuestionVectors:
    """The vectors of questions by model. They are no more than a shortcut: what is missing is computed."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER

    def embed(
        self, questions: Sequence[str], embedder: Embedder, keep: Collection[ModelCard] = ()
    ) -> dict[str, Embedded]:
        """Return these questions' vectors, and remember them alone; the unknown ones are embedded in one batch.

        Of other models' vectors those of ``keep`` stay.
        """
        wanted = list(dict.fromkeys(questions))
        known = self.known(embedder.card)
        new = [question for question in wanted if question not in known]
        if new:
            known |= zip(new, embedder.encode_questions(new), strict=True)
            self._write(embedder.card, {question: known[question] for question in wanted})
        kept = {self._path(card) for card in (embedder.card, *keep)}
        for path in self._folder.glob("*.npz"):
            if path not in kept:
                path.unlink()
        return {question: known[question] for question in wanted}

    def known(self, card: ModelCard) -> dict[str, Embedded]:
        """Return what is remembered of a model; nothing where that cannot be read."""
        try:
            with self._path(card).open("rb") as file, np.load(file) as said:
                ends = np.cumsum(said["tokens"])[:-1]
                parts = (np.split(said[name], ends) for name in ("ids", "spans", "token_vectors"))
                tokens = [TokenVectors(*one) for one in zip(*parts, strict=True)]
                found = Embedded(said["vectors"], tuple(tokens))
                return dict(zip(said["questions"].tolist(), found, strict=True))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}

    def _write(self, card: ModelCard, embedded: dict[str, Embedded]) -> None:
        tokens = [one.tokens[0] for one in embedded.values()]
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(card)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            np.savez(
                file,
                questions=np.array(list(embedded)),
                vectors=np.concatenate([one.vectors for one in embedded.values()]),
                tokens=np.array([len(one) for one in tokens]),
                ids=np.concatenate([one.ids for one in tokens]),
                spans=np.concatenate([one.spans for one in tokens]),
                token_vectors=np.concatenate(
                    [one.vectors for one in tokens if len(one)] or [np.empty((0, 0), np.float32)]
                ),
            )
        os.replace(draft, path)

    def _path(self, card: ModelCard) -> Path:
        return self._folder / f"{card.sha256[:16]}{'-tokens' if card.late_interaction else ''}.npz"
