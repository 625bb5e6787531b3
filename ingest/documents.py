"""The documents of a source: what each holds, in their order, and those that need not be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from content.catalog import Origin
from ingest.draft import Draft
from ingest.furniture import Furniture, repeating
from ingest.memory import Memory, document_digest
from ingest.sources import RawPage, Source
from ingest.spool import Spool


@dataclass(frozen=True, slots=True)
class Remembered:
    """A document whose page is as it was published."""

    page_id: str
    where: str
    aliases: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Read:
    """What a document holds; ``digest`` is as document_digest has it."""

    raw: RawPage
    drafts: Sequence[Draft]
    digest: bytes | None


class Documents:
    """Takes documents as they come, and learns what is furniture among them.

    Those that ``memory`` knows are passed over; they lie on disk in the folder ``work`` until it is certain that what
    is left out of them is what was.
    """

    def __init__(self, source: Source, memory: Memory | None, work: Path | None) -> None:
        self._source = source
        self._memory = memory
        self._held: Spool[Read | None] = Spool(work)
        self._remembered: dict[int, Remembered] = {}  # by the number of the document
        self._awaited: deque[tuple[int, bytes | None]] = deque()
        self.furniture = Furniture()

    def unknown(self, documents: Iterable[RawPage]) -> Iterator[RawPage]:
        """Yield the documents to be read; ``put`` takes what they hold, in their order."""
        for raw in documents:
            digest = document_digest(self._source, raw)
            origin = self._memory.origin(raw.page_id, digest) if self._memory and digest else None
            if origin is None:
                self._awaited.append((len(self._held), digest))
                self._held.append(None)
                yield raw
            else:
                self._remembered[len(self._held)] = Remembered(raw.page_id, raw.where, raw.aliases, origin)
                self._held.append(Read(raw, (), digest))
                self.furniture.learn(origin.blocks)

    def put(self, raw: RawPage, drafts: Sequence[Draft], *, again: bool = False) -> None:
        """Take what the next of these documents holds, nothing where it could not be read."""
        number, digest = self._awaited.popleft()
        self._held[number] = Read(replace(raw, data=b""), drafts, digest)
        for draft in () if again else drafts:
            self.furniture.learn(repeating(draft))

    def unsettled(self) -> Iterator[RawPage]:
        """Yield the documents to be read after all, since others of their blocks are furniture now; ``put`` goes on."""
        for number, known in list(self._remembered.items()):
            if self.furniture.among(known.origin.blocks) != known.origin.furniture:
                del self._remembered[number]
                held = self._held[number]
                assert held is not None, "what is passed over is held"
                self._awaited.append((number, held.digest))
                yield held.raw

    def __iter__(self) -> Iterator[Remembered | Read]:
        for number in range(len(self._held)):
            if known := self._remembered.get(number):
                yield known
            elif held := self._held[number]:
                yield held
