"""What is taken over from the snapshot before: the new one is as if all of its pages were read for the first time."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from content.archive import Archive
from content.manifest import FileState, Manifest, digest
from content.search import search
from content.snapshot import Snapshot
from content.tokens import TokenIndex
from ingest.check import CheckOptions
from ingest.engine import Engine, LocalEngine
from ingest.pipeline import IngestOptions, ingest
from ingest.report import Report
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, open_snapshot, write_pages

_FORCED = CheckOptions(force=True)
TITLES = ["Attention", "What is attention?", "Softmax (function)", "Softmax", "How to ask"]
SENTENCES = [
    "Attention is a mechanism that weighs parts of an input.",
    "Softmax, also known as normalised exponential, is a function of a vector.",
    "Ask for little, and say why.",
    "Der Hund läuft durch den Garten und die Katze schläft auf dem Sofa im Haus.",
    "Les chats dorment sur le canapé pendant que les chiens jouent dans le jardin.",
]
FOOTERS = ["", "Read our newsletter.", "All rights reserved."]
QUESTIONS = ["What is attention?", "softmax function", "Hund und Katze", "newsletter", "unheard words"]


@st.composite
def texts(draw):
    """The Markdown of a page: perhaps with a definition, a question, furniture, a link, and of another language."""
    title = draw(st.sampled_from(TITLES))
    said = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4))
    head = f"---\ntitle: {title}\nrelated: [softmax, attention]\n---\n" if draw(st.booleans()) else f"# {title}\n\n"
    question = "\n\n## Who asks?\n\nSomebody does. [See](other.md)" if draw(st.booleans()) else ""
    return f"{head}{' '.join(said)}{question}\n\n{draw(st.sampled_from(FOOTERS))}\n"


# What lies in a folder, in a feed of the same collection and in one of another, by id. A page that is in two of them
# belongs to the first, and moves when it leaves that.
LIBRARY = st.tuples(*[st.dictionaries(st.sampled_from("abcdef"), texts(), max_size=5)] * 3)


def read(
    root: Path,
    var: Path,
    library,
    *,
    embedder: HashingEmbedder | None = None,
    engine: Engine | None = None,
    base_url: str | None = None,
    **options,
) -> Report:
    """Ingest a library that replaces what lay at this place before."""
    folder, *feeds = library
    shutil.rmtree(root, ignore_errors=True)
    write_pages(root / "folder", {f"{page_id}.md": text for page_id, text in folder.items()})
    (root / "folder").mkdir(parents=True, exist_ok=True)
    sources = [Source(str(root / "folder"), base_url=base_url)]
    for collection, feed in zip(("default", "other"), feeds, strict=True):
        path = root / f"{collection}.jsonl"
        path.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in feed.items()))
        sources.append(Source(str(path), collection))
    return ingest(
        Archive(var),
        sources,
        embedder or HashingEmbedder(late_interaction=False),
        IngestOptions(check=_FORCED, **options),
        engine=engine,
    )


def assert_same(one: Snapshot, other: Snapshot, *, origins: bool = True) -> None:
    """Hold two snapshots of the same pages against each other, in all that a question may be answered by."""
    mine, its = one.catalog, other.catalog
    assert list(mine.pages()) == list(its.pages())
    assert mine.page_keys() == its.page_keys()
    assert list(mine.terms()) == list(its.terms())
    assert mine.definitions() == its.definitions()
    for key, page in mine.page_keys().items():
        assert mine.stored(*key) == its.stored(*key)
        assert not origins or mine.origin(*key, page.source) == its.origin(*key, page.source)
    for name in ("collections", "sources", "model", "chunker", "dimension", "index"):
        assert getattr(one.manifest, name) == getattr(other.manifest, name)
    rows = np.arange(one.manifest.passages)
    assert (one.vectors.vectors(rows) == other.vectors.vectors(rows)).all()
    assert (one.title_vectors == other.title_vectors).all()
    for folder in ("lexical", "columns"):
        names = sorted(path.name for path in (one.folder / folder).iterdir())
        assert names == sorted(path.name for path in (other.folder / folder).iterdir())
        for name in names:
            assert (one.folder / folder / name).read_bytes() == (other.folder / folder / name).read_bytes(), name
    embedder = HashingEmbedder(late_interaction=False)
    for question in QUESTIONS:
        found = [search(snapshot, question, embedder.encode_questions([question])) for snapshot in (one, other)]
        assert found[0].hits(10) == found[1].hits(10)


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate))  # to shrink one takes minutes
@given(st.lists(LIBRARY.filter(any), min_size=2, max_size=4))
def test_a_snapshot_after_others_is_as_one_that_is_the_first(libraries):
    with tempfile.TemporaryDirectory() as folder:
        root, var, fresh = (Path(folder) / name for name in ("pages", "var", "fresh"))
        for library in libraries:
            read(root, var, library, keep=1)
            read(root, var, library, keep=1, dry_run=True)
        read(root, fresh, libraries[-1])
        assert_same(open_snapshot(var), open_snapshot(fresh))
        Archive(var).verify(Archive(var).current_id())


BEFORE = (
    {name.removesuffix(".md"): text for name, text in GLOSSARY.items()},
    {"extra": "# Extra\n\nSomething extra.", "gone": "# Gone\n\nThis page goes."},
    {"softmax": "# Softmax\n\nSoftmax is another thing here."},
)
AFTER = (
    BEFORE[0] | {"softmax": GLOSSARY["softmax.md"].replace("Softmax divides", "Softmax always divides")},
    {"extra": BEFORE[1]["extra"]},
    BEFORE[2] | {"more": "# More\n\nMore is said here."},
)


class Counting(LocalEngine):
    """Remembers which documents were read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def extract(self, documents):
        """As the local engine does."""
        for raw, drafts in super().extract(documents):
            self.read.append(raw.page_id)
            yield raw, drafts


