"""A spool: values that lie on disk while they are worked on, so that memory does not grow with them."""

from __future__ import annotations

import pickle
import weakref
from array import array
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Spool(Generic[_T]):
    """A list in a file without a name in ``folder``; it vanishes with its last user."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as the spool
        weakref.finalize(self, self._file.close)
        self._places = array("q")

    def append(self, value: _T) -> None:
        """Add a value."""
        self._places.append(self._write(value))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> _T:
        self._file.seek(self._places[number])
        value: _T = pickle.load(self._file)  # noqa: S301 - nobody else can write this file
        return value

    def __setitem__(self, number: int, value: _T) -> None:
        self._places[number] = self._write(value)

    def _write(self, value: _T) -> int:
        place = self._file.seek(0, SEEK_END)
        pickle.dump(value, self._file, pickle.HIGHEST_PROTOCOL)
        return place

    def __iter__(self) -> Iterator[_T]:
        return (self[number] for number in range(len(self)))
