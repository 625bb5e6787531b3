"""Passages in eight bits, beside questions of the whole model."""

import subprocess
import sys

import numpy as np
import pytest

from content.archive import Archive
from content.embedding import SentenceTransformerEmbedder
from content.errors import ModelError
from content.int8 import Int8Embedder
from content.onnx import OnnxEmbedder
from content.search import search
from ingest.pipeline import ingest
from ingest.sources import Source
from tests.fakes import write_pages

pytestmark = pytest.mark.model

TEXTS = ["Attention weighs its input.", "A sitemap lists the pages of a site.", "Attention weighs the input it gets."]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> OnnxEmbedder:
    pytest.importorskip("onnxruntime")
    embedder = OnnxEmbedder(SentenceTransformerEmbedder(), tmp_path_factory.mktemp("exports"))
    embedder.export()
    return embedder


@pytest.fixture(scope="module")
def int8(whole) -> Int8Embedder:
    embedder = Int8Embedder(whole)
    embedder.export()
    return embedder


def test_passages_keep_their_meaning_and_questions_are_those_of_the_whole_model(int8, whole):
    rounded, exact = int8.encode_passages(TEXTS), whole.encode_passages(TEXTS)
    assert 0.95 < (rounded.vectors * exact.vectors).sum(axis=1).min() < 0.9999
    assert rounded.vectors[0] @ rounded.vectors[2] > rounded.vectors[0] @ rounded.vectors[1]
    assert (int8.encode_questions(TEXTS).vectors == whole.encode_questions(TEXTS).vectors).all()


def test_tokens_stand_where_those_of_the_whole_model_do(int8, whole):
    for one, other in zip(int8.encode_passages(TEXTS).tokens, whole.encode_passages(TEXTS).tokens, strict=True):
        assert one.ids.tolist() == other.ids.tolist()
        assert one.spans.tolist() == other.spans.tolist()
        assert np.linalg.norm(one.vectors, axis=1) == pytest.approx(1, abs=1e-5)
        assert np.median((one.vectors * other.vectors).sum(axis=1)) > 0.95


def test_it_is_a_quarter_of_the_size(int8, whole):
    assert int8.path.stat().st_size < 0.3 * whole.path.stat().st_size


def test_the_card_tells_the_precision(int8, whole):
    assert (int8.card.precision, whole.card.precision) == ("int8", "float32")
    assert int8.card.sha256 == whole.card.sha256


def test_a_model_that_rounding_changes_is_not_used(whole, tmp_path):
    class Other(OnnxEmbedder):
        def encode_passages(self, texts):
            found = super().encode_passages(texts)
            return type(found)(np.roll(found.vectors, 1, axis=1), found.tokens)

    (tmp_path / whole.path.name).symlink_to(whole.path)
    with pytest.raises(ModelError, match=r"in eight bits .*Set passage_precision = 'float32'"):
        Int8Embedder(Other(SentenceTransformerEmbedder(), tmp_path)).encode_passages(TEXTS)
    assert [path.name for path in tmp_path.iterdir()] == [whole.path.name]


def test_a_damaged_export_embeds_nothing(int8, whole, tmp_path):
    (tmp_path / whole.path.name).symlink_to(whole.path)
    embedder = Int8Embedder(OnnxEmbedder(SentenceTransformerEmbedder(), tmp_path))
    embedder.path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="Remove it; it is made anew"):
        embedder.encode_passages(TEXTS)


def test_pytorch_is_not_imported_where_the_whole_export_is(whole, tmp_path):
    (tmp_path / whole.path.name).symlink_to(whole.path)
    code = (
        "import sys; from pathlib import Path\n"
        "from content.embedding import SentenceTransformerEmbedder\n"
        "from content.int8 import Int8Embedder\n"
        "from content.onnx import OnnxEmbedder\n"
        f"embedder = Int8Embedder(OnnxEmbedder(SentenceTransformerEmbedder(), Path({str(tmp_path)!r})))\n"
        "assert embedder.encode_passages(['Attention weighs its input.']).vectors.shape == (1, 384)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_snapshot_in_eight_bits_is_searched_by_the_whole_model(int8, whole, tmp_path):
    pages = write_pages(
        tmp_path / "pages",
        {
            "attention.md": "# Attention\n\nAttention weighs what a model reads by how much each word matters.\n",
            "sitemap.md": "# Sitemap\n\nA sitemap lists the pages of a site for crawlers.\n",
        },
    )
    archive = Archive(tmp_path / "var")
    ingest(archive, [Source(str(pages))], int8)
    snapshot = archive.open_current(whole.card)
    assert snapshot.manifest.model.precision == "int8"
    question = "Which words does a model look at?"
    found = search(snapshot, question, whole.encode_questions([question]))
    assert found.page_ids(1) == ["attention"]
    assert snapshot.tokens is not None
