"""Folders and single files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from content.errors import SourceError
from ingest.extract import SUFFIXES, Format
from ingest.extract.format import TEXTS
from ingest.extract.tracks import caption_tracks
from ingest.sources.raw import RawPage, Skipped

_CAPTIONS = {".vtt", ".srt"}
# A page of text beyond this is a mistake, such as a log or a dump; documents hold pictures as well. In bytes.
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_DOCUMENT = 100 * 1024 * 1024


def format_of(suffix: str) -> Format | None:
    """Return the format of the files with a suffix, None where they are not read."""
    return SUFFIXES.get(suffix)


def read_folder(folder: Path, chosen: Callable[[str], bool] = lambda path: True) -> Iterator[RawPage | Skipped]:
    """Yield the pages below a folder in the order of their paths, captions last; hidden files and folders are left out.

    ``chosen`` says of the path of a file in the folder whether it is wanted. A page's id is its path without suffix, or
    with it where another file has that id already. Links that lead out of the folder are not followed. Captions that a
    page of the folder plays belong to that page.
    """
    root = folder.resolve()
    unread: Counter[str] = Counter()
    taken: dict[str, Path] = {}
    players: dict[Path, str] = {}
    for path in sorted(folder.rglob("*"), key=lambda path: (path.suffix.lower() in _CAPTIONS, path)):
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
        if path.suffix.lower() not in SUFFIXES:
            unread[path.suffix.lower() or "without suffix"] += 1
            continue
        page_id = relative.with_suffix("").as_posix()
        if page_id in taken:
            page_id = relative.as_posix()
        if page_id in taken:
            yield Skipped(str(path), f"the page id {page_id!r} is taken by {taken[page_id]}; rename one of them")
            continue
        taken[page_id] = path
        page = _read(path, page_id, players.get(path.resolve()))
        if isinstance(page, RawPage):
            players |= dict.fromkeys(_captions(page, path), page_id)
        yield page
    for suffix, count in sorted(unread.items()):
        yield Skipped(str(folder), f"{count} file(s) of a format that is not read: {suffix}", failed=False)


def read_file(path: Path) -> Iterator[RawPage | Skipped]:
    """Yield the one page of a file; its id is the file's name without suffix."""
    if path.suffix.lower() not in SUFFIXES:
        raise SourceError(
            f"source {path}: files of the format {path.suffix or 'without suffix'!r} are not read. "
            f"Formats: {', '.join(SUFFIXES)}, and .jsonl feeds."
        )
    yield _read(path, path.stem)


def _stays_in(root: Path, link: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # it leads nowhere, or (a RuntimeError before Python 3.13) round in circles
        return False


def _captions(page: RawPage, path: Path) -> Iterator[Path]:
    """Yield the files with the captions of what an HTML page plays."""
    if page.form is Format.HTML and isinstance(page.data, bytes) and b"<track" in page.data.lower():
        for address in caption_tracks(page.data.decode("utf-8", errors="replace")):
            yield (path.parent / unquote(urlsplit(address).path)).resolve()


def _read(path: Path, page_id: str, shown_on: str | None = None) -> RawPage | Skipped:
    try:
        size = path.stat().st_size
        form = SUFFIXES[path.suffix.lower()]
        most = LARGEST_FILE if form in TEXTS else LARGEST_DOCUMENT
        if size > most:
            return Skipped(str(path), f"it has {size:,} bytes, more than the {most:,} that are read; split it")
        return RawPage(page_id, form, path.read_bytes(), str(path), shown_on=shown_on)
    except OSError as error:
        return Skipped(str(path), f"it cannot be read: {error.strerror}")
