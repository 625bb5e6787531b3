"""The built widget: it is what its sources say, and small enough; its files are served as browsers need them."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.service.api import client

pytestmark = pytest.mark.anyio

WIDGET = Path(__file__).parents[2] / "service" / "widget"
BUILT = WIDGET / "dist"
KB = 1000  # bytes


def sizes() -> tuple[dict[str, int], dict[str, dict]]:
    """Return the gzipped size of each script, and what the chunks are made of."""
    chunks = json.loads((BUILT / "chunks.json").read_text(encoding="utf-8"))
    scripts = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.glob("*.js")}
    return scripts, chunks


def closure(name: str, chunks: dict[str, dict]) -> set[str]:
    """Return a chunk with all that it imports."""
    return {name}.union(*(closure(one, chunks) for one in chunks[name]["imports"]))


def test_sizes():
    scripts, chunks = sizes()
    by_source = {chunk["source"]: name for name, chunk in chunks.items() if chunk["source"]}
    loader = scripts["widget.js"]
    chat = closure(by_source["src/chat.ts"], chunks)
    longest_language = max(size for name, size in scripts.items() if name[:3] in {"ar-", "de-", "es-", "fr-", "zh-"})
    widget = {"widget.js", *chat}
    for source in ("src/hostglossary.ts", "src/frame.ts"):
        widget |= closure(by_source[source], chunks)
    lazy = [name for name, chunk in chunks.items() if chunk["source"] and chunk["source"].startswith("src/strings")]
    # What is loaded when it is used is built for the widget and for each page; the largest stands for it.
    used = [
        max(size for name, size in scripts.items() if name.startswith(f"{part}-"))
        for part in ("people", "reader", "unread", "why")
    ]
    everything = sum(scripts[name] for name in {*widget, *lazy}) + sum(used)
    assert loader <= 4 * KB
    assert loader + sum(scripts[name] for name in chat) + longest_language <= 25 * KB
    assert everything <= 45 * KB


def test_the_built_files_are_what_the_sources_say(tmp_path):
    if not shutil.which("node"):
        pytest.skip("there is no Node; the built files are taken as they are")
    if not (WIDGET / "node_modules" / "esbuild").is_dir():
        pytest.skip("the widget's tools are not installed; run: make widget")
    copy = tmp_path / "service" / "widget"
    shutil.copytree(WIDGET, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (copy / "node_modules").symlink_to(WIDGET / "node_modules")
    shutil.copytree(WIDGET.parents[1] / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("images"))
    done = subprocess.run(["npm", "run", "build"], cwd=copy, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "src" / "wire.ts").read_text() == (WIDGET / "src" / "wire.ts").read_text(), "run: make widget"
    made = {path.name: path.read_bytes() for path in (copy / "dist").iterdir()}
    assert made == {path.name: path.read_bytes() for path in BUILT.iterdir()}, "run: make widget"


def test_no_registry_is_named():
    assert '"resolved"' not in (WIDGET / "package-lock.json").read_text(encoding="utf-8")


async def test_files_are_served_to_pages_of_any_origin(glossary_dir):
    chunk = next(path.name for path in BUILT.glob("chat-*.js"))
    async with client(glossary_dir) as http:
        loader = await http.get("/widget.js")
        module = await http.get(f"/assets/{chunk}", headers={"Origin": "https://shop.example"})
        same = await http.get("/widget.js", headers={"If-None-Match": loader.headers["etag"]})
        missing = await http.get("/assets/nothing.js")
        outside = await http.get("/assets/..%2f..%2fsettings.py")
    assert loader.headers["content-type"] == "text/javascript; charset=utf-8"
    assert loader.headers["cache-control"] == "public, max-age=300"
    assert loader.headers["content-encoding"] == "gzip"
    assert module.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert module.headers["access-control-allow-origin"] == "*"
    assert module.headers["cross-origin-resource-policy"] == "cross-origin"
    assert same.status_code == 304
    assert missing.status_code == outside.status_code == 404


async def test_our_pages_run_their_own_scripts_alone(glossary_dir):
    site = [{"id": "default", "logo": "https://img.example/l.png", "allowed_origins": ["https://shop.example"]}]
    async with client(glossary_dir, site=site) as http:
        page = await http.get("/")
        framed = await http.get("/frame/default")
        unknown = await http.get("/frame/nothing")
        other = await http.get("/", params={"site": "nothing"})
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "img-src 'self' https://img.example;" in policy
    assert policy.endswith("frame-ancestors 'none'")
    assert framed.headers["content-security-policy"].endswith("frame-ancestors 'self' https://shop.example")
    assert unknown.status_code == other.status_code == 404


async def test_what_a_site_says_of_itself(glossary_dir):
    brand = {
        "theme": "dark", "font": "Inter, sans-serif", "logo": "https://img.example/l.png", "position": "left",
        "languages": ["de", "en"], "formality": "friendly", "privacy_url": "https://a.example/p",
    }  # fmt: skip
    async with client(glossary_dir, site=[{"id": "default"} | brand]) as http:
        site = (await http.get("/v1/site/default")).json()
    assert {name: site[name] for name in brand} == brand
    assert site["features"]["share"] is True
