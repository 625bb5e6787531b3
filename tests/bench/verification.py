"""Verification: whether the checks of generated sentences keep what is true and drop what is not.

    python -m tests.bench.verification EVALDATA [--work FOLDER] [--show]

Takes gold sentences of squad2 and glossary_mdn (the sentence that holds the gold answer; the first of the gold passage),
says 200 in other words and 200 with a number, a name or a negation changed (``tests.bench.paraphrase``; half of the new
numbers and names are from the same passage), and has each checked against the passages that the product finds for the
question, the gold one among them. Prints Markdown.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from content.embedding import Embedder
from content.model import Hit
from content.search import search
from content.sentences import sentences
from content.snapshot import Snapshot
from glossator.models import configured_embedder
from service.answering.evidence import Evidence
from service.estimate import share
from service.evaluation import read_queries
from service.generation.draft import Sentence
from service.generation.prompt import MOST_PASSAGES
from service.generation.support import Verifier
from service.settings import load_settings
from tests.bench.paraphrase import Variant, changes, names_in, numbers_in, paraphrase
from tests.bench.quality import published

_SEED = 20261125
_EACH = 100  # of each set
_GOLD = 170  # gold sentences of each set; some of them no rule can say in other words
_LENGTHS = range(6, 45)  # words of a sentence that is used


@dataclass(frozen=True, slots=True)
class Gold:
    """A true sentence, and the passages of its question: those that the product finds, and its own among them."""

    sentence: str
    hits: tuple[Hit, ...]
    passage: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A variant and what became of it; ``lacking`` is why it was dropped, None where it was kept."""

    variant: Variant
    gold: str
    lacking: str | None


def golds(evaldata: Path, name: str, snapshot: Snapshot, embedder: Embedder) -> Iterator[Gold]:
    """Yield the true sentences of a set, each once, in an order that is always the same."""
    seen: set[str] = set()
    queries = [query for query in read_queries(evaldata / name / "dev" / "queries.jsonl") if query.relevant]
    random.Random(_SEED).shuffle(queries)
    for query in queries:
        found = search(snapshot, query.question, embedder.encode_questions([query.question]))
        hits = found.hits(MOST_PASSAGES)
        own = [hit for hit in found.hits(50) if hit.passage.page_id == query.relevant[0]]
        for hit in own:
            text = hit.passage.text
            spans = [text[start:end] for start, end in sentences(text)]
            holding = [said for said in spans if any(answer in said for answer in query.answers)]
            said = next(iter(holding if query.answers else spans), None)
            if said is None or said in seen or len(said.split()) not in _LENGTHS or not said.endswith("."):
                continue
            seen.add(said)
            yield Gold(said, tuple(hits if hit in hits else [*hits[:-1], hit]), text)
            break


def checked(variants: list[tuple[Variant, Gold]], snapshot: Snapshot, verifier: Verifier) -> list[Checked]:
    """Return what the verifier makes of each variant."""
    found = []
    for variant, gold in variants:
        support = verifier.support(Sentence(variant.text), Evidence(snapshot, gold.hits))
        found.append(Checked(variant, gold.sentence, support.lacking))
    return found


def variants(found: list[Gold]) -> tuple[list[tuple[Variant, Gold]], list[tuple[Variant, Gold]]]:
    """Return true variants and changed ones: as many of either of as many sentences as were asked for.

    Every other change is made to the paraphrase, so that it hides among other words.
    """
    dice = random.Random(_SEED)
    faithful = [(variant, gold) for gold in found if (variant := paraphrase(gold.sentence)) is not None]
    elsewhere = [gold.passage for gold in found]
    changed: dict[str, list[tuple[Variant, Gold]]] = {"number": [], "name": [], "negation": []}
    for i, gold in enumerate(found):
        said = paraphrase(gold.sentence) if i % 2 else None
        source = gold.passage if i % 4 < 2 else elsewhere[(i + 1) % len(elsewhere)]
        other = source if numbers_in(source) and names_in(source) else " ".join(elsewhere)
        for variant in changes(said.text if said else gold.sentence, numbers_in(other), names_in(other), dice):
            changed[variant.rules[0]].append((variant, gold))
    return faithful[:_EACH], _in_turn(list(changed.values()))[:_EACH]


def _in_turn(kinds: list[list[tuple[Variant, Gold]]]) -> list[tuple[Variant, Gold]]:
    """Return one of each kind after the other, as long as there are any."""
    longest = max(map(len, kinds))
    return [kind[i] for i in range(longest) for kind in kinds if i < len(kind)]


def main() -> int:
    """Print how many are kept and dropped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    arguments = parser.parse_args()
    embedder = configured_embedder(load_settings())
    verifier = Verifier(embedder)
    true: list[Checked] = []
    false: list[Checked] = []
    for name in ("squad2", "glossary_mdn"):
        snapshot = published(arguments.evaldata, name, arguments.work, embedder)
        found = islice(golds(arguments.evaldata, name, snapshot, embedder), _GOLD)
        faithful, changed = variants(list(found))
        true += checked(faithful, snapshot, verifier)
        false += checked(changed, snapshot, verifier)
    _report(true, false)
    if arguments.show:
        for one in [*(one for one in true if one.lacking), *(one for one in false if not one.lacking)]:
            print(f"\n{one.variant.rules} {one.lacking}\n  gold: {one.gold}\n  said: {one.variant.text}")
    return 0


def _report(true: list[Checked], false: list[Checked]) -> None:
    print("| sentences | number | share | 95 % |\n|---|---|---|---|")
    _line("paraphrases kept", [one.lacking is None for one in true])
    _line("changed ones dropped", [one.lacking is not None for one in false])
    for kind in ("number", "name", "negation"):
        _line(f"… {kind} changed", [one.lacking is not None for one in false if one.variant.rules == (kind,)])
    print("\nRules of the paraphrases:", dict(Counter(rule for one in true for rule in one.variant.rules)))


def _line(name: str, right: list[bool]) -> None:
    estimate = share([float(one) for one in right])
    low, high = estimate.interval or (0.0, 0.0)
    print(f"| {name} | {len(right)} | {estimate.value:.3f} | {low:.3f}–{high:.3f} |")


if __name__ == "__main__":
    sys.exit(main())
