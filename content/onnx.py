"""The embedding model as an export: the same vectors in half of the time, without importing PyTorch.

The whole sentence-transformers model, pooling and all, is exported once into the data folder in the ONNX format and
held against PyTorch there. A process that finds the export opens it in a second, in OpenVINO or in ONNX Runtime; one
that does not works with PyTorch.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.embedding import (
    FLOAT32,
    Embedded,
    ModelCard,
    SentenceTransformerEmbedder,
    TokenVectors,
    Vectors,
    read_json,
    unit,
)
from content.errors import ModelError
from content.openvino import CACHE, OpenVinoSession

OPENVINO, ONNX_RUNTIME = "openvino", "onnxruntime"
_log = logging.getLogger("glossator.onnx")
_MADE_BY = ("torch", "sentence-transformers", "transformers", "onnxscript")
_SUFFIX = ".onnx"
_BATCH = 32  # texts in one pass
# Tokens of padding in one pass; what they take is about what a pass of its own takes. Measured on 32 questions of MDN's
# glossary (tests/bench/RESULTS.md): 5.0 ms a question in one pass, 2.4 ms in as many as this makes.
_PADDING = 24
# The most that a coordinate of a unit vector may differ from PyTorch's; all-MiniLM-L6-v2 differs by 2e-7.
_TOLERANCE = 2e-6
# The same where a processor computes with fewer bits; all-MiniLM-L6-v2 differs by 3e-3 in bfloat16.
_ROUNDED = 0.02
# Short and long, alone and beside others, in other scripts, and longer than any window.
_SAMPLES = (
    "What is attention?",
    "A sitemap lists the pages of a site, so that crawlers find them.",
    "naïve Größe 東京 https://example.com/a?b=c __init__",
    "PostgreSQL " * 40,
    "one word after the other " * 2000,
)
_REMEDY = "It is used with PyTorch; GLOSSATOR_ENCODER=torch spares the attempt."


class OnnxEmbedder:
    """A sentence-transformers model by its export in ``folder``, or by PyTorch as long as there is none.

    ``runtime`` runs it, OPENVINO or ONNX_RUNTIME; unless vectors are to be ``exact``, the first of them computes with
    fewer bits where the processor does so faster. The processor is ``shared_by`` so many processes.
    """

    def __init__(
        self,
        torch: SentenceTransformerEmbedder,
        folder: Path,
        shared_by: int = 1,
        *,
        runtime: str = ONNX_RUNTIME,
        exact: bool = False,
    ) -> None:
        self.runtime = runtime
        self._torch = torch
        self._folder = folder
        self._exact = exact
        self._threads = max(1, _cores() // shared_by)
        self._opening = threading.Lock()

    @property
    def card(self) -> ModelCard:
        """Which model this is."""
        return self._torch.card

    @cached_property
    def path(self) -> Path:
        """Where the export lies; other weights or other versions of what makes it give another one."""
        packages = [*_MADE_BY, OPENVINO] if self.runtime == OPENVINO else _MADE_BY
        made_by = " ".join(f"{name} {version(name)}" for name in packages if find_spec(name.replace("-", "_")))
        key = hashlib.sha256(f"{self.card.sha256} {made_by}".encode()).hexdigest()
        return self._folder / f"{key[:16]}{_SUFFIX}"

    @property
    def is_exported(self) -> bool:
        """Whether the export is there."""
        return self.path.is_file()

    @property
    def precision(self) -> str:
        """The numbers that it computes with."""
        session = self._session()
        return session.precision if isinstance(session, OpenVinoSession) else FLOAT32

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model's window each text takes, special tokens not counted."""
        return self._torch.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched."""
        session = self._session()
        return self.run(session, "document", texts) if session else self._torch.encode_passages(texts)

    def encode_questions(self, texts: Sequence[str]) -> Embedded:
        """Embed what is searched for; some models treat it differently."""
        session = self._session()
        return self.run(session, "query", texts) if session else self._torch.encode_questions(texts)

    def export(self) -> None:
        """Make the export, unless it is there. It takes about 20 seconds. Raises ModelError where it cannot be had."""
        if self.is_exported:
            return
        if find_spec("onnxscript") is None:
            raise ModelError(
                "the package that exports models is not installed. Install it: pip install glossator[onnx]"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}.draft")
        try:
            model = self._torch.model  # loaded first: importing PyTorch sets the levels of its loggers
            try:
                with _quiet():
                    _export(model, draft, self.card.max_tokens)
            except (RuntimeError, TypeError, ValueError, KeyError) as error:
                said = str(error).strip().partition("\n")[0]
                raise ModelError(f"embedding model {self.card.name!r} cannot be exported: {said} {_REMEDY}") from error
            self._verify(draft)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            for old in self._folder.glob(f"*{_SUFFIX}"):
                old.unlink()
            shutil.rmtree(self._folder / CACHE, ignore_errors=True)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    def open(self, path: Path) -> Any:
        """Return ONNX Runtime's session of an export of the model. Raises ModelError."""
        return _session(path, self._threads)

    def run(self, session: Any, task: str, texts: Sequence[str]) -> Embedded:
        """Embed texts with an opened export; ``task`` is "document" or "query", as sentence-transformers names them."""
        prompt = self._prompts.get(task) or ""
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        vectors: Vectors = np.empty((0, 0), np.float32)
        tokens = [TokenVectors.none()] * len(texts)
        for rows in _passes(list(map(len, encodings))):
            batch = [encodings[i] for i in rows]
            found, states = self._forward(session, batch)
            if not vectors.size:
                vectors = np.empty((len(texts), found.shape[1]), np.float32)
            vectors[rows] = found
            for i, encoding, state in zip(rows, batch, states, strict=False):
                tokens[i] = _tokens(encoding, state, len(prompt))
        return Embedded(unit(vectors), tuple(tokens))

    def _session(self) -> Any:
        """Return what runs the export, None where there is none that can be used."""
        with self._opening:
            return self._opened if self.is_exported else None

    @cached_property
    def _opened(self) -> Any:
        try:
            if self.runtime == OPENVINO:
                return OpenVinoSession(self.path, self._threads, exact=self._exact)
            return self.open(self.path)
        except ModelError as error:
            _log.warning("%s Until then PyTorch is used.", error)
            return None

    def _verify(self, draft: Path) -> None:
        theirs = {
            "document": self._torch.encode_passages(_SAMPLES),
            "query": self._torch.encode_questions(_SAMPLES),
        }
        if self.runtime != OPENVINO:
            self._compare(self.open(draft), theirs, _TOLERANCE, _REMEDY)
            return
        exact = OpenVinoSession(draft, self._threads, exact=True, cached=False)
        self._compare(exact, theirs, _TOLERANCE, _REMEDY)
        rounded = OpenVinoSession(draft, self._threads, exact=False, cached=False)
        remedy = f"With GLOSSATOR_ENCODER=onnx it computes in {FLOAT32}, not {rounded.precision}."
        self._compare(rounded, theirs, _ROUNDED, remedy)

    def _compare(self, session: Any, theirs: Mapping[str, Embedded], tolerance: float, remedy: str) -> None:
        for task, expected in theirs.items():
            found = self.run(session, task, _SAMPLES)
            pairs = [(expected.vectors, found.vectors)]
            pairs += [(one.vectors, other.vectors) for one, other in zip(expected.tokens, found.tokens, strict=True)]
            if any(one.shape != other.shape for one, other in pairs):
                raise ModelError(
                    f"embedding model {self.card.name!r}: its export reads other tokens than PyTorch. {remedy}"
                )
            apart = max(float(np.abs(one - other).max(initial=0)) for one, other in pairs)
            if not apart <= tolerance:
                raise ModelError(
                    f"embedding model {self.card.name!r}: its export gives other vectors than PyTorch does "
                    f"(by {apart:.1e}, allowed are {tolerance:.0e}). {remedy}"
                )

    def _forward(self, session: Any, batch: Sequence[Any]) -> tuple[Vectors, Sequence[Vectors]]:
        """Return the vectors of tokenised texts, and the vectors of the tokens of each where they are wanted."""
        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), self._padding, np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, encoding in enumerate(batch):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        outputs = ["vectors", "tokens"] if self.card.late_interaction else ["vectors"]
        vectors, *tokens = session.run(outputs, {"input_ids": ids, "attention_mask": mask})
        return vectors, tokens[0] if tokens else ()

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = self._torch.tokenizer()
        tokenizer.enable_truncation(self.card.max_tokens)
        return tokenizer

    @cached_property
    def _padding(self) -> int:
        return int(read_json(self._torch.folder / "config.json").get("pad_token_id") or 0)

    @cached_property
    def _prompts(self) -> dict[str, str]:
        """What some models want to read before a text."""
        said: dict[str, str] = read_json(self._torch.folder / "config_sentence_transformers.json").get("prompts") or {}
        return said


