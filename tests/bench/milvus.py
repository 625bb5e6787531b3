"""A Milvus under load: what building, searching and switching take, and whether an open index is ever answered wrongly.

    python -m tests.bench.milvus http://127.0.0.1:19530 [--passages 20000 100000] [--switches 5]

Fills a collection with synthetic vectors of 384 dimensions, around as many centres as there are thousands, searches it
alone for 100 of them, in all of it and in a tenth, and compares with exact search. Then collections of 2,000 vectors are
built, switched to and dropped again while two threads go on searching in the first; each of their answers is compared
with that of before. The server must be one that nobody else needs: what begins with `bench_` is dropped.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from content.embedding import Vectors, unit
from content.milvus import Milvus, MilvusIndex

_DIMENSION = 384
_QUESTIONS = 100
_NEAREST = 100


def vectors(count: int) -> Vectors:
    """Return so many vectors around a thousandth as many centres."""
    random = np.random.default_rng(8)
    centres = unit(random.standard_normal((max(1, count // 1000), _DIMENSION), np.float32))
    near = centres[random.integers(len(centres), size=count)]
    return unit(near + 0.04 * random.standard_normal((count, _DIMENSION), np.float32))


def searched(index: MilvusIndex, held: Vectors, among: range | None) -> tuple[float, float]:
    """Return the median milliseconds of a search and the share of the nearest that it finds."""
    allowed = among or range(len(held))
    taken, shares = [], []
    for row in np.random.default_rng(9).integers(len(held), size=_QUESTIONS):
        started = time.perf_counter()
        rows, _ = index.search(held[row], _NEAREST, None if among is None else [among])
        taken.append(1000 * (time.perf_counter() - started))
        exact = np.argsort(-(held[allowed.start : allowed.stop] @ held[row]))[:_NEAREST] + allowed.start
        shares.append(len(set(rows.tolist()) & set(exact.tolist())) / _NEAREST)
    return statistics.median(taken), float(np.mean(shares))


def switched(milvus: Milvus, index: MilvusIndex, held: Vectors, switches: int) -> tuple[int, int]:
    """Publish and drop beside live searches; return how many there were, and how many answers differed."""
    questions = held[:20]
    before = [set(index.search(one, 10)[0].tolist()) for one in questions]
    done = threading.Event()
    counts = [0, 0]

    def ask() -> None:
        while not done.is_set():
            for one, said in zip(questions, before, strict=True):
                counts[1] += set(index.search(one, 10)[0].tolist()) != said
                counts[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(switches):
        milvus.point(milvus.write(f"s{number}", vectors(2000)))
        milvus.keep(["first", f"s{number}"])
    done.set()
    for thread in threads:
        thread.join()
    return counts[0], counts[1]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uri")
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--switches", type=int, default=5)
    arguments = parser.parse_args()
    milvus = Milvus(arguments.uri, "bench")
    print("| vectors | build s | p50 ms | recall | in a tenth: p50 ms | recall | searches beside switches | wrong |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.passages:
            milvus.keep([])
            held = vectors(count)
            path = Path(folder) / "vectors.npy"
            np.save(path, held)
            started = time.perf_counter()
            index = milvus.open(milvus.write("first", held), path)
            built = time.perf_counter() - started
            assert len(index) == count
            p50, recall = searched(index, held, None)
            tenth, tenth_recall = searched(index, held, range(count // 10))
            asked, wrong = switched(milvus, index, held, arguments.switches)
            print(f"| {count:,} | {built:.0f} | {p50:.1f} | {recall:.3f} | {tenth:.1f} | {tenth_recall:.3f} | {asked:,} | {wrong} |", flush=True)  # fmt: skip
        milvus.keep([])
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
