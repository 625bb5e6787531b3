"""Documents are parsed in a child process: what they do to it, and what the parent makes of that."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import docx
import pytest

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft
from ingest.extract import SUFFIXES, Format, Parser, extract
from ingest.extract.limits import Limits
from ingest.reading import read_source
from ingest.sources import Source
from tests.pdf import bomb, lines, make_pdf

GOOD = make_pdf([lines("Attention weighs the parts of an input.", 72, 700)])
SAID = "Attention weighs the parts of an input."
MANY_ROWS = b"a,b,c,d\n" * 400_000
SMALL = Limits(memory=192 << 20)


def read_or_reason(parser: Parser, document: bytes, form: Format) -> tuple[list[Draft], str]:
    try:
        return extract(document, form, parser), ""
    except PageError as error:
        return [], str(error)


@pytest.fixture
def parser():
    with Parser() as parser:
        yield parser


def test_a_draft_comes_back_whole(parser):
    (draft,) = parser.parse(GOOD, Format.PDF)
    assert draft.text == SAID
    assert [(block.kind, block.start, block.end) for block in draft.blocks] == [(BlockKind.PARAGRAPH, 0, len(SAID))]
    assert draft.places[0].locator == "page=1"
    (entry, _) = parser.parse(
        b"term,definition,aliases\nA,The first letter.,alpha\nB,The second letter.,\n", Format.CSV
    )
    assert (entry.anchor, entry.entry.aliases, entry.entry.definition) == ("a", ("alpha",), (0, 17))


def test_a_document_that_needs_too_much_memory():
    with Parser(SMALL) as parser:
        assert parser.parse(GOOD, Format.PDF)
        with pytest.raises(PageError, match="192 MiB of memory"):
            parser.parse(MANY_ROWS, Format.CSV)
        assert parser.parse(GOOD, Format.PDF)[0].text == SAID


def test_a_document_that_kills_its_parser():
    with Parser(SMALL) as parser:
        with pytest.raises(PageError, match=r"its parser died \(SIG"):
            parser.parse(bomb(256 << 20), Format.PDF)
        assert parser.parse(GOOD, Format.PDF)[0].text == SAID


def test_a_document_that_takes_too_much_of_the_processor():
    endless = b"Some *words* and ``more`` of them.\n\n" * 300_000  # half a minute of work
    with Parser(Limits(cpu_seconds=1)) as parser:
        with pytest.raises(PageError, match="1 s of processor time"):
            parser.parse(endless, Format.RST)
        assert parser.parse(GOOD, Format.PDF)[0].text == SAID


def test_a_document_that_takes_too_long():
    with Parser(Limits(seconds=0.2)) as parser, pytest.raises(PageError, match=r"more than 0\.2 s"):
        parser.parse(MANY_ROWS, Format.CSV)


def test_what_is_too_long_to_be_a_page(parser):
    with pytest.raises(PageError, match="12,000,000 characters"):
        parser.parse(json.dumps("x" * 12_000_000).encode(), Format.JSON)


@pytest.mark.parametrize("form", [form for form in Format if form not in {Format.MARKDOWN, Format.HTML, Format.TEXT}])
@pytest.mark.parametrize(
    "document",
    [b"\x00" * 1000, b"PK\x03\x04" + b"\xff" * 500, b"%PDF-1.4 {\\rtf1 <a>\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)
def test_what_is_damaged_fails_alone(shared_parser, form, document):
    drafts, reason = read_or_reason(shared_parser, document, form)
    assert reason or all(draft.blocks for draft in drafts if draft.text)


@pytest.fixture(scope="module")
def shared_parser():
    with Parser() as parser:
        yield parser


def test_invisible_characters_are_dropped_from_every_format(shared_parser):
    said = "safe\u200b and\U000e0041\U000e0042 \ufeffsound"
    word = docx.Document()
    word.add_paragraph(said)
    out = io.BytesIO()
    word.save(out)
    documents = {
        Format.DOCX: out.getvalue(),
        Format.CSV: said.encode(),
        Format.JSON: json.dumps(said).encode(),
        Format.RST: said.encode(),
        Format.EML: b"Subject: s\nContent-Type: text/plain; charset=utf-8\n\n" + said.encode(),
        Format.VTT: f"WEBVTT\n\n00:00.000 --> 00:01.000\n{said}".encode(),
        Format.RTF: (
            "{\\rtf1 " + "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in "safe\u200b and sound") + "}"
        ).encode(),
    }
    for form, document in documents.items():
        assert "safe and sound" in shared_parser.parse(document, form)[0].text, form


def test_threads_share_a_parser(parser):
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(parser.parse(GOOD, Format.PDF)[0].text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [SAID] * 4


def test_without_a_parser_one_is_made(tmp_path):
    assert extract(GOOD, Format.PDF)[0].text == SAID
    with pytest.raises(PageError, match="empty"):
        extract(b"", Format.PDF)


def test_the_child_can_neither_write_nor_connect(tmp_path):
    program = (
        "import sys; from ingest.extract import child\n"
        "sys.addaudithook(child._forbid)\n"
        "import socket, subprocess, os\n"
        "tries = [lambda: socket.socket(), lambda: open(sys.argv[1], 'w'), lambda: subprocess.run(['true']),\n"
        "         lambda: os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), lambda: os.remove(sys.argv[1])]\n"
        "for one in tries:\n"
        "    try: one()\n"
        "    except PermissionError: continue\n"
        "    sys.exit('done')\n"
        "open(os.devnull).close()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_a_folder_of_documents(tmp_path):
    (tmp_path / "good.pdf").write_bytes(GOOD)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF")
    (tmp_path / "empty.docx").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(5_000_000))
    (tmp_path / "faq.csv").write_text("question,answer\nWhy?,Because.\n")
    reading = read_source(Source(str(tmp_path)))
    assert {page.page_id: page.text for page in reading.pages} == {"good": SAID, "faq": "Why?\n\nBecause."}
    assert {Path(where).name for where, _ in reading.report.failed} == {"bad.pdf", "bomb.docx", "empty.docx"}
    assert reading.failed_ids == {"bad", "bomb", "empty"}


def test_documents_are_addressed_as_the_files_that_they_are(tmp_path):
    (tmp_path / "White paper.pdf").write_bytes(GOOD)
    (tmp_path / "White paper.csv").write_text("a,b\n1,2\n")
    (tmp_path / "guide.rst").write_text("Words.")
    (tmp_path / "talk.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWords.")
    pages = read_source(Source(str(tmp_path), base_url="https://x.example/")).pages
    assert {page.page_id: page.url for page in pages} == {
        "White paper": "https://x.example/White%20paper.csv",
        "White paper.pdf": "https://x.example/White%20paper.pdf",
        "guide": "https://x.example/guide",
        "talk": "https://x.example/talk",
    }


def test_the_parent_imports_no_parser():
    program = "import sys, glossator.cli, ingest.pipeline, ingest.reading; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    parsers = {"pypdfium2", "pypdfium2_raw", "docx", "pptx", "python_calamine", "docutils", "striprtf", "oxmsg"}
    assert parsers.isdisjoint(run.stdout.split())


def _normal(text: str) -> str:
    return " ".join(text.split()).casefold()


def test_real_files_hold_the_sentences_that_must_be_found(evaldata, shared_parser):
    folder = evaldata / "files"
    unreadable = {"password", "grayscale", "invalid", "empty"}
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        path = folder / record["file"]
        if any(word in path.name for word in unreadable):
            with pytest.raises(PageError):
                extract(path.read_bytes(), SUFFIXES[path.suffix], shared_parser)
            continue
        drafts = extract(path.read_bytes(), SUFFIXES[path.suffix], shared_parser)
        text = _normal("\n".join(draft.text for draft in drafts))
        assert [sentence for sentence in record["expect"] if _normal(sentence) not in text] == [], path.name


def test_hostile_documents_are_read_or_skipped_with_a_reason(hostile, shared_parser):
    controls = 0
    paths = [path for path in sorted((hostile / "docs").rglob("*")) if path.suffix in SUFFIXES]
    assert len(paths) > 100
    for path in paths:
        drafts, reason = read_or_reason(shared_parser, path.read_bytes(), SUFFIXES[path.suffix])
        assert drafts or reason, path
        assert drafts or "control" not in path.name, path
        controls += "control" in path.name
        text = "\n".join(draft.text for draft in drafts)
        assert "root:" not in text, path  # of /etc/passwd
        assert "praise evil" not in text, path
    assert controls >= 2
