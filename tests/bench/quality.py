"""Quality on public question sets: retrieval, answers, refusals, beside BM25's figures.

    python -m tests.bench.quality EVALDATA [--work FOLDER] [--only SET ...]

EVALDATA holds one folder a set: ``corpus.jsonl`` (or ``dev/corpus.jsonl``), ``dev/queries.jsonl``, and a README with
the figures of BM25. Every set is ingested and asked with the same, default configuration. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from dataclasses import asdict
from pathlib import Path

from content.archive import Archive
from content.embedding import SentenceTransformerEmbedder
from content.snapshot import Snapshot
from glossator.embedder import configured_embedder
from ingest.pipeline import ingest
from ingest.sources import Source
from service.answer import ExtractiveGenerator
from service.assistant import Assistant, Thresholds
from service.evaluation import Figures, measure, read_queries, run
from service.settings import load_settings
from service.worker import Worker


def sets(evaldata: Path) -> list[str]:
    """Return the names of the sets that have questions."""
    return sorted(path.parent.parent.name for path in evaldata.glob("*/dev/queries.jsonl"))


def published(evaldata: Path, name: str, work: Path, embedder: SentenceTransformerEmbedder) -> Snapshot:
    """Ingest a set's corpus unless nothing changed, and open it."""
    corpus = evaldata / name / "corpus.jsonl"
    if not corpus.exists():
        corpus = evaldata / name / "dev" / "corpus.jsonl"
    archive = Archive(work / name)
    ingest(archive, [Source(str(corpus))], embedder)
    return archive.open_current(embedder.card)


def bm25(evaldata: Path, name: str) -> dict[str, str]:
    """Return BM25's dev figures as the set's README gives them."""
    readme = (evaldata / name / "README.md").read_text(encoding="utf-8")
    head = re.search(r"^\| half \|.*$", readme, re.MULTILINE)
    row = re.search(r"^\| dev \|.*$", readme, re.MULTILINE)
    if not head or not row:
        return {}
    cells = [[cell.strip() for cell in line.group().strip("|").split("|")] for line in (head, row)]
    return dict(zip(*cells, strict=True))


def main() -> None:
    """Ingest and ask every set, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--runs", type=Path, help="write each set's run file into this folder")
    arguments = parser.parse_args()
    settings = load_settings()
    embedder = configured_embedder(settings)
    worker = Worker(1)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    assistant = Assistant(embedder, ExtractiveGenerator(embedder, worker), worker, thresholds)
    print(
        "| set | passages | questions | R@1 | R@5 | nDCG@10 | BM25 R@5 | BM25 nDCG@10 | contains | words | refusal | over-refusal |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in arguments.only or sets(arguments.evaldata):
        snapshot = published(arguments.evaldata, name, arguments.work, embedder)
        queries = read_queries(arguments.evaldata / name / "dev" / "queries.jsonl")
        lines = asyncio.run(run(queries, assistant, snapshot))
        if arguments.runs:
            write_run(arguments.runs / f"{name}.jsonl", lines)
        print(
            _row(name, snapshot.manifest.passages, measure(queries, lines), bm25(arguments.evaldata, name)),
            flush=True,
        )
    worker.close()


def write_run(path: Path, lines: list) -> None:  # type: ignore[type-arg]
    """Write what became of each question, as ``glossator eval --run`` does."""
    import json

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def _row(name: str, passages: int, figures: Figures, baseline: dict[str, str]) -> str:
    def shown(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    cells = [
        name, str(passages), str(figures.questions), shown(figures.recall_at_1), shown(figures.recall_at_5),
        shown(figures.ndcg_at_10), baseline.get("R@5", "–"), baseline.get("nDCG@10", "–"),
        shown(figures.answer_contains),
        "–" if figures.answer_words_median is None else f"{figures.answer_words_median:.0f}",
        shown(figures.refusal_balanced_accuracy), shown(figures.over_refusal),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
