"""The fitting of the ranking: ``content/ranking.json`` from public question sets.

    python -m tests.bench.fit EVALDATA [--work FOLDER] [--write] [--ablate]

The fit's weights minimise the listwise softmax loss (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise
Approach", 2007) of pages, a page being as good as its best passage. The confidence is a logistic regression on signals and
the fit of the best passage, on the sets that have unanswerable questions. Every set, and each of its classes, weighs the same.
Figures "left out" are of weights fitted without the set: those that choose the best passage, and those that tell whether
it answers. What is written is fitted on all. Follow-ups count as they are by themselves.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from content import rank
from content.embedding import Embedded, SentenceTransformerEmbedder
from content.rank import SIGNALS
from content.search import candidates, corrected
from service.answering.followup import stand_alone
from service.evaluation import read_queries
from service.model import Turn
from tests.bench.quality import published, sets

# What orders passages, and what tells whether the best one answers: few signals of many hold on unseen content.
FIT = ("meaning", "words", "tokens", "prose_tokens", "title_words", "title_meaning", "term", "first")
CONFIDENCE = ("meaning", "term", "known", "usual", "alike", "prose")
# What chooses among the passages of a page, which no set judges: given, not fitted.
GIVEN = {"asked": 2.0, "defines": 1.0}
# Sets that are no site's content: tests of chunking, and questions made for reading comprehension of papers.
# scifact stays unseen as well: its figures are those of content that nothing was fitted on.
LEFT_OUT = {"chroma_chunking", "covid_qa", "pubmedqa", "scifact", "stackfaq"}
_PENALTY = 1e-4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its candidates: ``signals`` (passages, signals), ``pages`` their pages, ``relevant`` 0 or 1."""

    signals: np.ndarray
    pages: np.ndarray
    relevant: np.ndarray
    answerable: bool
    wanted: int


def asked(evaldata: Path, name: str, work: Path, embedder: SentenceTransformerEmbedder, tokens: bool) -> list[Asked]:
    """Return the questions of a set with the signals of their candidates."""
    snapshot = published(evaldata, name, work, embedder)
    queries = read_queries(evaldata / name / "dev" / "queries.jsonl")
    mentions = snapshot.glossary.mentions
    alone = [
        stand_alone(query.question, [Turn(t.role, t.content) for t in query.history], mentions) for query in queries
    ]
    texts = [corrected(text, snapshot, embedder) for text in alone]
    embedded = embedder.encode_questions(texts)
    found = []
    if not tokens:
        snapshot.tokens = None
    for i, (query, text) in enumerate(zip(queries, texts, strict=True)):
        one = Embedded(embedded.vectors[i : i + 1], embedded.tokens[i : i + 1])
        near = candidates(snapshot, text, one, mentions(text))
        pages = snapshot.page_numbers[near.rows]
        relevant = np.array([snapshot.page_ids[page] in query.relevant for page in pages.tolist()], float)
        signals = np.stack([getattr(near.signals, signal) for signal in SIGNALS], axis=1).astype(float)
        found.append(Asked(signals, pages, relevant, query.answerable, len(set(query.relevant))))
    return found


