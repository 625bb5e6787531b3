"""The examples of docs/clients.md and docs/http.md do what they show, against a real server."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.model

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = "http://127.0.0.1:8080"


def examples(language: str) -> list[object]:
    """Return the examples in a language that ask the service."""
    found = [
        (path.name, number, text)
        for path in (ROOT / "docs" / "clients.md", ROOT / "docs" / "http.md")
        for number, (kind, text) in enumerate(_BLOCK.findall(path.read_text(encoding="utf-8")), 1)
        if kind == language and _ADDRESS in text
    ]
    assert found
    return [pytest.param(text, id=f"{name}-{number}") for name, number, text in found]


def run(command: list[str], example: str, tmp_path: Path, name: str) -> str:
    (tmp_path / name).write_text(example)
    done = subprocess.run([*command, str(tmp_path / name)], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", examples("python"))
def test_python(example, server, tmp_path):
    said = run([sys.executable], example.replace(_ADDRESS, server), tmp_path, "example.py")
    assert re.search("vector|ranks documents", said)


@pytest.mark.parametrize("example", examples("javascript"))
def test_javascript(example, server, tmp_path):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if "console.log" not in example:
        example += "console.log(answer);\n"
    assert "vector" in run(["node"], example.replace(_ADDRESS, server), tmp_path, "example.mjs")


@pytest.mark.parametrize("example", examples("sh"))
def test_curl(example, server):
    # Read as a shell reads it and sent by httpx, so that it is tested where curl is not installed.
    program, *words = shlex.split(example.replace(_ADDRESS, server).replace("\\\n", " "))
    assert program == "curl"
    headers, body, address = {}, None, None
    arguments = iter(words)
    for word in arguments:
        match word:
            case "-s":
                pass
            case "-H":
                name, _, value = next(arguments).partition(": ")
                headers[name] = value
            case "-d":
                body = next(arguments)
            case _:
                assert address is None
                address = word
    reply = httpx.request("POST" if body else "GET", address, headers=headers, content=body, timeout=PATIENCE)
    assert reply.status_code == 200, reply.text
    assert re.search("vector|ranks documents", reply.text)
