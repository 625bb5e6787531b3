"""``glossator members``, as it is used in a shell."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from content.errors import ConfigurationError, Conflict, NotFound
from glossator.cli import app


@pytest.fixture
def run(tmp_path):
    def run(*arguments: str, password: str = "correct horse battery\n") -> str:
        command = ["--data-dir", str(tmp_path / "var"), "members", "create", *arguments]
        result = CliRunner().invoke(app, command, input=password, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_first_owner_is_made(run):
    made = json.loads(run("Ada@Example.com", "--json"))
    assert (made["email"], made["role"]) == ("ada@example.com", "owner")
    with pytest.raises(Conflict, match="already"):
        run("ada@example.com")


def test_what_cannot_be_a_member_is_refused(run):
    with pytest.raises(ConfigurationError, match="5 characters; it must have 12"):
        run("ada@example.com", password="short\n")
    with pytest.raises(ConfigurationError, match="no e-mail address"):
        run("ada")
    with pytest.raises(NotFound):
        run("ada@example.com", "--site", "nowhere")
