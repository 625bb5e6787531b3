"""``glossator members``, as it is used in a shell."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from content.errors import ConfigurationError, Conflict, NotFound
from glossator.cli import app
from service.store.database import DATABASE_FILE


@pytest.fixture
def run(tmp_path):
    def run(*arguments: str, password: str = "correct horse battery\n") -> str:
        command = ["--data-dir", str(tmp_path / "var"), "members", *arguments]
        result = CliRunner().invoke(app, command, input=password, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_first_owner_is_made(run):
    made = json.loads(run("create", "Ada@Example.com", "--json"))
    assert (made["email"], made["role"]) == ("ada@example.com", "owner")
    with pytest.raises(Conflict, match="already"):
        run("create", "ada@example.com")


@pytest.mark.parametrize("command", [("members", "create", "ada@example.com"), ("keys", "create", "--role", "viewer")])
def test_a_command_without_the_services_configuration_leaves_its_sites_alone(tmp_path, monkeypatch, command):
    def run(*arguments: str) -> str:
        made = ["--data-dir", str(tmp_path / "var"), *arguments]
        result = CliRunner().invoke(app, made, input="correct horse battery\n", catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    monkeypatch.setenv("GLOSSATOR_SITE", '[{"id": "default", "title": "Ours"}, {"id": "docs"}]')
    run("keys", "create", "--role", "viewer", "--site", "docs")
    monkeypatch.delenv("GLOSSATOR_SITE")
    run(*command)
    with closing(sqlite3.connect(tmp_path / "var" / DATABASE_FILE)) as store:
        kept = {site: json.loads(settings) for site, settings in store.execute("SELECT id, settings FROM sites")}
    assert kept.keys() == {"default", "docs"}
    assert kept["default"]["title"] == "Ours"


def test_what_cannot_be_a_member_is_refused(run):
    with pytest.raises(ConfigurationError, match="5 characters; it must have 12"):
        run("create", "ada@example.com", password="short\n")
    with pytest.raises(ConfigurationError, match="no e-mail address"):
        run("create", "ada")
    with pytest.raises(NotFound):
        run("create", "ada@example.com", "--site", "nowhere")


def test_roles_are_changed_and_members_removed_but_the_last_owner_stays(run):
    run("create", "ada@example.com")
    run("create", "ben@example.com", "--role", "agent")
    for refused in (("role", "Ada@example.com", "editor"), ("remove", "ada@example.com")):
        with pytest.raises(Conflict, match=r"last owner of all sites is ada@example\.com"):
            run(*refused)
    run("role", "ben@example.com", "owner")
    run("role", "ada@example.com", "viewer")
    assert {one["email"]: one["role"] for one in json.loads(run("list", "--json"))} == {
        "ada@example.com": "viewer",
        "ben@example.com": "owner",
    }
    run("remove", "ada@example.com")
    assert "ada@example.com" not in run("list")
    with pytest.raises(NotFound, match=r"no member 'ada@example\.com'"):
        run("remove", "ada@example.com")
