"""Passages and questions a second by PyTorch, ONNX Runtime and OpenVINO in each precision, in interleaved rounds.

    python -m tests.bench.precision FEED.jsonl [--passages 320] [--words 9] [--rounds 5] [--models FOLDER]

Embeds so many passages of a feed, token vectors included, in the batches of an ingest; with ``--words`` only the last words
of each, as many as a question has. Prints passages a second and their ratio to ONNX Runtime with float32 (medians over the
rounds), and how near the vectors of passages and tokens stay to those of PyTorch: the cosine at the median, and the least.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from content.embedding import Embedder, SentenceTransformerEmbedder, Vectors
from content.int8 import Int8Embedder
from content.onnx import OPENVINO, OnnxEmbedder
from ingest.chunk import cut
from ingest.reading import read_source
from ingest.sources import Source

_BATCH = 32  # passages, as in an ingest
_ONNX = "ONNX Runtime, float32"


def passages(feed: Path, count: int, embedder: Embedder) -> list[str]:
    """Return what an ingest would embed of a feed: so many passages, evenly chosen, of like length in a row."""
    texts = [chunk.embedded for page in cut(list(read_source(Source(str(feed))).pages), embedder) for chunk in page]
    chosen = texts[:: max(1, len(texts) // count)][:count]
    return sorted(chosen, key=len)


def embed(embedder: Embedder, texts: Sequence[str]) -> tuple[float, Vectors, Vectors]:
    """Return passages a second, and the vectors of passages and of their tokens."""
    started = time.perf_counter()
    made = [embedder.encode_passages(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    speed = len(texts) / (time.perf_counter() - started)
    tokens = np.concatenate([one.vectors for batch in made for one in batch.tokens])
    return speed, np.concatenate([batch.vectors for batch in made]), tokens


def _likeness(one: Vectors, other: Vectors) -> str:
    cosines = (one * other).sum(axis=1)
    return f"{np.median(cosines):.4f}, {cosines.min():.4f}"


def measure(embedders: dict[str, Embedder], texts: Sequence[str], rounds: int) -> None:
    """Let each embed the same texts in turn, and print a table."""
    first = {name: embed(embedder, texts) for name, embedder in embedders.items()}  # loads them, too
    speeds: dict[str, list[float]] = {name: [] for name in embedders}
    for _ in range(rounds):
        for name, embedder in embedders.items():
            speeds[name].append(embed(embedder, texts)[0])
    _, vectors, tokens = next(iter(first.values()))
    print("| | passages a second | ratio | cosine to PyTorch: passages | tokens |\n|---|---|---|---|---|")
    for name, found in speeds.items():
        ratio = statistics.median(mine / its for mine, its in zip(found, speeds[_ONNX], strict=True))
        _, its_vectors, its_tokens = first[name]
        print(
            f"| {name} | {statistics.median(found):.1f} | {ratio:.2f} "
            f"| {_likeness(its_vectors, vectors)} | {_likeness(its_tokens, tokens)} |"
        )
    print(f"{len(texts)} passages, {rounds} rounds, load {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Make the exports and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--passages", type=int, default=320)
    parser.add_argument("--words", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", type=Path, help="where the exports are kept")
    arguments = parser.parse_args()
    torch = SentenceTransformerEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        models = arguments.models or Path(folder)
        openvino = OnnxEmbedder(torch, models, runtime=OPENVINO)
        openvino.export()
        exact = OnnxEmbedder(torch, models, runtime=OPENVINO, exact=True)
        with tempfile.TemporaryDirectory() as other:  # each runtime keeps an export of its own only
            onnx = OnnxEmbedder(torch, Path(other))
            int8 = Int8Embedder(onnx)
            int8.export()
            embedders: dict[str, Embedder] = {
                "PyTorch": torch,
                _ONNX: onnx,
                "ONNX Runtime, int8": int8,
                "OpenVINO, float32": exact,
                f"OpenVINO, {openvino.precision}": openvino,
            }
            texts = passages(arguments.feed, arguments.passages, torch)
            if arguments.words:
                texts = [" ".join(text.split()[-arguments.words :]) for text in texts]
            measure(embedders, texts, arguments.rounds)


if __name__ == "__main__":
    main()
