"""Folders and single files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from content.errors import SourceError
from ingest.extract import Format
from ingest.sources.raw import RawPage, Skipped

_FORMATS = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
}
# A page of text beyond this is a mistake, such as a log or a dump; in bytes.
LARGEST_FILE = 20 * 1024 * 1024


def read_folder(folder: Path) -> Iterator[RawPage | Skipped]:
    """Yield the pages below a folder in the order of their paths; hidden files and folders are left out.

    A page's id is its path without suffix. Links that lead out of the folder are not followed.
    """
    root = folder.resolve()
    unread: Counter[str] = Counter()
    taken: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or path.is_dir():
            continue
        if not path.resolve().is_relative_to(root):
            yield Skipped(str(path), "it is a link that leads out of the folder")
            continue
        if path.suffix.lower() not in _FORMATS:
            unread[path.suffix.lower() or "without suffix"] += 1
            continue
        page_id = relative.with_suffix("").as_posix()
        if page_id in taken:
            yield Skipped(str(path), f"the page id {page_id!r} is taken by {taken[page_id]}; rename one of them")
            continue
        taken[page_id] = path
        yield _read(path, page_id)
    for suffix, count in sorted(unread.items()):
        yield Skipped(str(folder), f"{count} file(s) of a format that is not read: {suffix}", failed=False)


def read_file(path: Path) -> Iterator[RawPage | Skipped]:
    """Yield the one page of a file; its id is the file's name without suffix."""
    if path.suffix.lower() not in _FORMATS:
        raise SourceError(
            f"source {path}: files of the format {path.suffix or 'without suffix'!r} are not read. "
            f"Formats: {', '.join(_FORMATS)}, and .jsonl feeds."
        )
    yield _read(path, path.stem)


def _read(path: Path, page_id: str) -> RawPage | Skipped:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return Skipped(str(path), f"it has {size:,} bytes, more than the {LARGEST_FILE:,} that are read; split it")
        return RawPage(page_id, _FORMATS[path.suffix.lower()], path.read_bytes(), str(path))
    except OSError as error:
        return Skipped(str(path), f"it cannot be read: {error.strerror}")