def alter(folder: Path, statements: str, **changes: object) -> None:
    """Change what a snapshot says of itself, in its catalog and its manifest."""
    connection = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    connection.executescript(statements)
    connection.close()
    manifest = Manifest.read(folder)
    path = folder / "catalog.sqlite"
    files = {name: known for name, known in manifest.files.items() if (folder / name).is_file()}
    files["catalog.sqlite"] = FileState(path.stat().st_size, digest(path))
    replace(manifest, files=files, **changes).write(folder)


def age(folder: Path) -> None:
    """Make a snapshot what it was before pages had times, links, words and origins that are kept."""
    for path in (folder / "lexical").glob("words.*"):
        path.unlink()
    alter(folder, "".join(f"DROP TABLE {name};" for name in ("origin", "maker", "revision", "link", "place")))


def published(var: Path) -> Path:
    return Archive(var).path(Archive(var).current_id())


def test_only_documents_that_are_others_are_read(tmp_path):
    read(tmp_path / "pages", tmp_path / "var", BEFORE)
    engine = Counting()
    report = read(tmp_path / "pages", tmp_path / "var", AFTER, engine=engine)
    assert sorted(engine.read) == ["more", "softmax"]
    counts = [(one.new, one.changed, one.unchanged, one.gone) for one in report.sources]
    assert counts == [(0, 1, 3, 0), (0, 0, 1, 1), (1, 0, 1, 0)]
    engine = Counting()
    assert not read(tmp_path / "pages", tmp_path / "var", AFTER, engine=engine).published
    assert engine.read == []
    read(tmp_path / "pages", tmp_path / "fresh", AFTER)
    assert_same(open_snapshot(tmp_path / "var"), open_snapshot(tmp_path / "fresh"))


def test_documents_are_read_again_where_other_blocks_are_furniture(tmp_path):
    def folder(footers: int):
        return {f"p{i}": f"# P{i}\n\nText of {i}.\n\n{'Our footer.' * (i < footers)}" for i in range(8)}, {}, {}

    read(tmp_path / "pages", tmp_path / "var", folder(3))
    assert "Our footer." in open_snapshot(tmp_path / "var").catalog.page("default", "p0").text
    engine = Counting()
    read(tmp_path / "pages", tmp_path / "var", folder(4), engine=engine)
    assert sorted(engine.read) == ["p0", "p1", "p2", "p3"]
    assert "Our footer." not in open_snapshot(tmp_path / "var").catalog.page("default", "p0").text


def of_other_code(folder: Path) -> None:
    # What other code made of a page says nothing of what this code makes of it.
    alter(folder, "UPDATE maker SET digest = 'other'; UPDATE term SET definition = 'other'")
    ids = np.load(folder / "lexical" / "words.ids.npy", mmap_mode="r+")
    ids[:] = 0


@pytest.mark.parametrize("become", [age, of_other_code])
def test_of_what_other_code_made_only_vectors_are_taken_over(tmp_path, become):
    read(tmp_path / "pages", tmp_path / "var", BEFORE)
    become(published(tmp_path / "var"))
    engine = Counting()
    report = read(tmp_path / "pages", tmp_path / "var", AFTER, engine=engine)
    assert len(engine.read) == 7
    assert 0 < report.embedded < report.passages
    read(tmp_path / "pages", tmp_path / "fresh", AFTER)
    assert_same(open_snapshot(tmp_path / "var"), open_snapshot(tmp_path / "fresh"), origins=False)


