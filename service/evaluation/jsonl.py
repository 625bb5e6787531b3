"""JSON Lines: files with one value a line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from content.errors import ConfigurationError

_T = TypeVar("_T")


def read_lines(path: Path, shape: type[_T]) -> list[_T]:
    """Return the values of a file; empty lines count for nothing.

    Raises ConfigurationError where it cannot be read, and naming the first line that is not of this shape.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigurationError(f"{path}: it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: it is not UTF-8 text: byte {error.start} is {error.reason}") from error
    adapter = TypeAdapter(shape)
    values = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                values.append(adapter.validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"])) or "the line"
                raise ConfigurationError(f"{path}:{number}: {field}: {first['msg']}") from error
    return values
