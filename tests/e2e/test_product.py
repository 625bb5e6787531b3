"""From an empty folder to a cited answer, in the terminal and over HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time

import httpx
import pytest

from tests.e2e.conftest import PAGES, PATIENCE, environment, glossator, serving
from tests.pdf import lines, make_pdf

pytestmark = pytest.mark.model


def test_ask_gives_a_cited_answer(shipped):
    done = glossator(shipped, "ask", "Who invented the attention mechanism?")
    assert done.returncode == 0
    assert "Bahdanau" in done.stdout
    assert "[1]" in done.stdout
    assert "attention-mechanism-paper" in done.stdout


def test_ask_and_search_as_json_have_the_shape_of_the_api(shipped, server):
    asked = json.loads(glossator(shipped, "ask", "What is BM25?", "--json").stdout)
    told = httpx.post(f"{server}/v1/chat", json={"message": "What is BM25?"}, timeout=PATIENCE).json()
    assert asked.keys() == told.keys()
    assert asked["answer"] == told["answer"]
    assert asked["citations"] == told["citations"]
    found = json.loads(glossator(shipped, "search", "BM25", "-k", "3", "--json").stdout)
    listed = httpx.post(f"{server}/v1/search", json={"query": "BM25", "limit": 3}, timeout=PATIENCE).json()
    assert found["results"] == listed["results"]
    assert len(found["results"]) == 3


def test_a_question_that_the_content_does_not_hold_is_refused(server):
    asked = {"message": "What is the boiling point of tungsten?"}
    body = httpx.post(f"{server}/v1/chat", json=asked, timeout=PATIENCE).json()
    assert body["outcome"] == "refused"
    assert body["citations"] == []


def test_a_stream_over_a_real_connection(server):
    asked = {"message": "How does BERT differ from GPT-3?", "stream": True}
    with httpx.stream("POST", f"{server}/v1/chat", json=asked, timeout=PATIENCE) as reply:
        names = [line.removeprefix("event: ") for line in reply.iter_lines() if line.startswith("event: ")]
    assert names[:2] == ["start", "sources"]
    assert names[-1] == "done"
    assert {"delta", "citation"} <= set(names)


def test_an_unchanged_ingest_publishes_nothing_and_needs_no_model(shipped):
    code = (
        "import sys\n"
        f"sys.argv = ['glossator', 'ingest', {str(PAGES)!r}, '--json']\n"
        "from glossator.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "assert not {'torch', 'sentence_transformers', 'fastapi'} & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(shipped), cwd=PAGES.parents[1]
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["published"], report["embedded"]) == (False, 0)
    assert report["sources"][0]["unchanged"] == len(list(PAGES.glob("*.md")))


def test_a_running_service_takes_up_what_is_ingested(tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "zebra.md").write_text("# Zebra\n\nA zebra is an animal with stripes.\n")
    assert glossator(tmp_path / "var", "ingest", str(pages)).returncode == 0
    with serving(tmp_path / "var") as address, httpx.Client(base_url=address, timeout=PATIENCE) as http:
        body = {"message": "What is an okapi?"}
        assert "giraffe" not in http.post("/v1/chat", json=body).json()["answer"]
        (pages / "okapi.md").write_text("# Okapi\n\nAn okapi is an animal related to the giraffe.\n")
        done = glossator(tmp_path / "var", "ingest", str(pages))
        assert done.returncode == 0
        assert "2 finding(s): 2 orphan. Run: glossator lint" in done.stderr
        until = time.monotonic() + PATIENCE
        while "giraffe" not in (answer := http.post("/v1/chat", json=body).json()["answer"]):
            assert time.monotonic() < until, answer
            time.sleep(0.1)


def test_eval_prints_figures_and_writes_a_run(shipped, tmp_path):
    queries = tmp_path / "q.jsonl"
    lines = [
        {"id": 1, "question": "What is BM25?", "relevant": ["bm25"], "answers": ["formula that ranks documents"]},
        {"id": "2", "question": "How tall is the Eiffel Tower?", "answerable": False},
    ]
    queries.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = glossator(shipped, "eval", str(queries), "--run", str(tmp_path / "run.jsonl"), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["recall_at_1"] == figures["answer_contains"] == figures["refusal_balanced_accuracy"] == 1
    run = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert run[0]["id"] == "1"
    assert run[0]["retrieved"][0] == "bm25"
    assert len(run[1]["retrieved"]) == 20
    assert (run[1]["answer"], run[1]["refused"]) == (None, True)


@pytest.fixture
def asked(tmp_path):
    """A file of questions, of two kinds, that the glossary which ships answers but for the last."""
    lines = [
        {"id": "1", "question": "What is BM25?", "relevant": ["bm25"], "kind": "term"},
        {"id": "2", "question": "What is a zorgblat?", "relevant": ["zorgblat"], "kind": "new"},
        {"id": "3", "question": "How tall is the Eiffel Tower?", "answerable": False},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path / "q.jsonl"


def test_eval_compares_two_snapshots(shipped, asked, tmp_path):
    data_dir = tmp_path / "var"
    shutil.copytree(shipped, data_dir)
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "zorgblat.md").write_text("# Zorgblat\n\nA zorgblat is a valve that hums.\n")
    assert glossator(data_dir, "ingest", str(tmp_path / "extra")).returncode == 0
    new, old = (one["snapshot_id"] for one in json.loads(glossator(data_dir, "snapshots", "list", "--json").stdout))
    done = glossator(data_dir, "eval", str(asked), "--against", old, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["snapshot"], said["questions"], said["recall_at_1"]) == (new, 3, 1)
    assert said["kinds"]["new"]["recall_at_5"] == 1
    assert said["intervals"]["recall_at_1"] == pytest.approx([0.3424, 1], abs=1e-4)
    assert said["comparison"]["differences"]["recall_at_5"]["before"] == 0.5
    assert said["comparison"]["kinds"]["new"]["ndcg_at_10"]["before"] == 0
    (better,) = said["comparison"]["better"]
    assert better["id"] == "2"
    assert {"figure": "over_refusal", "before": 1, "after": 0} in better["changes"]
    assert said["comparison"]["worse"] == []
    back = glossator(data_dir, "eval", str(asked), "--snapshot", old, "--against", new)
    assert f"Against {new}" in back.stdout
    assert "Better: no questions" in back.stdout
    assert "2\tWhat is a zorgblat?\tanswered → refused, nDCG@10 1.00 → 0.00" in back.stdout


def test_eval_compares_with_a_run_and_draws(shipped, asked, tmp_path):
    run = tmp_path / "run.jsonl"
    run.write_text('{"id": "1", "retrieved": ["x", "bm25"], "answer": "A formula.", "refused": false}\n')
    done = glossator(shipped, "eval", str(asked), "--against", str(run), "--plots", str(tmp_path / "plots"))
    assert done.returncode == 0, done.stderr
    assert "1 of 3 questions in both" in done.stdout
    assert "1\tWhat is BM25?\tnDCG@10 0.63 → 1.00" in done.stdout
    names = ["recall.png", "recall.svg", "reliability.png", "reliability.svg"]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == names
    assert str(tmp_path / "plots" / "recall.svg") in done.stderr


def test_what_eval_cannot_compare_is_named_before_anything_is_asked(shipped, asked, tmp_path):
    (tmp_path / "other.jsonl").write_text('{"id": "9", "retrieved": [], "answer": null, "refused": true}\n')
    current = json.loads(glossator(shipped, "snapshots", "show", "--json").stdout)["snapshot_id"]
    for options, named in (
        (("--against", "nowhere"), current),
        (("--against", str(tmp_path / "other.jsonl")), "other.jsonl"),
        (("--snapshot", "20200101T000000000-abcdef"), current),
        (("--plots", str(asked)), "q.jsonl"),
    ):
        done = glossator(shipped, "eval", str(asked), *options)
        assert done.returncode == 2
        assert named in done.stderr
        assert "ask" not in done.stderr
        assert "Traceback" not in done.stderr


def test_doctor_names_the_model_and_its_digest(shipped):
    done = glossator(shipped, "doctor", "--json")
    assert done.returncode == 0
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db (as published)"
        in checks["embedding model"]["found"]
    )
    assert checks["snapshot"]["status"] == "ok"


def test_documents_and_recordings_are_cited_with_their_places(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    pages = [
        lines("Nothing of interest stands on this page.", 72, 500),
        lines("Zorvex lamps burn for ninety hours.", 72, 500),
    ]
    (folder / "lamps.pdf").write_bytes(make_pdf(pages))
    (folder / "talk.vtt").write_text("WEBVTT\n\n01:05.000 --> 01:09.000\nBrindle ropes are woven from nettles.\n")
    (folder / "broken.docx").write_bytes(b"no document")
    done = glossator(tmp_path / "var", "ingest", str(folder))
    assert done.returncode == 1
    assert "broken.docx: it is damaged" in done.stdout
    assert "lamps, page 2" in glossator(tmp_path / "var", "ask", "How long do Zorvex lamps burn?").stdout
    assert "talk, 1:05" in glossator(tmp_path / "var", "search", "What are Brindle ropes woven from?").stdout
    assert "page 1" in glossator(tmp_path / "var", "extract", str(folder / "lamps.pdf")).stdout


def test_extract_shows_pages_and_passages(tmp_path):
    (tmp_path / "page.md").write_text("# Page\n\nSome text.\n\n## Why?\n\nBecause.\n")
    done = glossator(tmp_path / "var", "extract", str(tmp_path / "page.md"), "--json")
    page = json.loads(done.stdout)
    assert page.keys() == {"id", "title", "url", "text", "passages"}
    assert [passage["heading"] for passage in page["passages"]] == [[], ["Why?"]]
    for passage in page["passages"]:
        assert page["text"][passage["start"] : passage["end"]] == passage["text"]
    assert not (tmp_path / "var" / "snapshots").exists()


def test_snapshots(shipped, tmp_path):
    data_dir = tmp_path / "var"
    shutil.copytree(shipped, data_dir)
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "more.md").write_text("# More\n\nMore text.\n")
    assert glossator(data_dir, "ingest", str(tmp_path / "extra")).returncode == 0
    listed = json.loads(glossator(data_dir, "snapshots", "list", "--json").stdout)
    assert [one["current"] for one in listed] == [True, False]
    assert listed[0]["pages"] == listed[1]["pages"] + 1
    assert "all-MiniLM-L6-v2" in glossator(data_dir, "snapshots", "show").stdout
    assert glossator(data_dir, "snapshots", "verify", "--all").returncode == 0
    assert listed[1]["snapshot_id"] in glossator(data_dir, "snapshots", "rollback").stdout
    assert glossator(data_dir, "snapshots", "rollback").returncode == 2
    assert "Nothing to remove" in glossator(data_dir, "snapshots", "prune").stdout
    assert json.loads(glossator(data_dir, "snapshots", "prune", "--json").stdout) == []
    catalog = data_dir / "snapshots" / listed[0]["snapshot_id"] / "catalog.sqlite"
    catalog.write_bytes(catalog.read_bytes()[:-100])
    done = glossator(data_dir, "snapshots", "verify", listed[0]["snapshot_id"])
    assert done.returncode == 1
    assert "catalog.sqlite" in done.stderr


def test_removing_a_source(shipped, tmp_path):
    data_dir = tmp_path / "var"
    shutil.copytree(shipped, data_dir)
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "more.md").write_text("# More\n\nMore text.\n")
    assert glossator(data_dir, "ingest", str(tmp_path / "extra"), "--collection", "docs").returncode == 0
    done = glossator(data_dir, "ingest", "--remove", str(tmp_path / "extra"), "--collection", "docs", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sources"][0]["gone"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (["ingest", "nowhere"], 2, "nowhere"),
        (["ingest"], 2, "no source is named"),
        (["ingest", "http://127.0.0.1:8080/"], 2, "allow_private"),
        (["ask", "anything"], 2, "glossator ingest"),
        (["ask", " "], 2, "empty"),
        (["search"], 2, "QUERY"),
        (["nonsense"], 2, "nonsense"),
        (["snapshots", "show", "20200101T000000000-abcdef"], 2, "20200101"),
        (["snapshots", "verify"], 2, "nothing has been published"),
        (["eval", "nowhere.jsonl"], 2, "nowhere.jsonl"),
        (["serve", "--host", "192.0.2.1"], 2, "192.0.2.1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_for_people(tmp_path, arguments, status, named):
    done = glossator(tmp_path / "var", *arguments)
    assert done.returncode == status
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path):
    done = glossator(tmp_path / "var", "doctor", port="many")
    assert done.returncode == 2
    assert "GLOSSATOR_PORT" in done.stderr


def test_one_failing_page_is_reported_and_the_status_says_so(tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "good.md").write_text("# Good\n\nText.\n")
    (pages / "bad.md").write_text("---\na: [\n---\nText.\n")
    done = glossator(tmp_path / "var", "ingest", str(pages))
    assert done.returncode == 1
    assert "bad.md" in done.stdout
    assert "Published" in done.stdout
    assert glossator(tmp_path / "var", "ingest", str(pages), "--dry-run").returncode == 1


def test_the_service_ingests_a_source_that_is_due(tmp_path):
    base_url = "https://www.example.com/glossary/"
    some = ["bm25.md", "chunking.md", "embedding.md", "stemming.md"]  # all of them take longer, and show no more
    source = [{"location": str(PAGES), "include": some, "schedule": "6h", "base_url": base_url}]
    data_dir = tmp_path / "var"
    with (
        serving(data_dir, source=json.dumps(source)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as http,
    ):
        until = time.monotonic() + PATIENCE
        while (ready := http.get("/readyz")).status_code != 200:
            assert time.monotonic() < until, ready.text
            time.sleep(0.2)
        body = http.post("/v1/chat", json={"message": "What is BM25?"}).json()
    assert body["outcome"] == "answered"
    assert body["citations"][0]["url"] == f"{base_url}bm25"
    (kept,) = (data_dir / "questions").iterdir()
    assert "What is BM25?" in kept.read_text(encoding="utf-8")
    assert json.loads((data_dir / "schedule.json").read_text(encoding="utf-8"))[0]["location"] == str(PAGES)


def test_two_processes_answer_from_one_snapshot(shipped):
    with serving(shipped, workers="2") as address:
        answers = set()
        for _ in range(9):  # each over a connection of its own, which either may take
            reply = httpx.post(f"{address}/v1/search", json={"query": "BM25"}, timeout=PATIENCE)
            answers.add(reply.json()["results"][0]["title"])
    assert len(answers) == 1
