"""The models that the settings name; none is loaded before it is used."""

import shutil
import subprocess
import sys
import threading
from importlib.util import find_spec

from content.embedding import FLOAT32, SentenceTransformerEmbedder
from content.errors import ConfigurationError
from content.int8 import Int8Embedder
from content.onnx import ONNX_RUNTIME, OPENVINO, OnnxEmbedder
from content.openvino import BFLOAT16
from content.reranking import CrossEncoderReranker
from service.settings import Settings

_EXPORTS = "models"  # in the data folder
# What runs an export, the fastest first: its name, and the extra that brings it.
_RUNTIMES = {OPENVINO: ("OpenVINO", "openvino"), ONNX_RUNTIME: ("ONNX Runtime", "onnx")}


def configured_embedder(settings: Settings) -> SentenceTransformerEmbedder | OnnxEmbedder:
    """Return the embedder. Raises ConfigurationError where a package that it needs is not installed."""
    return _embedder(settings, exact=False)


def ingesting_embedder(settings: Settings) -> SentenceTransformerEmbedder | OnnxEmbedder | Int8Embedder:
    """Return the embedder for many texts at once, for which PyTorch on a GPU is faster than any processor.

    Raises ConfigurationError where a package that it needs is not installed.
    """
    precision = settings.passage_precision
    if precision == FLOAT32:
        with_gpu = settings.encoder == "auto" and shutil.which("nvidia-smi") is not None
        return _embedder(settings.model_copy(update={"encoder": "torch"}) if with_gpu else settings, exact=True)
    _require(OPENVINO if precision == BFLOAT16 else ONNX_RUNTIME, f"passage_precision = {precision!r}")
    whole = _embedder(settings, exact=precision != BFLOAT16)
    assert isinstance(whole, OnnxEmbedder), "the settings allow no other"
    return whole if precision == BFLOAT16 else Int8Embedder(whole)


def _embedder(settings: Settings, *, exact: bool) -> SentenceTransformerEmbedder | OnnxEmbedder:
    torch = SentenceTransformerEmbedder(settings.embedding_model, late_interaction=settings.late_interaction)
    installed = [runtime for runtime in _RUNTIMES if find_spec(runtime)]
    chosen = {"torch": [], "auto": installed, "onnx": [ONNX_RUNTIME], "openvino": [OPENVINO]}[settings.encoder]
    if not chosen:
        return torch
    _require(chosen[0], f"encoder = {settings.encoder!r}")
    folder = settings.data_dir / _EXPORTS
    return OnnxEmbedder(torch, folder, settings.workers, runtime=chosen[0], exact=exact)


def _require(runtime: str, wanted_by: str) -> None:
    if not find_spec(runtime):
        name, extra = _RUNTIMES[runtime]
        raise ConfigurationError(f"{wanted_by} needs {name}. Install it: pip install glossator[{extra}]")


def export_once(embedder: SentenceTransformerEmbedder | OnnxEmbedder | Int8Embedder) -> None:
    """Make the export that the next start works with, where it is wanted and not there. Raises ModelError."""
    if isinstance(embedder, OnnxEmbedder | Int8Embedder):
        embedder.export()


def export_beside(embedder: SentenceTransformerEmbedder | OnnxEmbedder) -> None:
    """Do so in a process of its own; it is taken up as soon as it is there. What fails is said on standard error."""
    if isinstance(embedder, OnnxEmbedder) and not embedder.is_exported:
        folder = embedder.path.parent.resolve()
        command = [sys.executable, "-m", "content.onnx", embedder.card.name, str(folder), embedder.runtime]
        threading.Thread(target=subprocess.run, args=(command,), daemon=True).start()


def configured_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """Return the reranker, None where none is configured."""
    return None if settings.reranker is None else CrossEncoderReranker(settings.reranker)
