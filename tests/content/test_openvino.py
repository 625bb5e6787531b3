"""The export of the embedding model in OpenVINO: what it computes with, what it keeps, and what it tells nobody."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from content.embedding import SentenceTransformerEmbedder
from content.onnx import OPENVINO, OnnxEmbedder
from content.openvino import CACHE

pytestmark = pytest.mark.model

TEXTS = ["What is attention?", "naïve Größe 東京", "a longer text, " * 300]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("openvino")
    folder = tmp_path_factory.mktemp("exports")
    OnnxEmbedder(SentenceTransformerEmbedder(), folder, runtime=OPENVINO).export()
    return folder


def embedder(folder, **options):
    return OnnxEmbedder(SentenceTransformerEmbedder(), folder, runtime=OPENVINO, **options)


def test_others_mean_the_same(folder):
    fast, torch = embedder(folder), SentenceTransformerEmbedder()
    assert fast.precision in {"float32", "bfloat16", "float16"}
    ours, theirs = fast.encode_questions(TEXTS), torch.encode_questions(TEXTS)
    assert (ours.vectors * theirs.vectors).sum(axis=1) == pytest.approx(1, abs=1e-3)
    for one, other in zip(ours.tokens, theirs.tokens, strict=True):
        assert (one.vectors * other.vectors).sum(axis=1) == pytest.approx(1, abs=1e-2)


def test_neither_pytorch_nor_telemetry_is_imported_and_numpy_has_one_thread(folder):
    code = (
        "import sys; from pathlib import Path\n"
        "from threadpoolctl import threadpool_info\n"
        "from content.embedding import SentenceTransformerEmbedder\n"
        "from content.onnx import OPENVINO, OnnxEmbedder\n"
        f"embedder = OnnxEmbedder(SentenceTransformerEmbedder(), Path({str(folder)!r}), runtime=OPENVINO)\n"
        "assert embedder.encode_questions(['What is attention?']).vectors.shape == (1, 384)\n"
        "assert not {'torch', 'openvino_telemetry'} & set(sys.modules)\n"
        "assert {pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'} == {1}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_was_compiled_is_kept_and_leaves_with_its_export(folder, tmp_path):
    embedder(folder).encode_questions(["What is attention?"])
    assert list((folder / CACHE).iterdir())
    (tmp_path / CACHE).mkdir()
    (tmp_path / CACHE / "of-another-export.blob").touch()
    made = embedder(tmp_path)
    made.export()
    assert not (tmp_path / CACHE / "of-another-export.blob").exists()
    assert made.encode_questions(TEXTS).vectors == pytest.approx(embedder(folder).encode_questions(TEXTS).vectors)


def test_damaged_remains_of_an_earlier_start_are_no_obstacle(folder):
    before = embedder(folder).encode_questions(TEXTS).vectors
    for blob in (folder / CACHE).iterdir():
        blob.write_bytes(blob.read_bytes()[:1000])
    assert embedder(folder).encode_questions(TEXTS).vectors == pytest.approx(before)


def test_a_damaged_export_is_said_and_not_used(tmp_path, caplog):
    pytest.importorskip("openvino")
    damaged = embedder(tmp_path)
    damaged.path.write_bytes(b"no model")
    with caplog.at_level(logging.WARNING, "glossator.onnx"):
        found = damaged.encode_questions(["What is attention?"])
    assert found.vectors.shape == (1, 384)
    assert str(damaged.path) in caplog.text
    assert np.linalg.norm(found.vectors) == pytest.approx(1)
