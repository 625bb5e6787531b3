"""Ingests that are killed at random moments, beside a service that goes on answering.

    python -m tests.bench.crash PAGES [--kills 20]

Copies a folder of pages, ingests it, serves it, and then kills (SIGKILL) one ingest after the other at a random moment of
its usual time. After each kill ``glossator snapshots verify --all`` must find every published snapshot whole, the service
must answer, and a plain re-run must succeed. Uses the real command line and the real model.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.speed import server

_QUESTION = {"message": "Who invented the attention mechanism?"}


def glossator(data_dir: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the command line."""
    command = [sys.executable, "-m", "glossator", "--data-dir", str(data_dir), *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    """Kill, check, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    arguments = parser.parse_args()
    chance = random.Random(2)
    seen = {"killed before the switch": 0, "done before the kill": 0, "broken": 0, "unanswered": 0, "re-runs failed": 0}
    with tempfile.TemporaryDirectory() as folder:
        data_dir, pages = Path(folder) / "var", Path(folder) / "pages"
        shutil.copytree(arguments.pages, pages)

        def change(text: str) -> None:
            (pages / "attempt.md").write_text(f"# Attempt\n\nThis is attempt {text}.\n", encoding="utf-8")

        change("first")
        assert glossator(data_dir, "ingest", str(pages)).wait() == 0
        change("second")
        started = time.perf_counter()
        assert glossator(data_dir, "ingest", str(pages)).wait() == 0
        usual = time.perf_counter() - started
        with server(data_dir) as address:
            for number in range(arguments.kills):
                change(f"number {number}")
                ingest = glossator(data_dir, "ingest", str(pages))
                # Most of a run is the import of the model; half of the kills fall into its last tenth.
                moment = usual * (chance.uniform(0, 1) if number % 2 else chance.uniform(0.9, 1.02))
                started = time.perf_counter()
                try:
                    ingest.wait(moment)
                    seen["done before the kill"] += 1
                    usual = time.perf_counter() - started
                except subprocess.TimeoutExpired:
                    ingest.kill()
                    ingest.wait()
                    seen["killed before the switch"] += 1
                seen["broken"] += glossator(data_dir, "snapshots", "verify", "--all").wait() != 0
                reply = httpx.post(f"{address}/v1/chat", json=_QUESTION, timeout=30)
                seen["unanswered"] += not (reply.status_code == 200 and "Bahdanau" in reply.text)
                started = time.perf_counter()
                seen["re-runs failed"] += glossator(data_dir, "ingest", str(pages)).wait() != 0
                usual = max(usual, time.perf_counter() - started)
            found = httpx.post(
                f"{address}/v1/search", json={"query": f"attempt number {arguments.kills - 1}"}, timeout=30
            )
    print(f"{arguments.kills} attempts, a run usually takes {usual:.1f} s, load {os.getloadavg()[0]:.1f}")
    for what, count in seen.items():
        print(f"  {what}: {count}")
    print(f"  the service found the last attempt: {f'number {arguments.kills - 1}' in found.text}")
    sys.exit(bool(seen["broken"] or seen["unanswered"] or seen["re-runs failed"]))


if __name__ == "__main__":
    main()
