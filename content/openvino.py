"""OpenVINO: the export of the embedding model, with the numbers that the processor multiplies fastest.

Processors with AVX-512 BF16 or AMX multiply bfloat16 faster than float32: questions in a batch are embedded 1.5 times
as fast as by ONNX Runtime there, passages 1.75 times, with vectors that keep a cosine of 0.9999 to PyTorch's
(tests/bench/RESULTS.md). Other processors, and whoever wants ``exact`` vectors, compute in float32.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from content.embedding import FLOAT32
from content.errors import ModelError

BFLOAT16 = "bfloat16"
CACHE = "openvino"  # the folder beside the exports that holds them as they are compiled for this processor
_PRECISIONS = {"f32": FLOAT32, "bf16": BFLOAT16, "f16": "float16"}


class OpenVinoSession:
    """An opened export, which is run as one of ONNX Runtime is. Raises ModelError where it cannot be opened."""

    def __init__(self, path: Path, threads: int, *, exact: bool, cached: bool = True) -> None:
        openvino = _imported()
        threadpool_limits(1, user_api="blas")  # or NumPy's threads wait for theirs, and take the processor meanwhile
        options: dict[str, object] = {
            "PERFORMANCE_HINT": "LATENCY",  # all threads work on one batch
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,  # other processes want their share of each core
        }
        if exact:
            options["INFERENCE_PRECISION_HINT"] = "f32"
        if cached:
            options["CACHE_DIR"] = str(path.parent / CACHE)
        try:
            # What is kept is found again by the model's path, so by one path alone.
            model = openvino.Core().compile_model(path.resolve(), "CPU", options)
        except RuntimeError as error:
            said = str(error).strip().splitlines()[-1]
            raise ModelError(f"{path} cannot be opened by OpenVINO ({said}). Remove it; it is made anew.") from error
        chosen = model.get_property("INFERENCE_PRECISION_HINT").to_string()
        self.precision = _PRECISIONS.get(chosen, chosen)
        self._request = model.create_infer_request()
        self._running = threading.Lock()

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        """Return some of the model's outputs."""
        with self._running:
            found = self._request.infer(dict(inputs), share_inputs=True)
        return [found[name] for name in outputs]


def _imported() -> Any:
    # Its tools for converting models tell Google Analytics that they have been imported; nothing here needs them.
    tools = "openvino.tools.ovc"
    if tools not in sys.modules:
        sys.modules[tools] = None  # type: ignore[assignment]  # by which importing it fails, as Python documents
    import openvino

    return openvino
