"""Ingests that grow: time and memory by the number of pages, and a re-ingest with one page of a hundred changed.

    python -m tests.bench.growth [--pages 1000 3000 10000] [--model hashing|default]

Ingests feeds of generated pages by the pipeline, each in a process of its own. ``hashing`` puts a vector near that of
one of some topics in the place of each text, and as many token vectors as the text has tokens, so that what is left is
all that an ingest does besides embedding. Prints seconds, the most resident memory less that of the process before it
began, what of that the vectors would take, and what the token vectors take on disk.

``default`` embeds with the configured model, and each batch of passages by the bare encoder as well, before or after it
in turns: the same model in the same runtime, vectors alone. Prints both, and how many times the one is the other.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from content.archive import Archive
from content.embedding import Embedded, Embedder, TokenVectors, Vectors, unit
from content.snapshot import TOKENS
from glossator.models import export_once, ingesting_embedder
from ingest.pipeline import ingest
from ingest.report import CHECK, Report
from ingest.sources import Source
from service.settings import load_settings
from tests.fakes import HashingEmbedder

_PARAGRAPHS = 6
_TOPICS, _SPREAD = 500, 0.5
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")  # as the fake counts them
_VOCABULARY, _DIRECTIONS = 30_522, 1024
_WORDS = "policy invoice router bucket ledger premium tariff account device session cluster index passage claim".split()


class TopicEmbedder(HashingEmbedder):
    """Gives every text a vector of its own near that of its topic, and every token one of some directions."""

    _topics = np.random.default_rng(5).standard_normal((_TOPICS, 384)).astype(np.float32)
    _directions = unit(np.random.default_rng(6).standard_normal((_DIRECTIONS, 384)).astype(np.float32))

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Unlike the fake, do not remember the texts."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Embedded:
        return Embedded(unit(np.stack([self._vector(text) for text in texts])), tuple(map(self._tokens, texts)))

    def _tokens(self, text: str) -> TokenVectors:
        found = list(_TOKEN.finditer(text))
        ids = np.array([zlib.crc32(token.group().encode()) % _VOCABULARY for token in found], np.int32)
        spans = np.array([token.span() for token in found], np.int32).reshape(-1, 2)
        return TokenVectors(ids, spans, self._directions[ids % _DIRECTIONS])

    def _vector(self, text: str) -> Vectors:
        seed = zlib.crc32(text.encode())
        own = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
        return self._topics[seed % _TOPICS] + _SPREAD * own


class Beside:
    """An embedder that has each batch of passages embedded by a bare one too, before or after it in turns."""

    def __init__(self, embedder: Embedder, bare: Embedder) -> None:
        self.card = embedder.card
        self.count_tokens = embedder.count_tokens
        self.encode_questions = embedder.encode_questions
        self._embedder, self._bare = embedder, bare
        self._turn = 0
        self.bare = np.zeros(2)  # seconds that went by, and of the processor

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Embed texts; titles, which have one line, are none of the bare one's work."""
        if not any("\n" in text for text in texts):
            return self._embedder.encode_passages(texts)
        self._turn += 1
        if self._turn % 2:
            self._embed_bare(texts)
        found = self._embedder.encode_passages(texts)
        if not self._turn % 2:
            self._embed_bare(texts)
        return found

    def _embed_bare(self, texts: Sequence[str]) -> None:
        started = _now()
        self._bare.encode_passages(texts)
        self.bare += _now() - started


def _now() -> NDArray[np.float64]:
    return np.array([time.perf_counter(), time.process_time()])


def feed(path: Path, pages: int, changed: int = 0) -> None:
    """Write a feed of so many pages, of which the first so many say something else."""
    random = np.random.default_rng(4)
    with path.open("w", encoding="utf-8") as file:
        for number in range(pages):
            words = random.choice(_WORDS, (_PARAGRAPHS, 8, 12))
            paragraphs = [" ".join(f"The {' '.join(sentence)} {number}." for sentence in one) for one in words.tolist()]
            text = "\n\n".join([f"Edition {'two' if number < changed else 'one'}.", *paragraphs])
            file.write(json.dumps({"id": f"p{number}", "title": f"Page {number}", "text": text}) + "\n")


