"""Which embedder the settings name."""

import sys

import pytest

from content.errors import ConfigurationError
from content.int8 import Int8Embedder
from content.onnx import OnnxEmbedder
from glossator.models import configured_embedder, ingesting_embedder
from service.settings import load_settings


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_eight_bits_are_for_passages_of_an_ingest_alone():
    pytest.importorskip("onnxruntime")
    settings = load_settings(passage_precision="int8")
    assert isinstance(ingesting_embedder(settings), Int8Embedder)
    assert isinstance(configured_embedder(settings), OnnxEmbedder)


@pytest.mark.parametrize(("option", "value"), [("passage_precision", "int8"), ("encoder", "onnx")])
def test_what_needs_onnx_runtime_says_how_to_get_it(monkeypatch, option, value):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigurationError, match=rf"^{option} = '{value}' needs ONNX Runtime.*glossator\[onnx\]"):
        ingesting_embedder(load_settings(**{option: value}))
