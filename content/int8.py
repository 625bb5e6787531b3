"""The embedding model in eight bits: passages 1.2 to 1.7 times as fast on a CPU, at some cost in quality.

Weights are rounded once, channel by channel, and what flows between the layers as it flows (Jacob et al.,
"Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018). Questions keep
the whole model: both give vectors of one space.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from content.embedding import Embedded, ModelCard, Vectors
from content.errors import ModelError
from content.onnx import OnnxEmbedder

INT8 = "int8"
# The least cosine of a text's vectors from both models, and of half of its tokens'; all-MiniLM-L6-v2 keeps 0.97.
_LIKE = 0.9
_SAMPLES = (
    "A sitemap lists the pages of a site, so that crawlers find them.",
    "Attention weighs its input: each token looks at all others, and takes from each as much as both have in common.",
    "To change the e-mail address of an account, open its settings, choose Profile, and confirm the new address.",
)
_REMEDY = "Set passage_precision = 'float32'."


class Int8Embedder:
    """A model's export that reads passages with numbers of eight bits, and questions with those of ``whole``.

    A passage's vector depends a little on what is embedded beside it, since a pass has one scale for all its texts.
    """

    def __init__(self, whole: OnnxEmbedder) -> None:
        self.whole = whole
        self._opening = threading.Lock()

    @cached_property
    def card(self) -> ModelCard:
        """Which model this is."""
        return replace(self.whole.card, precision=INT8)

    @property
    def path(self) -> Path:
        """Where the rounded export lies, beside the whole one."""
        return self.whole.path.with_suffix(f".{INT8}{self.whole.path.suffix}")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model's window each text takes, special tokens not counted."""
        return self.whole.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched, with eight bits. Raises ModelError: no passage is embedded otherwise instead."""
        with self._opening:
            session = self._session
        return self.whole.run(session, "document", texts)

    def encode_questions(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched for, with the whole model."""
        return self.whole.encode_questions(texts)

    def export(self) -> None:
        """Make both exports, unless they are there. Raises ModelError where they cannot be had."""
        self.whole.export()
        if self.path.is_file():
            return
        draft = self.path.with_suffix(f".{os.getpid()}.draft")
        try:
            _round(self.whole.path, draft)
            self._verify(self.whole.open(draft))
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    @cached_property
    def _session(self) -> Any:
        self.export()
        return self.whole.open(self.path)

    def _verify(self, session: Any) -> None:
        for text in _SAMPLES:
            one, other = self.whole.run(session, "document", [text]), self.whole.encode_passages([text])
            pairs = [(one.vectors, other.vectors)]
            pairs += [(mine.vectors, its.vectors) for mine, its in zip(one.tokens, other.tokens, strict=True)]
            like = min(_likeness(*pair) for pair in pairs if len(pair[0]))
            if not like >= _LIKE:
                raise ModelError(
                    f"embedding model {self.card.name!r}: in eight bits it understands texts differently (a cosine of "
                    f"{like:.2f} to its own vectors, {_LIKE} at least is wanted). {_REMEDY}"
                )


def _likeness(one: Vectors, other: Vectors) -> float:
    return float(np.median((one * other).sum(axis=1)))


def _round(whole: Path, path: Path) -> None:
    if find_spec("onnx") is None:
        raise ModelError("the package that rounds models is not installed. Install it: pip install glossator[onnx]")
    from onnxruntime.quantization import quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises to optimise the model first, which brings nothing here
    try:
        # Seven bits of each weight: with eight, sums overflow on processors without VNNI, and vectors with them.
        quantize_dynamic(whole, path, per_channel=True, reduce_range=True)
    except (RuntimeError, TypeError, ValueError) as error:
        said = str(error).strip().partition("\n")[0]
        raise ModelError(f"{whole} cannot be rounded to eight bits: {said} {_REMEDY}") from error
    finally:
        root.setLevel(level)
