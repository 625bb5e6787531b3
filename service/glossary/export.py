"""The glossary as files: the same pages for any web host, or for reading from a disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from content.errors import ConfigurationError
from content.snapshot import Snapshot
from service.glossary.addresses import Addresses
from service.glossary.site import FILES, GlossarySite, terms_of
from service.glossary.theme import theme
from service.site import SiteSettings

# Lists what a build wrote, so that the next one knows the folder and removes what is gone.
_WRITTEN = ".glossator-glossary"


@dataclass(frozen=True, slots=True)
class Build:
    """What was written: how many terms, how many files, and how many of an earlier build were removed."""

    folder: str
    snapshot_id: str
    terms: int
    files: int
    removed: int


def build(
    folder: Path,
    snapshot: Snapshot,
    site: SiteSettings,
    collections: Sequence[str] | None,
    base: str | None = None,
    ask: str | None = None,
) -> Build:
    """Write the glossary into a folder: a new one, an empty one, or that of an earlier build.

    ``base`` is the address under which the files will stand; feed and sitemap need it. ``ask`` is the assistant's.
    Raises ConfigurationError for a folder that holds anything else.
    """
    before = _before(folder)
    terms = terms_of(snapshot, collections)
    pages = GlossarySite(snapshot, site, terms, Addresses.files(terms, base, ask))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path, content in _files(pages):
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
        written.append(path)
    gone = before - set(written)
    for path in gone:
        (folder / path).unlink(missing_ok=True)
    (folder / _WRITTEN).write_text("\n".join(written) + "\n", encoding="utf-8")
    return Build(str(folder), snapshot.snapshot_id, len(terms), len(written), len(gone))


def _files(pages: GlossarySite) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every file."""
    addresses = pages.addresses
    yield addresses.index, pages.index().encode()
    for term in pages.terms:
        yield unquote(addresses.of(term)), pages.term(term).encode()
    for slug, path in addresses.slugs.items():
        yield unquote(path), pages.choices(pages.find(slug)).encode()
    for file in sorted(FILES.iterdir()):
        yield addresses.assets + file.name, file.read_bytes()
    yield addresses.assets + "theme.css", theme(pages.site.color).encode()
    if addresses.feed is not None:
        yield addresses.feed, pages.feed()
        yield "sitemap.xml", pages.sitemap()


def _before(folder: Path) -> set[str]:
    """Return what an earlier build wrote into a folder. Raises ConfigurationError where it is no build's."""
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file. Name a folder to write the glossary into.")
    if not folder.exists() or not any(folder.iterdir()):
        return set()
    try:
        said = (folder / _WRITTEN).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{folder} is not empty, and what it holds is not from an earlier `glossator glossary build`. "
            "Name another folder, or empty this one."
        ) from error
    return {path for path in said if path and not path.startswith("/") and ".." not in path.split("/")}
