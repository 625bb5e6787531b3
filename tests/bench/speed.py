"""Speed beside the bare libraries, in one run of interleaved rounds.

    python -m tests.bench.speed FEED.jsonl QUERIES.jsonl [--rounds 5]

Prints, as medians over the rounds with the load of the machine:
- ingest: passages a second of a whole ingest, and of ``SentenceTransformer.encode`` alone on the same texts
- search: ``POST /v1/search`` over a kept-alive connection to a real server, and encode + FAISS search alone
- a re-ingest with one page of 600 changed, an ingest without changes, and the import and load of the model apart
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import faiss
import numpy as np

from content.archive import Archive
from content.embedding import SentenceTransformerEmbedder
from ingest.chunk import cut
from ingest.pipeline import ingest
from ingest.reading import read_source
from ingest.sources import Source

_BLOCK = 20  # questions asked of one side before it is the other's turn


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure_ingest(feed: Path, rounds: int, embedder: SentenceTransformerEmbedder) -> None:
    """Compare a whole ingest with the bare encoder, on the same texts."""
    pages = list(read_source(Source(str(feed))).pages)
    texts = [chunk.embedded for page in cut(pages, embedder) for chunk in page]
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(len(texts) / timed(lambda: embedder.model.encode(texts, normalize_embeddings=True)))
        with tempfile.TemporaryDirectory() as folder:
            work = Archive(Path(folder))
            ours.append(len(texts) / timed(lambda work=work: ingest(work, [Source(str(feed))], embedder)))  # type: ignore[misc]
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    print(f"ingest   {len(texts)} passages: {statistics.median(ours):.1f}/s, bare encode {statistics.median(bare):.1f}/s, "
          f"ratio {statistics.median(ratios):.3f} (rounds {', '.join(f'{ratio:.3f}' for ratio in ratios)})")  # fmt: skip


def measure_search(data_dir: Path, queries: Path, rounds: int, embedder: SentenceTransformerEmbedder) -> None:
    """Compare searches over HTTP with encoding and FAISS alone; one client, one question after the other."""
    questions = [json.loads(line)["question"] for line in queries.read_text(encoding="utf-8").split("\n") if line][:200]
    snapshot = Archive(data_dir).open_current()
    vectors = snapshot.vectors.vectors(np.arange(snapshot.manifest.passages))
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    model = embedder.model

    def bare(question: str) -> None:
        index.search(model.encode([question], normalize_embeddings=True, show_progress_bar=False), 5)

    ours, theirs = [], []
    with server(data_dir) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)

        def over_http(question: str) -> None:
            body = json.dumps({"query": question})
            connection.request("POST", "/v1/search", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            assert json.loads(reply.read())["results"], reply.status

        for number in range(rounds + 1):
            taken: dict[Callable[[str], None], list[float]] = {bare: [], over_http: []}
            for at in range(0, len(questions), _BLOCK):
                for work, times in taken.items():
                    times += [timed(partial(work, question)) for question in questions[at : at + _BLOCK]]
            if number:  # the first round warms up
                theirs.append(statistics.median(taken[bare]))
                ours.append(statistics.median(taken[over_http]))
        connection.close()
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(f"search   {len(snapshot.vectors)} passages: p50 {statistics.median(ours) * 1000:.2f} ms, bare encode + FAISS "
          f"{statistics.median(theirs) * 1000:.2f} ms, ratio {statistics.median(ratios):.3f} "
          f"(rounds {', '.join(f'{ratio:.3f}' for ratio in ratios)})")  # fmt: skip


class server:  # noqa: N801 (reads as the function that it stands for)
    """A server for a data folder, as a context manager that gives its address."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def __enter__(self) -> str:
        """Start it and wait until it answers."""
        environment = os.environ | {"GLOSSATOR_DATA_DIR": str(self._data_dir)}
        command = [sys.executable, "-m", "glossator", "serve", "--port", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout is not None
        found = re.search(r"http://[^/]+", self._process.stdout.readline())
        assert found
        return found.group()

    def __exit__(self, *error: object) -> None:
        """Stop it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


def measure_reingest(feed: Path, rounds: int) -> None:
    """Time re-ingests by the command line: one page changed, and nothing changed."""
    lines = feed.read_text(encoding="utf-8").strip().split("\n")[:600]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        copy = work / "pages.jsonl"

        def write(extra: str) -> None:
            page = json.loads(lines[0])
            page["text"] += f"\n\n{extra}"
            copy.write_text("\n".join([json.dumps(page), *lines[1:]]) + "\n", encoding="utf-8")

        def run() -> dict[str, object]:
            command = [
                sys.executable,
                "-m",
                "glossator",
                "--data-dir",
                str(work / "var"),
                "ingest",
                str(copy),
                "--json",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            report: dict[str, object] = json.loads(done.stdout)
            return report

        write("Begin.")
        run()
        one, stages, none, imports = [], [], [], []
        for number in range(rounds):
            write(f"Round {number}.")
            started = time.perf_counter()
            report = run()
            one.append(time.perf_counter() - started)
            assert report["embedded"], report
            stages.append(report["stages"])
            none.append(timed(run))
            imports.append(timed(load_model))
    apart = statistics.median(one) - statistics.median(imports)
    print(f"reingest {len(lines)} pages, one changed: {statistics.median(one):.2f} s in all, of which the model's import "
          f"and load {statistics.median(imports):.2f} s, so {apart:.2f} s; stages of the last round {stages[-1]}")  # fmt: skip
    print(f"reingest {len(lines)} pages, none changed: {statistics.median(none):.2f} s in all")


def load_model() -> None:
    """Import and load the model in a process of its own."""
    code = "from content.embedding import SentenceTransformerEmbedder as E; E().encode_questions(['x'])"
    subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    embedder = SentenceTransformerEmbedder()
    started = time.perf_counter()
    embedder.encode_questions(["ready"])
    print(
        f"machine  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, model loaded in {time.perf_counter() - started:.1f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        ingest(Archive(Path(folder)), [Source(str(arguments.feed))], embedder)
        measure_search(Path(folder), arguments.queries, arguments.rounds, embedder)
    measure_reingest(arguments.feed, arguments.rounds)
    measure_ingest(arguments.feed, arguments.rounds, embedder)
    print(f"machine  load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
