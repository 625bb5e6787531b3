"""Arrays in .npy files: written row by row and mapped, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 1 << 16  # rows of large arrays that are worked on at a time


def mapped(path: Path) -> NDArray[Any]:
    """Map a saved array into memory; as a plain array, since a memmap makes another of whatever is taken from it."""
    return np.asarray(np.load(path, mmap_mode="r"))


class ArrayWriter:
    """Writes rows of one type; ``columns`` is a row's own shape."""

    def __init__(self, path: Path, kind: DTypeLike, columns: tuple[int, ...] = ()) -> None:
        self._path = path
        self._kind = np.dtype(kind)
        self._columns = columns
        self._rows = 0
        self._file = path.open("wb")
        self._begin()

    def add(self, rows: NDArray[Any]) -> None:
        """Write the next rows."""
        np.ascontiguousarray(rows, self._kind).tofile(self._file)
        self._rows += len(rows)

    def finish(self) -> NDArray[Any]:
        """End the file, and return all that it holds, mapped into memory."""
        self._file.seek(0)
        self._begin()
        self.close()
        return mapped(self._path) if self._rows else np.load(self._path)  # nothing cannot be mapped

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()

    def _begin(self) -> None:
        # NumPy leaves room in the header for any number of rows, so that it may be written again.
        header = {"descr": np.lib.format.dtype_to_descr(self._kind), "fortran_order": False}
        np.lib.format.write_array_header_1_0(self._file, {**header, "shape": (self._rows, *self._columns)})


def blocks(rows: range, size: int = BLOCK) -> Iterator[range]:
    """Yield consecutive rows, at most so many at a time."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
