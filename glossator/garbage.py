"""Garbage collection at the start, when nothing is garbage yet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """Look for no garbage among what is imported or made here: it lasts as long as the process.

    Looking at it again and again took an eighth of the time of a start; searches are as fast with it as without
    (tests/bench/RESULTS.md).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
