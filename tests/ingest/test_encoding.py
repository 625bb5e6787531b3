import base64
import json

import pytest
import webencodings

from content.errors import PageError
from ingest.extract.encoding import decode
from tests.conftest import SHARED

HOSTILE = SHARED / "hostile" / "dev" / "html_encodings.jsonl"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffé".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        ("<p>é".encode("utf-16-le"), "<p>é"),
        ("<p>é".encode("utf-16-be"), "<p>é"),
        (b'<meta charset="iso-8859-1"><p>\x80\xe9', '<meta charset="iso-8859-1"><p>€é'),
        (b'<?xml version="1.0" encoding="shift_jis"?>\x93\x8c', '<?xml version="1.0" encoding="shift_jis"?>東'),
        (b"<meta charset=sjis>\x87\x40", "<meta charset=sjis>①"),  # as browsers read it
        (b"<meta charset=gb2312>\x95\x32\x82\x36", "<meta charset=gb2312>𠀀"),
        (b"<meta charset=utf-16>\xc3\xa9", "<meta charset=utf-16>é"),
        (b"<meta charset=x-user-defined>\x80", "<meta charset=x-user-defined>€"),
        (b"<meta charset=nonsense>\xc3\xa9", "<meta charset=nonsense>é"),
        (b"<!-- <meta charset=koi8-r> -->\xe9", "<!-- <meta charset=koi8-r> -->é"),
        (b"<a title='<meta charset=koi8-r>'>\xe9", "<a title='<meta charset=koi8-r>'>é"),
        (b"<!-- " + b"x" * 2000 + b"--><meta charset=koi8-r>\xc1", "<!-- " + "x" * 2000 + "--><meta charset=koi8-r>а"),
        (b"plain \xe9", "plain é"),
    ],
)
def test_encodings(data, text):
    assert decode(data, html=True) == text


@pytest.mark.parametrize(
    ("charset", "text"), [("koi8-r", "а"), (" ISO-8859-5 ", "С"), ("latin1", "Á"), ("nonsense", "Б"), (None, "Б")]
)
def test_what_came_along_counts_more_than_the_declaration(charset, text):
    data = b"<meta charset=windows-1251>\xc1"
    assert decode(data, html=True, charset=charset).removeprefix("<meta charset=windows-1251>") == text


def test_a_byte_order_mark_counts_most():
    assert decode("\ufeffé".encode(), html=True, charset="koi8-r") == "é"


def test_declarations_are_those_of_html_alone():
    assert decode(b"<meta charset=koi8-r>\xc3\xa9") == "<meta charset=koi8-r>é"


def test_what_is_no_text():
    with pytest.raises(PageError, match="binary"):
        decode(b"\x89PNG\0\0\0\0", html=True)


@pytest.mark.skipif(not HOSTILE.is_file(), reason=f"the encodings that browsers are tested with are not at {HOSTILE}")
def test_documents_that_browsers_are_tested_with():
    told = b"\xa4\xe9"  # two bytes that are no UTF-8, and that encodings read differently
    documents = [json.loads(line) for line in HOSTILE.read_text().splitlines()]
    right = 0
    for document in documents:
        data = base64.b64decode(document["data_b64"]) + told
        encoding = webencodings.lookup(document["encoding"])
        right += decode(data, html=True) == data.decode(encoding.codec_info.name, errors="replace")
    assert right >= 0.95 * len(documents)
