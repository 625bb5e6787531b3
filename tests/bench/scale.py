"""Large snapshots: what opening, searching and keeping them takes.

    python -m tests.bench.scale [--passages 10000 100000 1000000] [--tokens 0] [--rounds 3] [--keep FOLDER]

Writes snapshots of synthetic pages, five passages each, with the very writer of an ingest: words drawn by Zipf's law,
vectors around as many centres as there are thousands of passages, and so many random token vectors a passage. Prints
seconds to write, seconds to open it in a process of its own (the model and the libraries apart), the search without the
model at the 50th and 95th percentile and its processor time, bytes on disk and resident bytes a passage, and how the
index is searched with its measured recall; then the bytes on disk by part.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from content.archive import Archive
from content.catalog import StoredPage
from content.embedding import Embedded, ModelCard, TokenVectors, Vectors, unit
from content.interaction import PackedTokens, Projection
from content.manifest import Manifest
from content.model import Block, BlockKind, Page, Passage, PassageKind
from content.search import search
from content.snapshot import Snapshot

_DIMENSION = 384
_A_PAGE = 5  # passages
_WORDS = 60  # a passage
_VOCABULARY = 200_000
_QUESTIONS = 100
_QUESTION_TOKENS = 10
_CARD = ModelCard("synthetic", "0" * 64, 256, late_interaction=False)


def _word(number: int) -> str:
    letters = "bcdfghklmnprstvz"
    return "".join(letters[number >> shift & 15] + "aeiou"[(number >> shift) % 5] for shift in (0, 4, 8, 12, 16))


def pages(count: int, random: np.random.Generator) -> Iterator[tuple[StoredPage, Vectors]]:
    """Yield pages with so many passages in all."""
    centres = unit(random.standard_normal((max(1, count // 1000), _DIMENSION), np.float32))
    names = np.array([_word(number) for number in range(_VOCABULARY)])
    for number in range(count // _A_PAGE):
        drawn = names[random.zipf(1.2, (_A_PAGE, _WORDS)) % _VOCABULARY]
        texts = [" ".join(words) for words in drawn.tolist()]
        text = "\n\n".join(texts)
        starts = np.cumsum([0, *(len(one) + 2 for one in texts[:-1])]).tolist()
        blocks = tuple(Block(BlockKind.PARAGRAPH, at, at + len(one)) for at, one in zip(starts, texts, strict=True))
        page = Page("default", f"p{number:07}", " ".join(drawn[0][:3]), None, text, blocks)
        passages = tuple(
            Passage(f"{number}-{i}", "default", page.page_id, (), None, PassageKind.TEXT, one, at, at + len(one))
            for i, (at, one) in enumerate(zip(starts, texts, strict=True))
        )
        near = centres[random.integers(len(centres), size=_A_PAGE)]
        vectors = unit(near + 0.04 * random.standard_normal((_A_PAGE, _DIMENSION), np.float32))
        yield StoredPage(page, "synthetic", page.digest, passages), vectors


def write(archive: Archive, count: int, tokens: int) -> None:
    """Write and publish a snapshot of so many passages, each with so many token vectors."""
    random = np.random.default_rng(8)
    projection = Projection.learn([_tokens(1000, random)]) if tokens else None
    with archive.lock(), archive.begin() as writer:
        for stored, vectors in pages(count, random):
            writer.add(stored, vectors, [_packed(tokens, random) for _ in range(_A_PAGE)])
        titles = unit(random.standard_normal((count // _A_PAGE, _DIMENSION), np.float32))
        manifest = writer.finish(_CARD, "synthetic", [titles], (), projection)
        archive.publish(manifest.snapshot_id)


def _tokens(count: int, random: np.random.Generator) -> TokenVectors:
    vectors = unit(random.standard_normal((count, _DIMENSION), np.float32))
    return TokenVectors(random.integers(30_000, size=count, dtype=np.int32), np.zeros((count, 2), np.int32), vectors)


def _packed(count: int, random: np.random.Generator) -> PackedTokens:
    ids = random.integers(30_000, size=count, dtype=np.int32)
    codes = np.frombuffer(random.bytes(128 * count), np.uint8).reshape(count, 128)
    return PackedTokens(ids, np.zeros((count, 2), np.int16), codes)


def measure(folder: Path) -> dict[str, float]:
    """Open a snapshot and search in it, in this process, with NumPy's threads as the service has them."""
    threadpool_limits(1, user_api="blas")
    before = _resident()
    started = time.perf_counter()
    snapshot = Archive(folder).open_current()
    snapshot.load()
    opened = time.perf_counter() - started
    opened_memory = _resident() - before
    random = np.random.default_rng(9)
    rows = random.integers(snapshot.manifest.passages, size=_QUESTIONS)
    asked = _tokens(_QUESTION_TOKENS, random) if snapshot.tokens else TokenVectors.none()
    taken, questions = [], []
    worked = time.process_time()
    for hit, vector in zip(
        snapshot.hits(rows.tolist(), [0.0] * len(rows)), snapshot.vectors.vectors(rows), strict=True
    ):
        question = " ".join(random.choice(hit.passage.text.split(), 8).tolist())
        noisy = unit((vector + 0.02 * random.standard_normal(_DIMENSION, np.float32))[None])
        questions.append((question, noisy[0]))
        started = time.perf_counter()
        found = search(snapshot, question, Embedded(noisy, (asked,)))
        found.distinct_hits(5)
        taken.append(1000 * (time.perf_counter() - started))
    cpu = 1000 * (time.process_time() - worked) / len(taken)
    return _parts(snapshot, questions, asked) | {
        "open_s": opened,
        "p50_ms": statistics.median(taken),
        "p95_ms": float(np.quantile(taken, 0.95)),
        "cpu_ms": cpu,
        "opened_bytes": opened_memory / snapshot.manifest.passages,
        "searched_bytes": (_resident() - before) / snapshot.manifest.passages,
    }


