import io

import pytest
from pptx import Presentation
from pptx.util import Inches

from content.errors import PageError
from ingest.draft import Draft
from ingest.extract.slides import extract_pptx


def read(presentation) -> Draft:
    out = io.BytesIO()
    presentation.save(out)
    (draft,) = extract_pptx(out.getvalue())
    return draft


def slide(presentation, title: str, *lines: str):
    made = presentation.slides.add_slide(presentation.slide_layouts[1])
    made.shapes.title.text = title
    made.placeholders[1].text_frame.text = "\n".join(lines)
    return made


def test_slides_lists_tables_and_notes():
    presentation = Presentation()
    first = slide(presentation, "Attention", "Weighs its input", "Needs no recurrence")
    first.placeholders[1].text_frame.paragraphs[1].level = 1
    first.notes_slide.notes_text_frame.text = "Mention the year 2014."
    second = slide(presentation, "Figures")
    table = second.shapes.add_table(2, 2, 0, Inches(3), Inches(4), Inches(1)).table
    for at, text in enumerate(("Model", "Size", "Base", "65M")):
        table.cell(at // 2, at % 2).text = text
    box = second.shapes.add_textbox(0, Inches(6), Inches(4), Inches(1))
    box.text_frame.text = "Below the table."
    draft = read(presentation)
    assert draft.title == "Attention"
    assert draft.text == (
        "Attention\n\n- Weighs its input\n  - Needs no recurrence\n\nMention the year 2014.\n\n"
        "Figures\n\nModel | Size\nBase | 65M\n\nBelow the table."
    )
    assert [place.locator for place in draft.places] == ["page=1", "page=2"]
    assert draft.places[1].start <= draft.text.index("Figures")


def test_groups_are_read_from_the_top_down():
    presentation = Presentation()
    made = slide(presentation, "Order")
    group = made.shapes.add_group_shape()
    for text, top in (("second", 3), ("first", 2)):
        group.shapes.add_textbox(0, Inches(top), Inches(2), Inches(1)).text_frame.text = text
    text = read(presentation).text
    assert text.index("first") < text.index("second")


def test_hidden_slides_are_left_out_but_counted():
    presentation = Presentation()
    slide(presentation, "Hidden", "x").element.set("show", "0")
    slide(presentation, "Shown", "y")
    draft = read(presentation)
    assert "Hidden" not in draft.text
    assert [place.locator for place in draft.places] == ["page=2"]


def test_what_is_no_presentation():
    with pytest.raises(PageError, match="damaged"):
        extract_pptx(b"PK")
