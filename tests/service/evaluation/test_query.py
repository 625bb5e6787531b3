"""Files of questions."""

import pytest

from content.errors import ConfigurationError
from service.evaluation import read_queries


def test_lines_that_are_no_questions_are_named(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "a\\u2028b"}\n\n{"id": 2}\n')
    with pytest.raises(ConfigurationError, match=r"q\.jsonl:3: question"):
        read_queries(path)
    path.write_text('{"id": 1, "question": "a\u2028b"}\n')
    assert read_queries(path)[0].question == "a\u2028b"
    path.write_text("\n")
    with pytest.raises(ConfigurationError, match="no question"):
        read_queries(path)
    path.write_bytes(b'{"id": 1, "question": "caf\xe9"}\n')
    with pytest.raises(ConfigurationError, match="not UTF-8 text: byte 26"):
        read_queries(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_queries(tmp_path / "none")


def test_a_kind_is_a_name_and_other_fields_are_let_be(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "a", "kind": 3, "source": ["x"]}\n{"id": 2, "question": "b"}\n')
    assert [query.kind for query in read_queries(path)] == ["3", None]
