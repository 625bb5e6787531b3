"""The calibration of scores: from how well the best passage fits to the probability that the content answers.

    python -m tests.bench.calibrate EVALDATA [--work FOLDER]

Fits the slope and middle of the logistic curve in ``content/rank.py`` on the sets that have unanswerable questions, each
set and each of its two classes weighing the same, and prints what the others predict for each set (leave one set out).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from content import rank
from content.embedding import SentenceTransformerEmbedder
from content.search import search
from service.evaluation import read_queries
from service.followup import stand_alone
from service.model import Turn
from tests.bench.quality import published, sets


def fits(evaldata: Path, name: str, work: Path, embedder: SentenceTransformerEmbedder) -> tuple[np.ndarray, np.ndarray]:
    """Return how well the best passage fits each question of a set, and whether the question has an answer."""
    snapshot = published(evaldata, name, work, embedder)
    queries = read_queries(evaldata / name / "dev" / "queries.jsonl")
    asked = [
        stand_alone(
            query.question, [Turn(turn.role, turn.content) for turn in query.history], snapshot.glossary.mentions
        )
        for query in queries
    ]
    vectors = embedder.encode_questions(asked)
    scores = np.array([search(snapshot, text, vector).best for text, vector in zip(asked, vectors, strict=True)])
    scores = scores.clip(1e-6, 1 - 1e-6).astype(float)
    fit = rank.MIDDLE + np.log(scores / (1 - scores)) / rank.SLOPE
    return fit, np.array([query.answerable for query in queries])


def fitted(data: list[tuple[np.ndarray, np.ndarray]]) -> LogisticRegression:
    """Fit the curve; every set and each of its classes weighs the same."""
    weights = [np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean())) / len(answerable)
               for _, answerable in data]  # fmt: skip
    model = LogisticRegression(C=1e4)
    x = np.concatenate([fit for fit, _ in data]).reshape(-1, 1)
    weight = np.concatenate(weights)
    return model.fit(x, np.concatenate([answerable for _, answerable in data]), weight / weight.mean())


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    arguments = parser.parse_args()
    embedder = SentenceTransformerEmbedder()
    data = {name: fits(arguments.evaldata, name, arguments.work, embedder) for name in sets(arguments.evaldata)}
    both = [name for name, (_, answerable) in data.items() if 0 < answerable.mean() < 1]
    print("| set | balanced accuracy, left out | over-refusal, left out | over-refusal, all |\n|---|---|---|---|")
    whole = fitted([data[name] for name in both])
    for name, (fit, answerable) in data.items():
        model = fitted([data[other] for other in both if other != name])
        left_out = model.predict(fit.reshape(-1, 1))
        kept = left_out[answerable].mean()
        balanced = f"{(kept + 1 - left_out[~answerable].mean()) / 2:.3f}" if name in both else "–"
        every = whole.predict(fit.reshape(-1, 1))[answerable].mean()
        print(f"| {name} | {balanced} | {1 - kept:.3f} | {1 - every:.3f} |")
    slope = float(whole.coef_[0, 0])
    print(f"\nSLOPE = {slope:.2f}\nMIDDLE = {-float(whole.intercept_[0]) / slope:.4f}")


if __name__ == "__main__":
    main()
