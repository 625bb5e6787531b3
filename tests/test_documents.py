"""What is written about the code agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import documents

ROOT = Path(__file__).parents[1]
MARKDOWN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_setting_is_documented():
    assert (documents.DOCS / "settings.md").read_text(encoding="utf-8") == documents.settings(), "run: make docs"


def test_the_openapi_document_has_not_drifted(tmp_path):
    assert (documents.DOCS / "openapi.json").read_text(encoding="utf-8") == documents.openapi(tmp_path), (
        "run: make docs"
    )


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
        assert (path.parent / target).exists(), target


def test_commands_of_the_readme_exist():
    from typer.main import get_command

    from glossator.cli import app

    known = get_command(app).commands.keys()
    for path in MARKDOWN:
        for verb in re.findall(
            r"^(?:\$ )?(?:\.venv/bin/)?glossator (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert verb in known, f"{path.name}: glossator {verb}"
