"""The export of the embedding model, and what happens without one."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from content.embedding import SentenceTransformerEmbedder
from content.onnx import OnnxEmbedder, _passes

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    pytest.importorskip("onnxruntime")
    embedder = OnnxEmbedder(SentenceTransformerEmbedder(), tmp_path_factory.mktemp("exports"))
    embedder.export()
    return embedder


def test_texts_of_like_length_go_together():
    lengths = [5, 40, 6, 200, 5, 41, 7] + [128] * 70
    passes = list(_passes(lengths))
    assert sorted(row for rows in passes for row in rows) == list(range(len(lengths)))
    assert [len(rows) for rows in passes] == [1, 32, 32, 6, 2, 4]
    assert [lengths[rows[0]] for rows in passes] == [200, 128, 128, 128, 41, 7]
    assert list(_passes([])) == []


def test_pytorch_is_not_imported(exported):
    code = (
        "import sys; from pathlib import Path\n"
        "from content.embedding import SentenceTransformerEmbedder\n"
        "from content.onnx import OnnxEmbedder\n"
        f"embedder = OnnxEmbedder(SentenceTransformerEmbedder(), Path({str(exported.path.parent)!r}))\n"
        "assert embedder.encode_questions(['What is attention?']).vectors.shape == (1, 384)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_export_that_differs_is_not_kept(exported, tmp_path):
    class Other(SentenceTransformerEmbedder):
        def encode_questions(self, texts):
            found = super().encode_questions(texts)
            return type(found)(np.roll(found.vectors, 1, axis=1), found.tokens)

    embedder = OnnxEmbedder(Other(), tmp_path)
    with pytest.raises(Exception, match="gives other vectors than PyTorch"):
        embedder.export()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_export_is_said_and_not_used(exported, tmp_path, caplog):
    embedder = OnnxEmbedder(SentenceTransformerEmbedder(), tmp_path)
    embedder.path.write_bytes(b"no model")
    with caplog.at_level(logging.WARNING, "glossator.onnx"):
        found = embedder.encode_questions(["What is attention?"])
    assert found.vectors == pytest.approx(exported.encode_questions(["What is attention?"]).vectors, abs=2e-6)
    assert str(embedder.path) in caplog.text
