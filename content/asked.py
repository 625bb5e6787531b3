"""Asked questions: what the service answered of late, left in the data folder for ingest to replay.

One file a day. A line is short and written at once, so several processes may append (POSIX O_APPEND); a file leaves
whole when its day is too long ago.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

_FOLDER = "questions"
_SUFFIX = ".jsonl"
_LONGEST = 300  # characters; what is longer was pasted and is no question that anybody asks again
_LARGEST = 256 * 1024  # bytes a day, about 1,500 questions


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was answered, and the page that was cited first.

    ``among`` are the collections that were searched, None for all.
    """

    question: str
    collection: str
    page_id: str
    among: tuple[str, ...] | None = None


class AskedQuestions:
    """The answered questions of the last ``days``; with 0 none are kept."""

    def __init__(self, data_dir: Path, days: int) -> None:
        self._folder = data_dir / _FOLDER
        self._days = days

    def append(self, asked: AskedQuestion) -> None:
        """Keep a question, unless it is long or today's are enough. Raises OSError."""
        if not self._days or len(asked.question) > _LONGEST:
            return
        path = self._folder / f"{_today()}{_SUFFIX}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            self.prune()
        line = json.dumps(asdict(asked), ensure_ascii=False) + "\n"
        with path.open("ab", buffering=0) as file:
            if file.tell() < _LARGEST:
                file.write(line.encode())

    def recent(self) -> list[AskedQuestion]:
        """Return the questions, each once, the last ones first."""
        found: dict[AskedQuestion, None] = {}
        for path, day in sorted(self._files(), reverse=True):
            if day >= self._oldest():
                lines = path.read_text(encoding="utf-8", errors="replace").split("\n")  # a question may hold other ends
                found |= dict.fromkeys(asked for asked in map(_read, reversed(lines)) if asked)
        return list(found)

    def prune(self) -> None:
        """Remove what is too old; all of it where none are to be kept."""
        for path, day in self._files():
            if day < self._oldest():
                path.unlink(missing_ok=True)

    def forget(self, questions: Collection[str]) -> None:
        """Remove questions, whatever page they led to. Raises OSError.

        What another process appends to a file at this very moment may be lost with it: a question less to replay.
        """
        for path, _ in self._files():
            lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
            asked = [(line, _read(line)) for line in lines if line]
            kept = [line for line, one in asked if one is not None and one.question not in questions]
            if len(kept) < len(asked):
                draft = path.with_suffix(".draft")
                draft.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
                draft.replace(path)

    def _files(self) -> Iterator[tuple[Path, date]]:
        for path in self._folder.glob(f"????-??-??{_SUFFIX}"):
            yield path, date.fromisoformat(path.stem)

    def _oldest(self) -> date:
        return _today() - timedelta(days=self._days - 1)


def _today() -> date:
    return datetime.now(UTC).date()


def _read(line: str) -> AskedQuestion | None:
    """Return the question of a line, None for one that a crash or a full disk cut off."""
    try:
        said = json.loads(line)
        among = said["among"]
        return AskedQuestion(
            said["question"], said["collection"], said["page_id"], None if among is None else tuple(among)
        )
    except (ValueError, KeyError, TypeError):
        return None
