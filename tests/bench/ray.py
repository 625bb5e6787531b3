"""Ray's snapshots beside the local engine's, with the configured model: pages, passages, vectors, and what is found.

    python -m tests.bench.ray EVALDATA [--work FOLDER] [--only SET ...]

Ingests each set with both engines and asks its dev questions. Prints Markdown: whether the tables are equal, the largest
difference of two vectors, and how many questions have the same first ten passages in the same order.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from content.archive import Archive
from content.embedding import Embedder
from content.snapshot import Snapshot
from glossator.models import configured_embedder, ingesting_embedder
from ingest.pipeline import ingest
from ingest.ray import RayEngine
from ingest.sources import Source
from service.evaluation import read_queries
from service.settings import load_settings
from tests.bench.quality import corpus_of, published
from tests.ingest.test_ray import TABLES, rows, top


def far(evaldata: Path, name: str, work: Path, embedder: Embedder) -> Snapshot:
    """Ingest a set's corpus with Ray, and open it."""
    archive = Archive(work / "ray" / name)
    engine = RayEngine(partial(ingesting_embedder, load_settings()), cpus=2)
    ingest(archive, [Source(str(corpus_of(evaldata, name)))], embedder, engine=engine)
    return archive.open_current(embedder.card)


def differing(one: Snapshot, other: Snapshot) -> list[str]:
    """Return the tables that differ."""
    return [table for table in TABLES if rows(one, table) != rows(other, table)]


def main() -> None:
    """Compare the sets that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--only", nargs="+", default=["glossary_mdn", "glossary_python", "python_faq"])
    arguments = parser.parse_args()
    settings = load_settings()
    embedder, ingesting = configured_embedder(settings), ingesting_embedder(settings)
    print(
        "| set | passages | tables that differ | vectors differ by | questions with the same ten |\n|---|---|---|---|---|"
    )
    for name in arguments.only:
        local = published(arguments.evaldata, name, arguments.work, ingesting)
        other = far(arguments.evaldata, name, arguments.work, ingesting)
        every = np.arange(local.manifest.passages)
        apart = float(np.abs(local.vectors.vectors(every) - other.vectors.vectors(every)).max())
        queries = read_queries(arguments.evaldata / name / "dev" / "queries.jsonl")
        same = sum(top(local, query.question, embedder) == top(other, query.question, embedder) for query in queries)
        differ = ", ".join(differing(local, other)) or "none"
        print(f"| {name} | {len(every)} | {differ} | {apart:.1e} | {same} of {len(queries)} |", flush=True)


if __name__ == "__main__":
    main()
