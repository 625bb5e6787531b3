"""The models that the settings name; none is loaded before it is used."""

import shutil
import subprocess
import sys
import threading

from content import onnx
from content.embedding import SentenceTransformerEmbedder
from content.errors import ConfigurationError
from content.int8 import INT8, Int8Embedder
from content.onnx import OnnxEmbedder
from content.reranking import CrossEncoderReranker
from service.settings import Settings

_EXPORTS = "models"  # in the data folder


def configured_embedder(settings: Settings) -> SentenceTransformerEmbedder | OnnxEmbedder:
    """Return the embedder. Raises ConfigurationError where a package that it needs is not installed."""
    if settings.encoder == "torch" or (settings.encoder == "auto" and not onnx.is_installed()):
        return _torch(settings)
    return _onnx(settings, "encoder = 'onnx'")


def _torch(settings: Settings) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(settings.embedding_model, late_interaction=settings.late_interaction)


def _onnx(settings: Settings, wanted_by: str) -> OnnxEmbedder:
    if not onnx.is_installed():
        raise ConfigurationError(f"{wanted_by} needs ONNX Runtime. Install it: pip install glossator[onnx]")
    return OnnxEmbedder(_torch(settings), settings.data_dir / _EXPORTS, shared_by=settings.workers)


def ingesting_embedder(settings: Settings) -> SentenceTransformerEmbedder | OnnxEmbedder | Int8Embedder:
    """Return the embedder for many texts at once, for which PyTorch on a GPU is faster than any processor.

    Raises ConfigurationError where a package that it needs is not installed.
    """
    if settings.passage_precision == INT8:
        return Int8Embedder(_onnx(settings, "passage_precision = 'int8'"))
    with_gpu = settings.encoder == "auto" and shutil.which("nvidia-smi") is not None
    return configured_embedder(settings.model_copy(update={"encoder": "torch"}) if with_gpu else settings)


def export_once(embedder: SentenceTransformerEmbedder | OnnxEmbedder | Int8Embedder) -> None:
    """Make the export that the next start works with, where it is wanted and not there. Raises ModelError."""
    if isinstance(embedder, OnnxEmbedder | Int8Embedder):
        embedder.export()


def export_beside(embedder: SentenceTransformerEmbedder | OnnxEmbedder) -> None:
    """Do so in a process of its own; it is taken up as soon as it is there. What fails is said on standard error."""
    if isinstance(embedder, OnnxEmbedder) and not embedder.is_exported:
        command = [sys.executable, "-m", "content.onnx", embedder.card.name, str(embedder.path.parent.resolve())]
        threading.Thread(target=subprocess.run, args=(command,), daemon=True).start()


def configured_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """Return the reranker, None where none is configured."""
    return None if settings.reranker is None else CrossEncoderReranker(settings.reranker)
