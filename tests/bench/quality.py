"""Quality on public question sets: retrieval, answers, refusals, beside BM25's figures.

    python -m tests.bench.quality EVALDATA [--work FOLDER] [--only SET ...]

EVALDATA holds one folder a set: ``corpus.jsonl`` (or ``dev/corpus.jsonl``), ``dev/queries.jsonl``, and a README with
the figures of BM25. Every set is ingested and asked with the same configuration, by default
the default one. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

from content.archive import Archive
from content.embedding import Embedder
from content.snapshot import Snapshot
from glossator.models import configured_embedder, ingesting_embedder
from ingest.pipeline import ingest
from ingest.sources import Source
from service.assistant import Assistant, Thresholds
from service.evaluation import Figures, figures, measure, read_queries, run, write_run
from service.generation.configured import configured_writing
from service.settings import load_settings
from service.worker import Worker


def sets(evaldata: Path) -> list[str]:
    """Return the names of the sets that have questions."""
    return sorted(path.parent.parent.name for path in evaldata.glob("*/dev/queries.jsonl"))


def corpus_of(evaldata: Path, name: str) -> Path:
    """Return the file of a set's pages."""
    corpus = evaldata / name / "corpus.jsonl"
    return corpus if corpus.exists() else evaldata / name / "dev" / "corpus.jsonl"


def published(evaldata: Path, name: str, work: Path, embedder: Embedder) -> Snapshot:
    """Ingest a set's corpus unless nothing changed, and open it."""
    archive = Archive(work / name)
    ingest(archive, [Source(str(corpus_of(evaldata, name)))], embedder)
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
    embedder, ingesting = configured_embedder(settings), ingesting_embedder(settings)
    worker = Worker(1, embedder)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    assistant = Assistant(embedder, configured_writing(settings, embedder, worker, None), worker, thresholds)
    print(
        "| set | passages | questions | R@1 | R@5 | nDCG@10 | BM25 R@5 | BM25 nDCG@10 | contains | words | refusal | over-refusal | aside | nDCG@10, 95 % |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in arguments.only or sets(arguments.evaldata):
        snapshot = published(arguments.evaldata, name, arguments.work, ingesting)
        queries = read_queries(arguments.evaldata / name / "dev" / "queries.jsonl")
        asked = asyncio.run(run(queries, assistant, snapshot))
        if arguments.runs:
            arguments.runs.mkdir(parents=True, exist_ok=True)
            write_run(arguments.runs / f"{name}.jsonl", asked)
        found = figures(measure(queries, asked))
        row = _row(name, snapshot.manifest.passages, len(queries), found, bm25(arguments.evaldata, name))
        print(row, flush=True)
    worker.close()


def _row(name: str, passages: int, questions: int, found: Figures, baseline: dict[str, str]) -> str:
    def shown(figure: str, digits: int = 3) -> str:
        return f"{found[figure].value:.{digits}f}" if figure in found else "–"

    ranked = found.get("ndcg_at_10")
    interval = "–".join(f"{bound:.3f}" for bound in ranked.interval or ()) if ranked else ""
    cells = [
        name, str(passages), str(questions), shown("recall_at_1"), shown("recall_at_5"), shown("ndcg_at_10"),
        baseline.get("R@5", "–"), baseline.get("nDCG@10", "–"), shown("answer_contains"),
        shown("answer_words_median", 0), shown("refusal_balanced_accuracy"), shown("over_refusal"), shown("aside"),
        interval or "–",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
