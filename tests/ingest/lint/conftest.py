from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ingest.lint import Finding, lint
from tests.fakes import ingest_folder, open_snapshot, write_pages

TODAY = date(2026, 5, 1)
Lint = Callable[[dict[str, str]], list[Finding]]


@pytest.fixture
def found(tmp_path: Path) -> Lint:
    """Write pages, ingest them, and return what the linter finds."""

    def lint_pages(pages: dict[str, str]) -> list[Finding]:
        report = ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
        assert report.complete, report.sources
        snapshot = open_snapshot(tmp_path / "var")
        findings = lint(snapshot, TODAY)
        snapshot.catalog.close()
        return findings

    return lint_pages
