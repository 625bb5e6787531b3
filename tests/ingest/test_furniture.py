from pathlib import Path

import pytest

from content.model import BlockKind
from ingest.draft import DraftText
from ingest.extract import Format, extract
from ingest.extract.html import extract_html
from ingest.furniture import Furniture, repeating

SHARED = Path(__file__).parents[3] / "shared"


def without_furniture(drafts):
    furniture = Furniture()
    for draft in drafts:
        furniture.learn(repeating(draft))
    return [furniture.without(draft) for draft in drafts]


def site(count: int) -> list:
    menu = "<ul><li>Home<li>Products<li>About us</ul>"
    footer = "<p>© 2026 The Company. All rights reserved.</p>"
    return [
        extract_html(f"<body>{menu}<h1>Page {i}</h1><h2>See also</h2><p>Link {i}</p><p>Text of page {i}.</p>"
                     f"<h2>Subscribe</h2><p>Get our newsletter.</p>{footer}")[0]
        for i in range(count)
    ]  # fmt: skip


def test_what_repeats_across_pages_is_left_out():
    texts = [draft.text for draft in without_furniture(site(5))]
    assert texts[2] == "See also\n\nLink 2\n\nText of page 2."


def test_offsets_still_hold():
    for draft in without_furniture(site(5)):
        shown = [draft.text[block.start : block.end] for block in draft.blocks]
        assert shown[0] == "See also"
        assert all(shown)


def test_two_pages_do_not_make_furniture():
    assert "Home" in without_furniture(site(2))[0].text


def test_no_page_is_emptied():
    drafts = [extract_html("<body><p>The same on all pages.")[0] for _ in range(6)]
    assert [draft.text for draft in without_furniture(drafts)] == ["The same on all pages."] * 6


def test_a_definition_is_no_furniture_and_keeps_its_place():
    pages = [
        extract(f"---\ndefinition: Term {i} is a thing.\n---\nHome page link\n\nText {i}.", Format.MARKDOWN)[0]
        for i in range(4)
    ]
    for i, draft in enumerate(without_furniture(pages)):
        assert draft.text == f"Term {i} is a thing.\n\nText {i}."
        assert draft.text[slice(*draft.entry.definition)] == f"Term {i} is a thing."


def test_badges_of_a_text_dump_are_left_out_with_the_footer_after_them():
    badges = "Back\n" + "Website pages\n·\nDocuments\n·\n" * 4
    text = (
        f"A title\n\nFree trial\n\nThe first paragraph says something.\n\nFree trial\n\n{badges}\nAll rights reserved"
    )
    (draft,) = without_furniture(extract(text, Format.TEXT))
    assert draft.text == "A title\n\nThe first paragraph says something."


def test_a_refrain_is_not_furniture():
    song = "\n\n".join(["A line of the verse that is sung.", "Oh yes", "Another line of it.", "Oh yes"])
    (draft,) = without_furniture(extract(song, Format.TEXT))
    assert draft.text == song


def test_a_definition_that_pages_share_is_no_furniture():
    shared = "<p>Latency is the time between a request and its answer.</p>"
    pages = [extract_html(f"<h1>Latency</h1>{shared}<p>In case {i}, it is {i}.</p>")[0] for i in range(5)]
    assert all("request and its answer" in draft.text for draft in without_furniture(pages))


def test_a_labelled_definition_keeps_its_place():
    text = "A title\n\nFree trial\n\nDefinition: The long enough sentence that says what the title means, in words.\n\n"
    badges = "Website pages\n·\nDocuments\n·\n" * 4
    (draft,) = without_furniture(extract(f"{text}Free trial\n\n{badges}", Format.TEXT))
    assert "Free trial" not in draft.text
    assert draft.text[slice(*draft.entry.definition)].startswith("The long enough sentence")


def test_much_is_forgotten_of_many_pages_but_not_what_stands_on_most_of_them():
    furniture = Furniture()
    drafts = [extract_html(f"<p>Text of {i}.<p>{'Our footer.' if i % 3 else 'Fine.'}")[0] for i in range(2500)]
    for draft in drafts:
        furniture.learn(repeating(draft))
    assert furniture.without(drafts[1]).text == "Text of 1."
    assert furniture.without(drafts[3]).text == "Text of 3.\n\nFine."


@pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="the page that inspired the project is not here")
def test_a_real_text_dump_of_a_glossary_page():
    (path,) = (SHARED / "seed").glob("*.txt")
    (draft,) = without_furniture(extract(path.read_bytes(), Format.TEXT))
    for furniture in ("badge", "free trial", "All systems operational", "Build your own", "Questions & answers"):
        assert furniture not in draft.text
    assert draft.title.istitle()
    definition = draft.text[slice(*draft.entry.definition)]
    assert definition.startswith("The 2014")
    assert definition.endswith("sequences.")
    sections = list(_sections(draft))
    assert len([section for section in sections if section.question]) == 2
    explanation = next(section for section in sections if section.path[-1] == "In plain words")
    assert len(explanation.blocks) > 5
    assert sections[-1].question


def _sections(draft):
    from content.model import Page

    return Page("default", "seed", "Seed", None, draft.text, draft.blocks).sections()


def test_places_move_with_their_text():
    drafts = []
    for at in range(4):
        text = DraftText()
        for page, said in enumerate(
            (f"Menu {at}", "Footer of all", f"Body {at} begins", "Footer of all", f"End {at}"), 1
        ):
            text.place(f"page={page}")
            text.add(BlockKind.PARAGRAPH, said)
        drafts.append(text.draft(None))
    draft = without_furniture(drafts)[2]
    assert draft.text == "Menu 2\n\nBody 2 begins\n\nEnd 2"
    found = {
        draft.text[block.start : block.end]: place for block, place in zip(draft.blocks, draft.places, strict=True)
    }
    assert {said: place.locator for said, place in found.items()} == {
        "Menu 2": "page=1",
        "Body 2 begins": "page=3",
        "End 2": "page=5",
    }
    assert [place.start for place in draft.places] == [block.start for block in draft.blocks]


def test_places_inside_a_block_and_of_what_is_dropped():
    drafts = []
    for at in range(4):
        text = DraftText()
        text.place("page=1")
        text.add(BlockKind.PARAGRAPH, "Header of all")
        block = text.add(BlockKind.PARAGRAPH, f"Body {at} goes on")
        text.place("page=2", block.start + 7)
        text.add(BlockKind.PARAGRAPH, f"More {at}")
        drafts.append(text.draft(None))
    draft = without_furniture(drafts)[0]
    assert draft.text == "Body 0 goes on\n\nMore 0"
    assert [(place.start, place.locator) for place in draft.places] == [(0, "page=1"), (7, "page=2")]


def test_links_move_with_their_blocks_or_leave_with_them():
    menu = "<ul><li><a href='/'>Home</a><li>Products<li>About us</ul>"
    pages = [f"<body>{menu}<h1>P</h1><p>Text {i}, see <a href='p{i}.html'>this</a>.</p>" for i in range(5)]
    for i, draft in enumerate(without_furniture([extract_html(page)[0] for page in pages])):
        assert [(draft.text[link.start :], link.target) for link in draft.links] == [
            (f"Text {i}, see this.", f"p{i}.html")
        ]