def _parts(snapshot: Snapshot, questions: Sequence[tuple[str, Vectors]], asked: TokenVectors) -> dict[str, float]:
    """Return the median milliseconds of the parts of a search, each alone."""
    close = np.random.default_rng(10).integers(snapshot.manifest.passages, size=64)
    parts: dict[str, list[float]] = {"words": [], "vectors": [], "tokens": []}
    for question, vector in questions:
        at = [time.perf_counter()]
        snapshot.lexical.nearest(snapshot.stems(question)[0], 100)
        at.append(time.perf_counter())
        snapshot.vectors.search(vector, 100)
        at.append(time.perf_counter())
        if snapshot.tokens:
            snapshot.tokens.scores(asked, close)
        at.append(time.perf_counter())
        for part, taken in zip(parts.values(), np.diff(at), strict=True):
            part.append(1000 * float(taken))
    return {f"{name}_ms": statistics.median(taken) for name, taken in parts.items()}


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Size:
    """A snapshot of the bench; ``written`` is how many seconds that took, None where it lay there from an earlier run."""

    passages: int
    folder: Path
    written: float | None

    @classmethod
    def made(cls, folder: Path, passages: int, tokens: int) -> Size:
        """Write the snapshot, unless an earlier run kept it."""
        archive = Archive(folder / f"{passages}-{tokens}")
        if archive.current_id() is not None:
            return cls(passages, archive.data_dir, None)
        started = time.perf_counter()
        write(archive, passages, tokens)
        return cls(passages, archive.data_dir, time.perf_counter() - started)

    def measured(self) -> dict[str, float]:
        """Open it and search in it, in a process of its own."""
        command = [sys.executable, "-m", "tests.bench.scale", "--measure", str(self.folder)]
        found: dict[str, float] = json.loads(subprocess.check_output(command))
        return found


def _row(size: Size, rounds: Sequence[Mapping[str, float]], manifest: Manifest) -> str:
    figures = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    disk = sum(state.bytes for state in manifest.files.values()) / size.passages
    index = manifest.index
    cells = (
        f"{size.passages:,}",
        "" if size.written is None else f"{size.written:.0f}",
        "{open_s:.2f}",
        "{p50_ms:.1f}",
        "{p95_ms:.1f}",
        "{cpu_ms:.1f}",
        "{words_ms:.1f}, {vectors_ms:.1f}, {tokens_ms:.1f}",
        f"{disk:,.0f}",
        "{opened_bytes:,.0f}",
        "{searched_bytes:,.0f}",
        "exact" if index is None else f"{index.probes} of {index.lists} lists, recall {index.recall}",
    )
    return f"| {' | '.join(cells)} |".format_map(figures)


def _shares(size: Size, manifest: Manifest) -> str:
    parts = Counter[str]()
    for name, state in manifest.files.items():
        parts[name.partition("/")[0]] += state.bytes
    return f"| {size.passages:,} | {', '.join(f'{name} {part / size.passages:,.0f}' for name, part in parts.most_common())} |"


def main() -> None:
    """Write each snapshot once, measure all in turn in processes of their own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--tokens", type=int, default=0, help="token vectors a passage")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="keep the snapshots in this folder, and use those that are there")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        sizes = [Size.made(arguments.keep or Path(folder), count, arguments.tokens) for count in arguments.passages]
        rounds = [[size.measured() for size in sizes] for _ in range(arguments.rounds)]
        manifests = [Archive(size.folder).open_current().manifest for size in sizes]
    print(
        "| passages | write s | open s | search p50 ms | p95 ms | CPU ms | of it words, vectors, tokens ms, alone "
        "| bytes a passage: on disk | opened | searched | index |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for size, manifest, *found in zip(sizes, manifests, *rounds, strict=True):
        print(_row(size, found, manifest))
    print("\n| passages | bytes on disk a passage, by part |\n|---|---|")
    print(*map(_shares, sizes, manifests), sep="\n")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
