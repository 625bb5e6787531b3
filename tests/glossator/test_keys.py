"""``glossator keys``, as it is used in a shell."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from content.errors import NotFound
from glossator.cli import app


@pytest.fixture
def run(tmp_path):
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(
            app, ["--data-dir", str(tmp_path / "var"), "keys", *arguments], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_a_key_is_made_listed_and_revoked(run, capsys):
    made = json.loads(run("create", "--role", "viewer", "--name", "reports", "--json"))
    assert made.keys() == {"id", "key"}
    [listed] = json.loads(run("list", "--json"))
    assert (listed["id"], listed["role"], listed["name"], listed["revoked_at"]) == (
        made["id"],
        "viewer",
        "reports",
        None,
    )
    assert made["key"] not in json.dumps(listed)
    run("revoke", made["id"])
    [listed] = json.loads(run("list", "--json"))
    assert listed["revoked_at"]


def test_what_is_not_there_is_named(run):
    with pytest.raises(NotFound, match="no key 'x'"):
        run("revoke", "x")
    with pytest.raises(NotFound, match="no such site"):
        run("create", "--role", "owner", "--site", "nowhere")
