"""What an owner learns: topics of public question sets against the true groups, and the gaps of a set that lacks pages.

    python -m tests.bench.learn EVALDATA [--work FOLDER] [--speed 20000 100000]

Every set is ingested and asked with the default configuration, as visitors would. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import pair_confusion_matrix

from content.embedding import Embedder, Vectors, unit
from content.snapshot import Snapshot
from glossator.models import configured_embedder
from service.assistant import Assistant, Question, Thresholds
from service.evaluation import read_queries
from service.evaluation.query import QueryLine
from service.generation.configured import Writing
from service.generation.extractive import ExtractiveGenerator
from service.learn import topics
from service.learn.asked import Asked, PageKey, PassageKey
from service.learn.clusters import average_linked
from service.learn.gaps import gaps
from service.model import Citation, Done, SearchResult
from service.settings import load_settings
from service.site import SiteSettings
from service.worker import Worker
from tests.bench.quality import published

_SETS = ("stackfaq", "python_faq", "glossary_mdn", "covidfaq")
_BATCH = 20
NAMED = 3  # a thread asked about so often should be named
_SEED = 7


@dataclass(frozen=True, slots=True)
class Logged:
    """A question of a set with what the product made of it."""

    query: QueryLine
    asked: Asked
    vector: Vectors


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("--work", type=Path, default=Path("var/bench"))
    parser.add_argument("--speed", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    embedder = configured_embedder(load_settings())
    print(
        "| set | questions | groups | topics | largest | ARI | same topic, same group | same group, same topic | ARI in batches of 20 |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    vectors = []
    for name in _SETS:
        snapshot = published(arguments.evaldata, name, arguments.work, embedder)
        queries = read_queries(arguments.evaldata / name / "dev" / "queries.jsonl")
        embedded = embedder.encode_questions([query.question for query in queries]).vectors
        print(_topics_row(name, queries, embedded, topics.centre_of(snapshot)), flush=True)
        vectors.append(unit(embedded - topics.centre_of(snapshot)))
    print(_gap_report(arguments.evaldata, arguments.work, embedder))
    for count in arguments.speed:
        print(_speed(np.concatenate(vectors), count), flush=True)


def _topics_row(name: str, queries: list[QueryLine], vectors: Vectors, centre: Vectors) -> str:
    # A question without a page is its own group: nothing says which others mean the same.
    truth = [query.relevant[0] if query.relevant else query.id for query in queries]
    questions = [topics.Question(query.question, 1, None) for query in queries]
    found = topics.regrouped(questions, vectors, centre)
    (_, wrongly), (parted, rightly) = pair_confusion_matrix(truth, found)
    cells = [
        name, str(len(queries)), str(len(set(truth))), str(len(set(found))), str(max(Counter(found).values())),
        f"{adjusted_rand_score(truth, found):.3f}", f"{rightly / max(1, rightly + wrongly):.2f}",
        f"{rightly / max(1, rightly + parted):.2f}",
        f"{adjusted_rand_score(truth, _in_batches(questions, vectors, centre)):.3f}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _in_batches(questions: list[topics.Question], vectors: Vectors, centre: Vectors) -> list[int]:
    """Return the topics that questions get when they come a few at a time, in a random order."""
    order = np.random.default_rng(_SEED).permutation(len(questions)).tolist()
    known: list[topics.Question] = []
    for end in range(_BATCH, len(order) + _BATCH, _BATCH):
        known += [questions[i] for i in order[len(known) : end]]
        found = topics.topics_of(known, vectors[order[: len(known)]], centre)
        known = [replace(question, topic=topic) for question, topic in zip(known, found, strict=True)]
    place = {row: at for at, row in enumerate(order)}
    return [known[place[row]].topic or 0 for row in range(len(questions))]


def _gap_report(evaldata: Path, work: Path, embedder: Embedder) -> str:
    """Ask all of stackfaq_unans, and say which of the threads that were taken out of its content the gaps name."""
    snapshot = published(evaldata, "stackfaq_unans", work, embedder)
    queries = read_queries(evaldata / "stackfaq_unans" / "dev" / "queries.jsonl")
    logged = asyncio.run(_log(queries, snapshot, embedder))
    questions = [topics.Question(one.asked.question, 1, None) for one in logged]
    vectors = np.stack([one.vector for one in logged])
    found = topics.regrouped(questions, vectors, topics.centre_of(snapshot))
    asked = [replace(one.asked, topic=topic) for one, topic in zip(logged, found, strict=True)]
    labels = dict.fromkeys(found, "")
    threads = {one.asked.message_id: thread_of(one.query) for one in logged}
    often = removed_often(query for query in queries if query.id in threads)
    # A gap names the thread that most of its missed questions are of.
    names = [_thread(topic, asked, threads) for topic in (gap.topic for gap in gaps(asked, labels))]
    first = names[: len(often)]
    return (
        f"\nstackfaq_unans: {len(names)} gaps name {len(often & set(names))} of the {len(often)} removed threads that were "
        f"asked about at least {NAMED} times; the first {len(often)} gaps name {len(often & set(first))} of them and "
        f"{len([name for name in first if name not in often])} others."
    )


def thread_of(query: QueryLine) -> str:
    """Return the thread of stackfaq that a question is about."""
    return query.id.rpartition("-")[0]


def removed_often(queries: Iterable[QueryLine]) -> set[str]:
    """Return the threads that the content lacks and that these questions ask about at least ``NAMED`` times."""
    removed = Counter(thread_of(query) for query in queries if not query.answerable)
    return {thread for thread, count in removed.items() if count >= NAMED}


def _thread(topic: int, asked: list[Asked], threads: dict[str, str]) -> str:
    missed = (threads[one.message_id] for one in asked if one.topic == topic and one.missed)
    return Counter(missed).most_common(1)[0][0]


async def _log(queries: list[QueryLine], snapshot: Snapshot, embedder: Embedder) -> list[Logged]:
    settings = load_settings()
    worker = Worker(1, embedder)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    assistant = Assistant(embedder, Writing(ExtractiveGenerator(embedder, worker)), worker, thresholds)
    logged = []
    for query in queries:
        question = Question(query.question, query.id, query.id)
        async with aclosing(assistant.reply(question, snapshot, SiteSettings())) as events:
            async for event in events:
                if isinstance(event, Done) and event.found is not None:
                    logged.append(Logged(query, _asked(query, event), event.found.vector))
    worker.close()
    return logged


def _asked(query: QueryLine, done: Done) -> Asked:
    answer, found = done.answer, done.found
    assert found is not None
    return Asked(
        message_id=query.id,
        conversation_id=query.id,
        site_id="default",
        collections=found.collections,
        language=None,
        at=datetime.now(UTC),
        question=query.question,
        searched=found.question,
        topic=None,
        outcome=answer.outcome,
        score=found.best,
        support=answer.support,
        rating=None,
        comment=None,
        shown=tuple(map(_key, answer.sources)),
        cited=tuple(map(_key, answer.citations)),
        took_ms=answer.took_ms,
    )


def _key(passage: SearchResult | Citation) -> PassageKey:
    return PassageKey(PageKey(passage.collection, passage.page_id), passage.passage_id)


def _speed(real: Vectors, count: int) -> str:
    """Time many questions: real ones, their popularity by Zipf's law, each in as many wordings as it is asked."""
    random = np.random.default_rng(_SEED)
    popularity = 1 / np.arange(1, len(real) + 1)
    chosen = random.permutation(len(real))[random.choice(len(real), count, p=popularity / popularity.sum())]
    aside = unit(random.standard_normal((count, real.shape[1])).astype(np.float32))
    vectors = unit(real[chosen] + aside * random.uniform(0.3, 1.0, (count, 1)).astype(np.float32))
    started = time.process_time()
    found = average_linked(vectors, topics.THRESHOLD)
    full = time.process_time() - started
    new = np.where(np.arange(count) < count - 1000, found, -1)
    started = time.process_time()
    average_linked(vectors, topics.THRESHOLD, new)
    joined = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"\n{count:,} distinct questions: {full:.1f} s of processor time for all anew ({found.max() + 1:,} topics), "
        f"{joined:.1f} s for 1,000 new ones to join; at most {memory:,.0f} MiB with the model."
    )


if __name__ == "__main__":
    main()
