from dataclasses import replace

from content.model import Block, BlockKind, Page, is_question, under_headings

TEXT = "Lead.\n\nFirst\n\nBody one.\n\nDeeper\n\nBody two.\n\nSecond\n\nBody three."


def block(kind: BlockKind, text: str, level: int = 0) -> Block:
    start = TEXT.index(text)
    return Block(kind, start, start + len(text), level)


PAGE = Page(
    "default", "p", "Page", None, TEXT,
    (
        block(BlockKind.PARAGRAPH, "Lead."),
        block(BlockKind.HEADING, "First", 2), block(BlockKind.PARAGRAPH, "Body one."),
        block(BlockKind.HEADING, "Deeper", 3), block(BlockKind.PARAGRAPH, "Body two."),
        block(BlockKind.HEADING, "Second", 2), block(BlockKind.PARAGRAPH, "Body three."),
    ),
)  # fmt: skip


def test_sections_follow_headings():
    assert [section.path for section in PAGE.sections()] == [(), ("First",), ("First", "Deeper"), ("Second",)]


def test_a_page_of_nothing_has_no_sections():
    assert list(replace(PAGE, blocks=()).sections()) == []


def test_digest_depends_on_all_that_the_page_says():
    assert PAGE.digest == replace(PAGE).digest
    assert len({PAGE.digest, replace(PAGE, url="https://x.example").digest, replace(PAGE, title="P").digest}) == 3


def test_context_does_not_repeat_what_the_text_begins_with():
    assert under_headings("Title", ("Title", "Why?"), "Why? Because.") == "Title\nWhy? Because."


def test_questions_end_in_a_question_mark_of_any_script():
    assert is_question("Why so?")
    assert is_question("なぜ？なに？")
    assert is_question("لماذا هذا؟")
    assert not is_question("?")
    assert not is_question("A statement.")
