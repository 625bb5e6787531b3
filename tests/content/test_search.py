from dataclasses import replace

import numpy as np
import pytest

from content.archive import Archive
from content.errors import NotFound
from content.search import asks_definition, by_description, candidates, corrected, joined, search
from ingest.pipeline import ingest
from ingest.sources import Source
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages


def find(snapshot, question, collections=None):
    return search(snapshot, question, HashingEmbedder().encode_questions([question]), collections)


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("What is attention?", "attention"),
        ("neural attention", "attention"),
        ("who introduced attention", "attention"),
        ("what does softmax mean", "softmax"),
        ("Which steps does a transformer layer have?", "transformer"),
        ("collecting contact details of visitors", "lead-capture"),
    ],
)
def test_finds_the_page(glossary, question, page):
    assert find(glossary, question).page_ids(1) == [page]


def test_scores_are_ordered_and_between_zero_and_one(glossary):
    found = find(glossary, "How does attention work?")
    assert (np.diff(found.scores) <= 0).all()
    assert 0 <= found.scores.min() <= found.scores.max() <= 1
    assert found.best > find(glossary, "When does the bakery open on Sundays?").best


def test_a_definition_question_finds_the_defining_passage_first(glossary):
    best = find(glossary, "What is a transformer?").hits(1)[0]
    assert best.passage.text.startswith("A transformer is a neural network")


@pytest.mark.parametrize(("title", "by_name"), [("Zorbex", True), ("What is Zorbex?", False)])
def test_a_page_that_asks_for_a_term_is_not_taken_for_what_is_asked_whenever_it_is_named(tmp_path, title, by_name):
    pages = {
        "what.md": f"# {title}\n\nZorbex is a pump for muddy water.",
        "clean.md": "# Cleaning\n\nRinse the filter of Zorbex weekly.",
    }
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    snapshot = open_snapshot(tmp_path / "var")
    question = "How do I rinse the filter of Zorbex?"
    mentions = snapshot.glossary.mentions(question)
    assert [mention.term.name for mention in mentions] == ["Zorbex"]
    near = candidates(snapshot, question, HashingEmbedder().encode_questions([question]), mentions)
    assert bool(near.signals.term.any()) is by_name
    snapshot.catalog.close()


def test_a_question_of_a_page_is_found_as_that(glossary):
    best = find(glossary, "Who introduced attention?").hits(1)[0]
    assert best.passage.question == "Who introduced attention?"


def test_terms_are_found_in_the_question(glossary):
    found = find(glossary, "Is attention like a transformer model?")
    assert [mention.term.slug for mention in found.mentions] == ["attention-mechanism", "transformer"]


def test_each_page_is_listed_once(glossary):
    ids = find(glossary, "attention").page_ids(20)
    assert len(ids) == len(set(ids)) == 4


def test_collections_are_searched_alone(tmp_path):
    from content.archive import Archive
    from ingest.pipeline import ingest
    from ingest.sources import Source

    for name in ("fruit", "tools"):
        write_pages(tmp_path / name, {f"{name}.md": f"# Orange in {name}\n\nThe orange of the {name} is here.\n"})
    sources = [Source(str(tmp_path / name), name) for name in ("fruit", "tools")]
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    snapshot = open_snapshot(tmp_path / "var")
    assert set(find(snapshot, "orange").page_ids(5)) == {"fruit", "tools"}
    assert find(snapshot, "orange", ["tools"]).page_ids(5) == ["tools"]
    with pytest.raises(NotFound):
        find(snapshot, "orange", ["nowhere"])


def test_tokens_weigh_more_the_more_of_what_is_searched_is_prose(tmp_path):
    collections = {
        "faq": ["What does a visit cost?", "¿Cuánto cuesta una visita?", "كم تكلفة الزيارة؟"],
        "stories": ["The first visit", "The second visit"],
    }
    sources = []
    for name, titles in collections.items():
        pages = {f"{number}.md": f"# {title}\n\nA visit costs a lot." for number, title in enumerate(titles)}
        sources.append(Source(str(write_pages(tmp_path / name, pages)), name))
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    snapshot = open_snapshot(tmp_path / "var")
    embedded = HashingEmbedder().encode_questions(["the cost of a visit"])
    for searched, prose in ((["faq"], 0), (["stories"], 1), (["faq", "stories"], 2 / 5), (None, 2 / 5)):
        signals = candidates(snapshot, "the cost of a visit", embedded, [], searched).signals
        assert signals.tokens.min() > 0
        assert signals.prose_tokens == pytest.approx(prose * signals.tokens)


def test_near_duplicates_are_hidden_from_results_but_not_from_ranking(tmp_path):
    sentence = (
        "The quick brown fox jumps over the lazy dog near the old river bank at dawn on a cold day in early spring"
    )
    pages = {
        f"{name}.md": f"# {name}\n\n{sentence} {extra}.\n" for name, extra in (("a", ""), ("b", "today"), ("c", "x"))
    }
    pages["d.md"] = "# d\n\nA fox is a small wild animal with a bushy tail.\n"
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    found = find(open_snapshot(tmp_path / "var"), "quick brown fox")
    assert set(found.page_ids(20)) == {"a", "b", "c", "d"}
    assert len(found.distinct_hits(10)) == 2