def fitted(data: Iterable[list[Asked]], start: np.ndarray | None = None, names: Sequence[str] = FIT) -> np.ndarray:
    """Return the weights of the fit, one a signal, zero for those not in ``names``; ``start`` is a first guess."""
    columns = [SIGNALS.index(name) for name in names]
    guess = np.zeros(len(columns)) if start is None else start[columns]
    weights = torch.tensor(guess, dtype=torch.float64, requires_grad=True)
    prepared = [_flat([one for one in questions if one.relevant.any()], columns) for questions in data]
    optimizer = torch.optim.LBFGS([weights], max_iter=40, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = _PENALTY * (weights**2).sum()
        for x, page, question, relevant in prepared:
            fit = x[:, :-1] @ weights + x[:, -1]
            best = torch.full((len(question),), -torch.inf, dtype=torch.float64).scatter_reduce(0, page, fit, "amax")
            count = int(question[-1]) + 1
            top = torch.full((count,), -torch.inf, dtype=torch.float64).scatter_reduce(
                0, question, best.detach(), "amax"
            )
            norm = (
                torch.zeros(count, dtype=torch.float64).scatter_add(0, question, torch.exp(best - top[question])).log()
            )
            gain = (best - top[question] - norm[question]) * relevant
            share = torch.zeros(count, dtype=torch.float64).scatter_add(0, question, relevant)
            total = total - (gain / share[question]).sum() / count / len(prepared)
        total.backward()
        return total

    optimizer.step(loss)
    full = given()
    full[columns] = weights.detach().numpy()
    return full


def given() -> np.ndarray:
    """Return the weights that are not fitted, zero for all others."""
    return np.array([GIVEN.get(name, 0.0) for name in SIGNALS])


def _flat(questions: Sequence[Asked], columns: Sequence[int]) -> tuple[torch.Tensor, ...]:
    x: list[np.ndarray] = []
    page: list[np.ndarray] = []
    question: list[np.ndarray] = []
    relevant: list[np.ndarray] = []
    for number, one in enumerate(questions):
        _, first, group = np.unique(one.pages, return_index=True, return_inverse=True)
        page.append(group + sum(map(len, relevant)))
        x.append(np.column_stack([one.signals[:, columns], one.signals @ given()]))
        question.append(np.full(len(first), number))
        relevant.append(one.relevant[first])
    return tuple(torch.tensor(np.concatenate(parts)) for parts in (x, page, question, relevant))


def ndcg(questions: Sequence[Asked], weights: np.ndarray) -> float:
    """Return the mean nDCG@10 over the answerable questions with relevant pages."""
    return float(np.mean([_ndcg(one, weights) for one in questions if one.answerable and one.wanted]))


def _ndcg(one: Asked, weights: np.ndarray) -> float:
    order = np.argsort(-(one.signals @ weights), kind="stable")
    pages = list(dict.fromkeys(one.pages[order].tolist()))[:10]
    good = set(one.pages[one.relevant > 0].tolist())
    gains = [1 / np.log2(place + 2) for place, page in enumerate(pages) if page in good]
    return sum(gains) / sum(1 / np.log2(place + 2) for place in range(min(10, one.wanted)))


def best_signals(questions: Sequence[Asked], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence's signals of each question's best passage and its fit, and whether there is an answer."""
    columns = [SIGNALS.index(name) for name in CONFIDENCE]
    some = [one for one in questions if len(one.pages)]
    best = np.array([one.signals[np.argmax(one.signals @ weights)] for one in some])
    return np.column_stack([best[:, columns], best @ weights]), np.array([one.answerable for one in some])


def confident(data: Sequence[tuple[np.ndarray, np.ndarray]]) -> LogisticRegression:
    """Fit the confidence."""
    weights = [np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean())) / len(y) for _, y in data]
    weight = np.concatenate(weights)
    x, y = (np.concatenate(parts) for parts in zip(*data, strict=True))
    return LogisticRegression(C=10.0, max_iter=2000).fit(x, y, weight / weight.mean())


def balanced(model: LogisticRegression, data: tuple[np.ndarray, np.ndarray], threshold: float) -> tuple[float, float]:
    """Return the balanced accuracy of refusal and the share of answerable questions that is refused."""
    x, y = data
    said = model.predict_proba(x)[:, 1] >= threshold
    kept = said[y].mean()
    return float((kept + 1 - said[~y].mean()) / 2) if (~y).any() else float("nan"), float(1 - kept)


def report(data: dict[str, list[Asked]], threshold: float) -> rank.Ranking:
    """Print what the others predict for each set, and return what all of them say."""
    names = list(data)
    whole = fitted(data.values())
    both = [name for name in names if {one.answerable for one in data[name]} == {True, False}]
    best = {name: best_signals(data[name], whole) for name in names}
    model = confident([best[name] for name in both])
    print(
        "| set | nDCG@10, left out | all | refusal, left out | over-refusal, left out | all |\n|---|---|---|---|---|---|"
    )
    rows = []
    for name in names:
        alone = fitted((questions for other, questions in data.items() if other != name), whole)
        others = confident([best_signals(data[other], alone) for other in both if other != name])
        accuracy, refused = balanced(others, best_signals(data[name], alone), threshold)
        rows.append(
            [
                ndcg(data[name], alone),
                ndcg(data[name], whole),
                accuracy,
                refused,
                balanced(model, best[name], threshold)[1],
            ]
        )
        print(
            f"| {name} | " + " | ".join("–" if np.isnan(cell) else f"{cell:.3f}" for cell in rows[-1]) + " |",
            flush=True,
        )
    print("| mean | " + " | ".join(f"{cell:.3f}" for cell in np.nanmean(np.array(rows), axis=0)) + " |\n")
    return rank.Ranking(
        fit={name: round(float(weight), 3) for name, weight in zip(SIGNALS, whole, strict=True) if weight},
        confidence=dict(zip(CONFIDENCE, np.round(model.coef_[0, :-1], 3).tolist(), strict=True)),
        of_fit=round(float(model.coef_[0, -1]), 3),
        bias=round(float(model.intercept_[0]), 3),
    )


def ablate(data: dict[str, list[Asked]]) -> None:
    """Print what the ranking loses without each signal, the others fitted anew on all sets."""
    all_signals = fitted(data.values())
    whole = {name: ndcg(questions, all_signals) for name, questions in data.items()}
    print("| without | mean nDCG@10 | sets that lose most |\n|---|---|---|")
    print(f"| – | {np.mean(list(whole.values())):.3f} | |")
    for signal in FIT:
        weights = fitted(data.values(), names=[name for name in FIT if name != signal])
        lost = {name: ndcg(questions, weights) - whole[name] for name, questions in data.items()}
        most = ", ".join(f"{name} {lost[name]:+.3f}" for name in sorted(lost, key=lambda name: lost[name])[:3])
        print(f"| {signal} | {np.mean(list(whole.values())) + np.mean(list(lost.values())):.3f} | {most} |", flush=True)
    print()


def main() -> None:
    """Fit, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--threshold", type=float, default=0.35)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--ablate", action="store_true", help="also print the ranking without each signal")
    parser.add_argument("--write", action="store_true", help="replace content/ranking.json")
    arguments = parser.parse_args()
    embedder = SentenceTransformerEmbedder()
    names = arguments.only or [name for name in sets(arguments.evaldata) if name not in LEFT_OUT]
    said: dict[str, object] = {"made_by": "python -m tests.bench.fit EVALDATA --write"}
    for key, tokens in (("without_tokens", False), ("with_tokens", True)):
        print(f"### {key.replace('_', ' ')}\n")
        data = {name: asked(arguments.evaldata, name, arguments.work, embedder, tokens) for name in names}
        found = report(data, arguments.threshold)
        if arguments.ablate:
            ablate(data)
        said[key] = asdict(found)
        if arguments.write:  # the second round is of the candidates that the first one's weights choose
            path = Path(rank.__file__).with_name("ranking.json")
            path.write_text(
                json.dumps(json.loads(path.read_text(encoding="utf-8")) | said, indent=1) + "\n", encoding="utf-8"
            )
            rank.ranking.cache_clear()
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
