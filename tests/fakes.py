"""Stand-ins at the outer seams: an embedder that needs no model, and snapshots made with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from content.archive import Archive
from content.depot import Depot
from content.embedding import Embedded, ModelCard, TokenVectors, unit
from content.snapshot import Snapshot
from content.words import stem_as_written, stems
from ingest.pipeline import IngestOptions, ingest
from ingest.report import Report
from ingest.sources import Source

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")


class HashingEmbedder:
    """Texts that share stems lie near each other: every stem has its own, fixed direction."""

    def __init__(
        self, dimension: int = 128, max_tokens: int = 256, name: str = "hashing", *, late_interaction: bool = True
    ) -> None:
        self._dimension = dimension
        self.card = ModelCard(
            name, hashlib.sha256(f"{name}{dimension}".encode()).hexdigest(), max_tokens, late_interaction
        )
        self.embedded: list[str] = []
        self.asked: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count pieces of words of at most six letters, and marks."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Add up the directions of a text's stems; its tokens are its words, in their own directions."""
        self.embedded += texts
        return self._encode(texts)

    def encode_questions(self, texts: Sequence[str]) -> Embedded:
        """As passages."""
        self.asked += texts
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Embedded:
        rows = [
            sum(
                (_direction(stem, self._dimension) for stem in set(stems(text))),
                _direction("", self._dimension) * 0.1,
            )
            for text in texts
        ]
        return Embedded(unit(np.stack(rows)), tuple(map(self._tokens, texts)))

    def _tokens(self, text: str) -> TokenVectors:
        if not self.card.late_interaction:
            return TokenVectors.none()
        found = list(_WORD.finditer(text))
        stemmed = [stem_as_written(match.group()) for match in found]
        ids = [int.from_bytes(hashlib.sha256(stem.encode()).digest()[:2], "big") for stem in stemmed]
        vectors = np.array([_direction(stem, self._dimension) for stem in stemmed], np.float32)
        spans = np.array([match.span() for match in found], np.int32)
        return TokenVectors(np.array(ids, np.int32), spans.reshape(-1, 2), unit(vectors.reshape(-1, self._dimension)))


@cache
def _direction(stem: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


def write_pages(folder: Path, pages: dict[str, str]) -> Path:
    """Write files by their relative path."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ingest_folder(
    data_dir: Path,
    *folders: Path,
    embedder: HashingEmbedder | None = None,
    options: IngestOptions | None = None,
    depot: Depot | None = None,
) -> Report:
    """Ingest folders into the default collection."""
    sources = [Source(str(folder)) for folder in folders]
    return ingest(Archive(data_dir), sources, embedder or HashingEmbedder(), options or IngestOptions(), depot=depot)


def open_snapshot(data_dir: Path) -> Snapshot:
    """Open what is current."""
    return Archive(data_dir).open_current()


GLOSSARY = {
    "attention.md": """---
title: Attention Mechanism
aliases: [attention, neural attention]
definition: >-
  Attention is a mechanism that lets a neural network weigh the parts of its input by how relevant they are.
related: [transformer, softmax]
---

## In plain words

Attention computes relevance scores between a query and every key. Softmax turns the scores into weights.

## Questions and answers

### Who introduced attention?

Dzmitry Bahdanau, Kyunghyun Cho and Yoshua Bengio introduced attention in 2014. Their paper was about translation.

### How does attention work?

Attention compares a query with keys. It then adds up the values by these weights.
""",
    "transformer.md": """---
title: Transformer
aliases: [Transformer model]
definition: A transformer is a neural network that is built from self-attention and needs no recurrence.
related: [attention]
---

The transformer was published in 2017. It replaced recurrent networks in translation.

## Steps

A transformer layer has these steps:

1. Self-attention mixes the tokens.
2. A feed-forward network changes each token.
3. Residual connections add the input again.
""",
    "softmax.md": """---
title: Softmax
definition: Softmax is a function that turns a list of numbers into probabilities that add up to one.
---

Softmax divides each exponential by their sum.

```python
def softmax(x):
    return exp(x) / exp(x).sum()
```
""",
    "lead-capture.md": """---
title: Lead Capture
definition: Lead capture is the collection of a visitor's contact details, with consent, for a later reply.
---

A lead form asks for an e-mail address. Ask for little, and say why.
""",
}