def measure_overhead(folder: Path, pages: int) -> dict[str, Any]:
    """Ingest a feed by the configured model, beside the bare one."""
    settings = load_settings(data_dir=folder)
    embedder = ingesting_embedder(settings)
    export_once(embedder)
    beside = Beside(embedder, ingesting_embedder(settings.model_copy(update={"late_interaction": False})))
    beside.encode_passages(["made\nready"] * 2)
    beside.encode_passages(["made\nready"] * 2)
    beside.bare[:] = 0
    feed(folder / "feed.jsonl", pages)
    started = _now()
    report = ingest(Archive(folder / "var"), [Source(str(folder / "feed.jsonl"))], beside)
    whole = _now() - started - report.stages[CHECK] - beside.bare
    return {
        "passages": report.passages,
        **dict(zip(("seconds", "cpu"), whole.tolist(), strict=True)),
        **dict(zip(("bare", "bare_cpu"), beside.bare.tolist(), strict=True)),
        **dict(zip(("ratio", "ratio_cpu"), (whole / beside.bare).tolist(), strict=True)),
        "stages": report.stages,
    }


def measure(folder: Path, pages: int) -> dict[str, Any]:
    """Ingest a feed twice, in this process."""
    threadpool_limits(1, user_api="blas")  # as every embedder has it
    embedder = TopicEmbedder()
    embedder.encode_passages(["ready"])
    archive, source = Archive(folder / "var"), Source(str(folder / "feed.jsonl"))
    before, watch = _resident(), _Peak()
    feed(folder / "feed.jsonl", pages)
    first = ingest(archive, [source], embedder)
    most = watch.stop() - before
    feed(folder / "feed.jsonl", pages, changed=pages // 100)
    started = time.process_time()
    again = ingest(archive, [source], embedder)
    used = time.process_time() - started
    assert again.published
    return {
        "passages": first.passages,
        "seconds": _seconds(first),
        "embed": first.stages["embed"],
        "memory_mb": most / 1e6,
        "vectors_mb": first.passages * 384 * 4 / 1e6,
        "tokens_mb": _tokens_size(archive) / 1e6,
        "again": _seconds(again) - again.stages["embed"],
        "stages": again.stages,
        "again_cpu": used,
        "embedded_again": again.embedded,
    }


def _tokens_size(archive: Archive) -> int:
    folder = archive.path(archive.ids()[0]) / TOKENS
    return sum(path.stat().st_size for path in folder.iterdir())


def _seconds(report: Report) -> float:
    return sum(seconds for stage, seconds in report.stages.items() if stage != CHECK)


class _Peak:
    """Watches the resident memory of this process."""

    def __init__(self) -> None:
        self._most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> int:
        """Return the most there was."""
        self._end.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._end.wait(0.05):
            self._most = max(self._most, _resident())


def _resident() -> int:
    # Without what is mapped from files, which the system takes back as it needs to.
    found = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(found["RssAnon"].split()[0]) * 1024


_GROWTH = """\
| pages | passages | ingest s | of which embedding | memory MB | of which vectors | token vectors on disk, MB \
| 1 % changed, s besides embedding | CPU s, check included | passages embedded again |
|---|---|---|---|---|---|---|---|---|---|"""
_GROWN = """\
| {pages:,} | {passages:,} | {seconds:.1f} | {embed:.1f} | {memory_mb:.0f} | {vectors_mb:.0f} | {tokens_mb:.0f} \
| {again:.1f} | {again_cpu:.1f} | {embedded_again} |"""
_OVERHEAD = """\
| pages | passages | ingest s | bare embedding s | ratio | ingest, CPU s | bare embedding, CPU s | ratio |
|---|---|---|---|---|---|---|---|"""
_OVER = """\
| {pages:,} | {passages:,} | {seconds:.1f} | {bare:.1f} | {ratio:.3f} | {cpu:.1f} | {bare_cpu:.1f} | {ratio_cpu:.3f} |"""


def main() -> None:
    """Measure each number of pages in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[1000, 3000, 10_000])
    parser.add_argument("--model", choices=["hashing", "default"], default="hashing")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        work = measure if arguments.model == "hashing" else measure_overhead
        print(json.dumps(work(arguments.measure, arguments.pages[0])))
        return
    head, row = (_GROWTH, _GROWN) if arguments.model == "hashing" else (_OVERHEAD, _OVER)
    print(head)
    stages = {}
    for pages in arguments.pages:
        with tempfile.TemporaryDirectory() as folder:
            options = ["--measure", folder, "--pages", str(pages), "--model", arguments.model]
            found = json.loads(subprocess.check_output([sys.executable, "-m", "tests.bench.growth", *options]))
        stages[pages] = found["stages"]
        print(row.format(pages=pages, **found), flush=True)
    print(f"load {os.getloadavg()[0]:.1f}; seconds by stage: {stages}")


if __name__ == "__main__":
    main()
