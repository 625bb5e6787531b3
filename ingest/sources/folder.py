"""Folders and single files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
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


def format_of(suffix: str) -> Format | None:
    """Return the format of the files with a suffix, None where they are not read."""
    return _FORMATS.get(suffix)


def read_folder(folder: Path, chosen: Callable[[str], bool] = lambda path: True) -> Iterator[RawPage | Skipped]:
    """Yield the pages below a folder in the order of their paths; hidden files and folders are left out.

    ``chosen`` says of the path of a file in the folder whether it is wanted. A page's id is its path without suffix.
    Links that lead out of the folder are not followed.
    """
    root = folder.resolve()
    unread: Counter[str] = Counter()
    taken: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_symlink() and not _stays_in(root, path):
            yield Skipped(str(path), "it is a link that leads out of the folder, or nowhere")
            continue
        if path.is_dir():
            continue
        if not chosen(relative.as_posix()):
            continue
        if not path.is_file():
            yield Skipped(str(path), "it is no regular file")
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


def _stays_in(root: Path, link: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # it leads nowhere, or (a RuntimeError before Python 3.13) round in circles
        return False


def _read(path: Path, page_id: str) -> RawPage | Skipped:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return Skipped(str(path), f"it has {size:,} bytes, more than the {LARGEST_FILE:,} that are read; split it")
        return RawPage(page_id, _FORMATS[path.suffix.lower()], path.read_bytes(), str(path))
    except OSError as error:
        return Skipped(str(path), f"it cannot be read: {error.strerror}")
