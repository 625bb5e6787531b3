import datetime
import io
import json

import pytest
import xlsxwriter

from content.errors import PageError
from content.model import BlockKind
from ingest.extract.delimited import extract_csv
from ingest.extract.jsontext import extract_json
from ingest.extract.sheet import extract_sheet

FAQ = [["Question", "Answer", "Author"], ["What is it?", "A glossary.", "Ada"], ["Who pays?", "Nobody.", ""]]
TERMS = [
    ["Term", "Definition", "Synonyms", "Source"],
    ["Softmax", "A function that turns numbers into probabilities.", "soft argmax; normalised exponential", "Bridle"],
    ["Token", "The least piece of text that a model reads.", "", ""],
]


def workbook(sheets: dict[str, list[list[object]]], hidden: str = "") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name == hidden:
                sheet.hide()
    return out.getvalue()


def csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode()


def objects(rows: list[list[str]]) -> bytes:
    return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()


READERS = [
    pytest.param(lambda rows: extract_csv(csv(rows)), id="csv"),
    pytest.param(lambda rows: extract_csv(csv(rows, ";")), id="semicolons"),
    pytest.param(lambda rows: extract_csv(csv(rows, "\t")), id="tabs"),
    pytest.param(lambda rows: extract_sheet(workbook({"S": rows})), id="xlsx"),
    pytest.param(lambda rows: extract_json(objects(rows)), id="json"),
]


@pytest.mark.parametrize("read", READERS)
def test_questions_and_answers(read):
    draft = next(draft for draft in read(FAQ) if draft.text)
    kinds = [(block.kind, draft.text[block.start : block.end]) for block in draft.blocks]
    assert kinds == [
        (BlockKind.HEADING, "What is it?"),
        (BlockKind.PARAGRAPH, "A glossary."),
        (BlockKind.HEADING, "Who pays?"),
        (BlockKind.PARAGRAPH, "Nobody."),
    ]


@pytest.mark.parametrize("read", READERS)
def test_glossaries(read):
    drafts = [draft for draft in read(TERMS) if draft.text]
    assert [(draft.title, draft.anchor) for draft in drafts] == [("Softmax", "softmax"), ("Token", "token")]
    softmax = drafts[0]
    assert softmax.entry.aliases == ("soft argmax", "normalised exponential")
    start, end = softmax.entry.definition
    assert softmax.text[start:end] == TERMS[1][1]
    assert "Source: Bridle" in softmax.text


@pytest.mark.parametrize("read", READERS)
def test_long_tables_say_what_each_cell_is(read):
    rows = [["City", "People"], *([f"City {at}", str(at)] for at in range(20))]
    draft = next(draft for draft in read(rows) if draft.text)
    assert "City: City 7 | People: 7" in draft.text
    short = next(draft for draft in read(rows[:4]) if draft.text)
    assert short.text == "City | People\nCity 0 | 0\nCity 1 | 1\nCity 2 | 2"


def test_sheets_are_headed_by_their_names_and_hidden_ones_left_out():
    rows = [["a", "b"], [1, 2.5]]
    draft = extract_sheet(workbook({"One": rows, "Two": rows, "Secret": rows}, hidden="Secret"))[-1]
    assert draft.text == "One\n\na | b\n1 | 2.5\n\nTwo\n\na | b\n1 | 2.5"


def test_dates_and_truth():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet().write_row(0, 0, ["on", datetime.date(2026, 3, 1), True])
    assert extract_sheet(out.getvalue())[-1].text == "on | 2026-03-01 | True"


def test_what_is_no_spreadsheet():
    with pytest.raises(PageError, match="damaged"):
        extract_sheet(b"PK\x03\x04")
    with pytest.raises(PageError, match="no spreadsheet"):
        extract_sheet(b"nothing")


def test_csv_with_line_breaks_and_quotes():
    draft = extract_csv(b'name,note\nx,"first\nsecond, ""quoted"""\n')[0]
    assert draft.text == 'name | note\nx | first second, "quoted"'


def test_csv_that_never_ends_a_cell():
    with pytest.raises(PageError, match="quotation mark"):
        extract_csv(b'a,b\n"' + b"x" * 2_000_000)


def test_json_objects():
    source = {"title": "Plans", "free": {"price": 0, "seats": 1}, "features": ["search", "chat"], "none": None}
    draft = extract_json(json.dumps(source).encode())[0]
    assert draft.title == "Plans"
    assert draft.text == "title: Plans\n\nfree\n\nprice: 0\nseats: 1\n\nfeatures\n\n- search\n- chat"


def test_what_is_no_json():
    with pytest.raises(PageError, match="no JSON"):
        extract_json(b'{"a": ')
