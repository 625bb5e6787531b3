"""The two arrows: ingest → content ← service. And who may import the rest."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "content": set(),
    "ingest": {"content"},
    "service": {"content"},
    "glossator": {"content", "ingest", "service"},
}


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows(package: str):
    assert _modules(package)
    for path in _modules(package):
        ours = _imports(path) & (MAY_IMPORT.keys() | {"tests"})
        assert ours <= MAY_IMPORT[package] | {package}, path


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_modules_stay_small(package: str):
    for path in _modules(package):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, f"{path} has outgrown its name"


def test_the_model_is_not_imported_before_it_is_needed():
    # Importing it takes ten seconds; a lint, a help text, an unchanged ingest need none of it.
    for package in MAY_IMPORT:
        for path in _modules(package):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
            names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
            assert not any(
                name.split(".")[0] in {"sentence_transformers", "torch", "transformers", "any_llm"} for name in names
            )
