"""A site becomes answers: crawled by the command line, stopped and resumed, asked."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.e2e.conftest import PATIENCE, environment, glossator
from tests.ingest.web.site import Reply, Site, html, links

pytestmark = pytest.mark.model

ANIMALS = {
    "okapi": "giraffe of the forest",
    "zebra": "horse with stripes",
    "tapir": "pig with a trunk",
    "dugong": "cow of the sea",
}


@pytest.fixture
def zoo():
    with Site() as site:
        site.routes["/"] = html(
            "<h1>Zoo</h1><p>These animals live here." + links(*(f"/{name}" for name in ANIMALS), "/dead")
        )
        for name, what in ANIMALS.items():
            site.routes[f"/{name}"] = html(
                f"<h1>{name.title()}</h1><p>The {name} is a {what}.</p>" + links("/"), name.title()
            )
        yield site


def test_a_crawl_by_the_command_line(zoo, tmp_path):
    var = tmp_path / "var"
    refused = glossator(var, "ingest", zoo.url("/"), "--crawl")
    assert refused.returncode == 2
    assert "allow_private" in refused.stderr
    assert zoo.asked == []
    done = glossator(var, "ingest", zoo.url("/"), "--crawl", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert f"visited {zoo.url('/')}: 6 found, 5 fetched, 0 unchanged, 5 changed, 1 skipped, 0 failed" in done.stdout
    assert f"skipped {zoo.url('/dead')}: the server answered 404 Not Found" in done.stdout
    again = glossator(var, "ingest", zoo.url("/"), "--crawl", "--allow-private", "--json")
    report = json.loads(again.stdout)
    assert report["sources"][0]["web"]["unchanged"] == 5
    assert not report["published"]
    asked = json.loads(glossator(var, "ask", "What is an okapi?", "--json").stdout)
    assert "giraffe" in asked["answer"]
    assert asked["citations"][0]["url"] == zoo.url("/okapi")
    shown = json.loads(glossator(var, "extract", zoo.url("/zebra"), "--allow-private", "--json").stdout)
    assert (shown["id"], shown["title"]) == (zoo.url("/zebra"), "Zebra")
    assert list((var / "web").glob("*.sqlite3"))
    glossator(var, "ingest", "--remove", zoo.url("/"), str(_page(tmp_path)))
    assert not list((var / "web").glob("*.sqlite3"))


def _page(folder):
    path = folder / "page.md"
    path.write_text("# Emu\n\nAn emu is a large bird.\n")
    return path


def kept(data_dir):
    """Return how many pages of a crawl that is under way have been read and kept."""
    [path] = (data_dir / "web").glob("*.sqlite3")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as crawl:
        return crawl.execute("SELECT count(*) FROM copy").fetchone()[0]


def test_a_crawl_that_is_interrupted_goes_on(zoo, tmp_path):
    var = tmp_path / "var"
    zoo.routes["/tapir"] = Reply("<p>The tapir is slow." + " " * 5000, pause=0.05)
    command = [sys.executable, "-m", "glossator", "ingest", zoo.url("/"), "--crawl", "--allow-private"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment(var)
    )
    deadline = time.monotonic() + PATIENCE
    while not {"/okapi", "/zebra", "/tapir", "/dugong"} <= set(zoo.counts):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    while kept(var) < 4:  # what is quick, all but the tapir
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "goes on from there" in said
    assert "Traceback" not in said
    zoo.asked.clear()
    zoo.routes["/tapir"] = html("<h1>Tapir</h1><p>The tapir is a pig with a trunk.</p>", "Tapir")
    done = glossator(var, "ingest", zoo.url("/"), "--crawl", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert "/tapir" in zoo.paths
    assert not {"/", "/okapi", "/zebra", "/dugong"} & set(zoo.paths)