def test_passages_that_are_not_compared_token_by_token_come_behind(tmp_path):
    pages = {f"{i:02}.md": f"# Orange {i}\n\nOrange number {i} is a fruit like w{i} and v{i}.\n" for i in range(90)}
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    found = find(open_snapshot(tmp_path / "var"), "orange fruit")
    assert len(found.page_ids(100)) == len(set(found.rows.tolist())) == 90
    assert (np.diff(found.scores) <= 0).all()
    assert len(found.hits(90)) == 90


@pytest.mark.parametrize(
    "question",
    ["What is X?", "what's X", "Define X", "who was Ada Lovelace?", "What does X mean?", "tell me about X",
     "Can you explain X?", "meaning of X", "What is meant by X?"],
)  # fmt: skip
def test_asks_definition(question):
    assert asks_definition(question)


@pytest.mark.parametrize("question", ["How does X work?", "When was X?", "why X", "X vs Y"])
def test_asks_something_else(question):
    assert not asks_definition(question)


def test_a_follow_up_finds_what_its_conversation_speaks_of(glossary):
    alone = find(glossary, "Who introduced it?")
    together = joined(alone, find(glossary, "What is attention? Who introduced it?"))
    assert together.page_ids(1) == ["attention"]
    assert together.question == alone.question
    assert set(together.rows) >= set(alone.rows)
    assert (np.diff(together.scores) <= 0).all()


def test_a_question_that_is_sure_of_its_answer_is_not_drawn_to_the_conversation(glossary):
    found = find(glossary, "What is softmax?")
    alone = replace(found, scores=np.geomspace(0.97, 0.01, len(found.scores), dtype=np.float32))
    together = joined(alone, find(glossary, "What is attention? Attention is a mechanism.: What is softmax?"))
    assert together.page_ids(1) == alone.page_ids(1) == ["softmax"]
    assert together.best == pytest.approx(alone.best, abs=0.05)


def test_scores_can_be_compared_though_the_content_at_large_has_changed(tmp_path):
    pages = write_pages(tmp_path / "pages", {"anvil.md": "# Anvil\n\nAn anvil is a block of iron to forge on."})
    ingest_folder(tmp_path / "var", pages)
    before = find(open_snapshot(tmp_path / "var"), "What is an anvil?")
    others = {f"{n}.md": f"# Story {n}\n\nOnce upon a time, {n} kings went to sea in a ship." for n in range(9)}
    ingest_folder(tmp_path / "var", write_pages(pages, others))
    after = find(open_snapshot(tmp_path / "var"), "What is an anvil?")
    assert after.signals.prose > before.signals.prose
    assert abs(after.best_among(before) - before.best) < abs(after.best - before.best)
    assert after.best_among(after) == pytest.approx(after.best)


def test_a_change_of_the_subject_is_not_answered_by_what_was_talked_of(glossary):
    alone = find(glossary, "When does the bakery open?")
    together = joined(alone, find(glossary, "What is attention? Attention is a mechanism.: When does the bakery open?"))
    assert alone.best < 0.05
    assert together.best < 0.2


def test_what_a_question_describes_is_not_found_by_the_names_in_it(glossary):
    question = "a function in a transformer that turns numbers into probabilities"
    embedded = HashingEmbedder().encode_questions([question])
    named, described = (search(glossary, question, embedded, by_name=by_name) for by_name in (True, False))
    assert described.page_ids(1) == ["softmax"]
    assert described.page_ids(9).index("transformer") > named.page_ids(9).index("transformer")
    whole = find(glossary, f"What do you call {question}?")
    together = by_description(whole, described)
    assert together.page_ids(9) == described.page_ids(9)
    assert together.question == whole.question
    assert together.best == max(whole.best, described.best)
    assert (np.diff(together.scores) <= 0).all()


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What is a transfromer?", "What is a transformer?"),
        ("transformers", "transformers"),
        ("What is the softer transport?", "What is the softer transport?"),
    ],
)
def test_misspelt_names_are_read_as_the_content_writes_them(glossary, question, read):
    assert corrected(question, glossary, HashingEmbedder()) == read


def test_names_of_other_collections_are_not_told(tmp_path):
    from content.archive import Archive
    from ingest.pipeline import ingest
    from ingest.sources import Source

    for name in ("public", "internal"):
        write_pages(tmp_path / name, {"a.md": f"# {name.title()} zanzibarium\n\nThe text of {name}.\n"})
    write_pages(tmp_path / "public", {"a.md": "# Garden\n\nFlowers grow.\n"})
    sources = [Source(str(tmp_path / name), name) for name in ("public", "internal")]
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    snapshot = open_snapshot(tmp_path / "var")
    question = "What is a zanzibrium?"
    assert corrected(question, snapshot, HashingEmbedder()) == "What is a zanzibarium?"
    assert corrected(question, snapshot, HashingEmbedder(), ["internal"]) == "What is a zanzibarium?"
    assert corrected(question, snapshot, HashingEmbedder(), ["public"]) == question