def _passes(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield which texts go through the model together: those of like length, so that little of a pass is padding."""
    together: list[int] = []
    padding = 0
    for text in sorted(range(len(lengths)), key=lambda text: -lengths[text]):
        if together:
            padding += lengths[together[0]] - lengths[text]
            if padding > _PADDING or len(together) == _BATCH:
                yield together
                together, padding = [], 0
        together.append(text)
    if together:
        yield together


def _tokens(encoding: Any, states: Vectors, prompt: int) -> TokenVectors:
    ids = np.asarray(encoding.ids, np.int32)
    spans = np.asarray(encoding.offsets, np.int32).reshape(-1, 2) - prompt
    kept: NDArray[np.bool_] = (np.asarray(encoding.special_tokens_mask) == 0) & (spans[:, 1] > 0)
    return TokenVectors(ids[kept], spans[kept], unit(states[: len(ids)][kept]))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _session(path: Path, threads: int) -> Any:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as problems
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")  # as beside PyTorch: NumPy's threads and these would wait for each other
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take the processor from everything else in the service.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (problems.Fail, problems.InvalidProtobuf, problems.InvalidGraph, problems.NoSuchFile) as error:
        raise ModelError(f"{path} cannot be opened by ONNX Runtime ({error}). Remove it; it is made anew.") from error


def _export(model: Any, path: Path, window: int) -> None:
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
            found = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return found["sentence_embedding"], found["token_embeddings"]

    ids = torch.ones((3, 11), dtype=torch.int64)
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("length", max=window)}
    with torch.no_grad():
        program = torch.onnx.export(
            Whole().eval(),
            (ids, torch.ones_like(ids)),
            dynamo=True,
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors", "tokens"],
            dynamic_shapes=(shape, shape),
            verbose=False,
        )
    assert program is not None, "the exporter returns a program where dynamo is asked for"
    program.save(str(path))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what the exporter says about its own workings."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter.setLevel(level)


def main() -> None:
    """Export a model in a process of its own: ``python -m content.onnx MODEL FOLDER RUNTIME``."""
    _, name, folder, runtime = sys.argv
    try:
        OnnxEmbedder(SentenceTransformerEmbedder(name), Path(folder), runtime=runtime).export()
    except ModelError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
