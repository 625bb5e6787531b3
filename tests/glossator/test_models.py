"""Which embedder the settings name."""

import sys

import pytest

from content.embedding import SentenceTransformerEmbedder
from content.errors import ConfigurationError
from content.int8 import Int8Embedder
from content.onnx import ONNX_RUNTIME, OnnxEmbedder
from glossator.models import configured_embedder, ingesting_embedder
from service.settings import load_settings


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_precision_is_that_of_passages_of_an_ingest_alone():
    pytest.importorskip("onnxruntime")
    settings = load_settings(passage_precision="int8")
    assert isinstance(ingesting_embedder(settings), Int8Embedder)
    assert isinstance(configured_embedder(settings), OnnxEmbedder)


@pytest.mark.parametrize("options", [{"passage_precision": "int8"}, {"passage_precision": "bfloat16"}, {}])
def test_an_ingest_and_the_service_have_one_export(options):
    pytest.importorskip("openvino")
    settings = load_settings(**options)
    ingesting = ingesting_embedder(settings)
    whole = ingesting.whole if isinstance(ingesting, Int8Embedder) else ingesting
    assert whole.path == configured_embedder(settings).path


def test_what_is_not_installed_is_not_chosen(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert configured_embedder(load_settings()).runtime == ONNX_RUNTIME
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert isinstance(configured_embedder(load_settings()), SentenceTransformerEmbedder)


@pytest.mark.parametrize(
    ("option", "value", "package", "name", "extra"),
    [
        ("passage_precision", "int8", "onnxruntime", "ONNX Runtime", "onnx"),
        ("encoder", "onnx", "onnxruntime", "ONNX Runtime", "onnx"),
        ("passage_precision", "bfloat16", "openvino", "OpenVINO", "openvino"),
        ("encoder", "openvino", "openvino", "OpenVINO", "openvino"),
    ],
)
def test_what_a_setting_needs_is_said(monkeypatch, option, value, package, name, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigurationError, match=rf"^{option} = '{value}' needs {name}.*glossator\[{extra}\]"):
        ingesting_embedder(load_settings(**{option: value}))