@pytest.mark.parametrize("become", [age, of_other_code])
def test_what_other_code_made_is_made_anew_though_nothing_changed(tmp_path, become):
    read(tmp_path / "pages", tmp_path / "var", BEFORE)
    become(published(tmp_path / "var"))
    report = read(tmp_path / "pages", tmp_path / "var", BEFORE)
    assert report.published
    assert report.embedded == report.changes == 0
    read(tmp_path / "pages", tmp_path / "fresh", BEFORE)
    assert_same(open_snapshot(tmp_path / "var"), open_snapshot(tmp_path / "fresh"), origins=False)
    assert not read(tmp_path / "pages", tmp_path / "var", BEFORE).published


GERMAN = {
    "d1": "# Haus\n\nDas Haus steht am Rand der Stadt, und in den Häusern daneben wohnen viele freundliche Leute.",
    "d3": "# Garten\n\nIm Garten blühen die Rosen, und abends sitzen die Nachbarn lange auf den Bänken beisammen.",
    "d2": "# Hund\n\nDer Hund läuft jeden Morgen durch den Garten, während die Katzen auf dem Sofa schlafen.",
}
ENGLISH = {
    f"a{i}": f"# House {i}\n\nThe houses number {i} stand at the edge of the town, where many friendly people live. "
    "They would rather walk through the gardens than sleep, and what they think of it nobody knows."
    for i in range(12)
}


@pytest.mark.parametrize(("first", "second"), [(GERMAN, GERMAN | ENGLISH), (GERMAN | ENGLISH, GERMAN)])
def test_words_are_stemmed_anew_where_a_collection_becomes_one_of_another_language(tmp_path, first, second):
    read(tmp_path / "pages", tmp_path / "var", (first, {}, {}))
    before = open_snapshot(tmp_path / "var").manifest.collections["default"].language
    read(tmp_path / "pages", tmp_path / "var", (second, {}, {}))
    read(tmp_path / "pages", tmp_path / "fresh", (second, {}, {}))
    assert_same(open_snapshot(tmp_path / "var"), open_snapshot(tmp_path / "fresh"))
    assert open_snapshot(tmp_path / "var").manifest.collections["default"].language != before


def test_a_page_that_stays_defines_a_term_as_long_as_no_other_has_its_name(tmp_path):
    alone = {"a": "# Softmax\n\nSoftmax is a function of a vector."}
    both = alone | {"b": "# Softmax\n\nSoftmax is something else."}
    terms = []
    for folder in (alone, both, alone):
        read(tmp_path / "pages", tmp_path / "var", (folder, {}, {}))
        terms.append([term.page_id for term in open_snapshot(tmp_path / "var").catalog.terms()])
    assert terms == [["a"], [], ["a"]]


def test_a_new_way_to_cut_embeds_everything_anew(tmp_path):
    read(tmp_path / "pages", tmp_path / "var", BEFORE)
    alter(published(tmp_path / "var"), "UPDATE passage SET text = 'cut otherwise'", chunker="other")
    report = read(tmp_path / "pages", tmp_path / "var", AFTER)
    assert report.embedded == report.passages
    read(tmp_path / "pages", tmp_path / "fresh", AFTER)
    assert_same(open_snapshot(tmp_path / "var"), open_snapshot(tmp_path / "fresh"), origins=False)


def test_another_address_of_a_source_is_another_page(tmp_path):
    read(tmp_path / "pages", tmp_path / "var", BEFORE, base_url="https://old.example/")
    read(tmp_path / "pages", tmp_path / "var", BEFORE, base_url="https://new.example/")
    page = open_snapshot(tmp_path / "var").catalog.page("default", "softmax")
    assert page.url == "https://new.example/softmax"


def test_token_vectors_are_taken_over(tmp_path):
    for library in (BEFORE, AFTER):
        read(tmp_path / "pages", tmp_path / "var", library, embedder=HashingEmbedder())
    read(tmp_path / "pages", tmp_path / "fresh", AFTER, embedder=HashingEmbedder())
    one, other = (TokenIndex(published(tmp_path / var) / "tokens") for var in ("var", "fresh"))
    assert len(one) == len(other)
    for row in range(len(one)):  # the centre of the codes is that of the first pages there were
        mine, its = one.packed(row), other.packed(row)
        assert (mine.ids == its.ids).all()
        assert (mine.spans == its.spans).all()
    assert (np.trim_zeros(one.holding) == np.trim_zeros(other.holding)).all()
