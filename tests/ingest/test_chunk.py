"""Chunking: what holds for every page, whatever is on it."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from content.model import Block, BlockKind, Page, PassageKind
from ingest.chunk import cut
from ingest.extract.markdown import extract_markdown
from tests.fakes import GLOSSARY, HashingEmbedder


def page(source: str, title: str = "Title") -> Page:
    (draft,) = extract_markdown(source)
    return Page("default", "p", draft.title or title, None, draft.text, draft.blocks, draft.entry)


def passages(source: str, embedder: HashingEmbedder | None = None, title: str = "Title"):
    (chunks,) = cut([page(source, title)], embedder or HashingEmbedder())
    return [chunk.passage for chunk in chunks]


def check(found: Page, embedder: HashingEmbedder) -> None:
    (chunks,) = cut([found], embedder)
    spans = [(chunk.passage.start, chunk.passage.end) for chunk in chunks]
    for chunk in chunks:
        assert found.text[chunk.passage.start : chunk.passage.end] == chunk.passage.text
        assert chunk.passage.text.rstrip() == chunk.passage.text != ""
        assert embedder.count_tokens([chunk.embedded])[0] <= embedder.card.max_tokens - 2
        assert chunk.embedded.endswith(chunk.passage.text)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    outside = set(range(len(found.text)))
    for start, end in spans:
        outside -= set(range(start, end))
    for block in found.blocks:
        if block.kind is BlockKind.HEADING:
            outside -= set(range(block.start, block.end))
    assert not any(found.text[i].isalnum() for i in outside)
    ids = [chunk.passage.passage_id for chunk in chunks]
    assert len(set(ids)) == len(ids)


WORDS = st.text(alphabet="abcdefgh é東ß", min_size=1, max_size=12)
SENTENCE = st.lists(WORDS, min_size=1, max_size=30).map(lambda words: " ".join(words).strip().capitalize() + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join)
BLOCK = st.one_of(
    PARAGRAPH,
    st.tuples(st.integers(2, 4), WORDS).map(lambda pair: f"{'#' * pair[0]} {pair[1]}"),
    WORDS.map(lambda word: f"## What is {word}?"),
    st.lists(SENTENCE, min_size=1, max_size=6).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(WORDS, min_size=1, max_size=20).map(lambda lines: "```\n" + "\n".join(lines) + "\n```"),
    st.text(alphabet="xyz", min_size=200, max_size=900),
)
SOURCE = st.lists(BLOCK, min_size=1, max_size=12).map("\n\n".join)


@given(SOURCE, st.sampled_from([24, 64, 256]), st.sampled_from(["T", "A long title " * 30]))
@settings(max_examples=150, deadline=None)
def test_every_visible_character_is_in_one_passage_that_fits(source, window, title):
    check(page(f"# {title}\n\n{source}", title), HashingEmbedder(max_tokens=window))


@given(st.text(max_size=400), st.sampled_from([16, 256]))
@settings(max_examples=150, deadline=None)
def test_any_text_at_all(text, window):
    found = page(text)
    if found.text:
        check(found, HashingEmbedder(max_tokens=window))


def test_a_section_is_a_passage_under_its_headings():
    long = "This sentence has just about ten words in it, honestly. " * 5
    found = passages(f"# T\n\n{long}\n\n## One\n\n{long}\n\n### Two\n\n{long}")
    assert [passage.heading for passage in found] == [(), ("One",), ("One", "Two")]
    assert found[1].text.startswith("This sentence")


def test_a_long_section_is_cut_at_sentence_ends_into_parts_of_about_equal_length():
    found = passages("# T\n\n" + "This sentence has just about ten words in it, honestly. " * 40)
    lengths = [len(passage.text) for passage in found]
    assert len(found) > 2
    assert max(lengths) < 1.5 * min(lengths)
    assert all(passage.text.endswith("honestly.") for passage in found)


def test_small_sections_join_the_one_before():
    found = passages("# T\n\nLead text.\n\n## A\n\nLittle.\n\n## B\n\nLess.")
    assert len(found) == 1
    assert found[0].heading == ()
    assert found[0].text == "Lead text.\n\nA\n\nLittle.\n\nB\n\nLess."


def test_a_question_stays_with_its_answer():
    found = passages(GLOSSARY["attention.md"])
    asked = [passage for passage in found if passage.kind is PassageKind.QUESTION]
    assert [passage.question for passage in asked] == [
        "Who introduced attention?",
        "How does attention work?",
    ]
    assert asked[0].text.startswith("Who introduced attention?\n\nDzmitry")
    assert asked[0].heading == ("Questions and answers", "Who introduced attention?")


def test_a_question_is_followed_by_the_beginning_of_a_long_answer():
    found = passages("# T\n\n## Why so?\n\n" + "Because of this and that and more. " * 100)
    assert len(found) > 1
    assert found[0].text.startswith("Why so?\n\nBecause")
    assert all(passage.question == "Why so?" for passage in found)


def test_a_definition_stays_whole():
    definition = "One thing. Another thing. " * 10
    found = passages(f"---\ndefinition: {definition}\n---\n" + "Text of the body, which goes on. " * 60)
    assert found[0].kind is PassageKind.DEFINITION
    assert found[0].text.startswith(definition.strip())
    assert all(passage.kind is PassageKind.TEXT for passage in found[1:])


def test_a_page_of_headings_alone_is_still_found():
    found = passages("# T\n\n## Only\n\n### Headings")
    assert [passage.text for passage in found] == ["Only\n\nHeadings"]


def test_the_mark_of_a_list_item_belongs_to_its_passage():
    items = "\n".join(f"- Item {i} says something that takes some words to say." for i in range(60))
    found = passages(f"# T\n\n{items}")
    assert len(found) > 1
    assert all(passage.text.startswith("- Item") for passage in found)


def test_a_run_without_spaces_is_cut():
    found = Page("default", "p", "T", None, "x" * 9000, (Block(BlockKind.PARAGRAPH, 0, 9000),))
    check(found, HashingEmbedder())
