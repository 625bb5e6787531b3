"""The token vectors of a snapshot's passages, in segments that snapshots share.

A segment is what one ingest has embedded: files that are written once, and that later snapshots link to for as long as
they need most of it. So a re-ingest writes the tokens of what changed, and leaves the many others where they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.arraywriter import ArrayWriter, blocks, mapped
from content.embedding import TokenVectors, Vectors
from content.index import Rows
from content.interaction import (
    DIMENSIONS,
    Codes,
    Interaction,
    PackedTokens,
    Projection,
    products,
)
from content.sharing import share

_PASSAGES = 1024  # of which the tokens are gathered at a time
_TOGETHER = 8  # passages that are compared with a question in one go
_RAW_IDS = "ids.raw"

# The arrays of a segment: their type, and their shape behind the number of tokens.
_PARTS: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
    "codes": (np.uint8, (DIMENSIONS // 2,)),
    "spans": (np.int16, (2,)),
    "ids": (np.int32, ()),
}


@dataclass(frozen=True, slots=True)
class _Segment:
    """Tokens in files, mapped into memory; ``paths`` are those files by the name of what they hold."""

    paths: dict[str, Path]
    codes: Codes
    spans: NDArray[np.int16]
    ids: NDArray[np.unsignedinteger]

    @classmethod
    def open(cls, folder: Path, suffix: str) -> _Segment:
        paths = {name: folder / f"{name}{suffix}.npy" for name in _PARTS}
        return cls(paths, **{name: mapped(path) for name, path in paths.items()})

    def __len__(self) -> int:
        return len(self.ids)


class TokenIndex:
    """The token vectors of all passages of a snapshot."""

    def __init__(self, folder: Path) -> None:
        self._segments = [_Segment.open(folder, suffix) for suffix in _suffixes(folder)]
        # Passages begin at places among the tokens of all segments, one after the other.
        self._bounds = np.cumsum([0, *map(len, self._segments)])
        self._begins, self._counts = _places(folder)
        self.holding = _holding(folder, self)
        self._idf = _idf(self.holding, len(self))
        self.projection = Projection(np.load(folder / "centre.npy"), np.load(folder / "rotation.npy"))

    def __len__(self) -> int:
        return len(self._begins)

    def packed(self, row: int) -> PackedTokens:
        """Return the tokens of a passage as they are stored."""
        ((segment, span),) = self._placed(np.array([row]))
        return PackedTokens(segment.ids[span].astype(np.int32), segment.spans[span], segment.codes[span])

    def scores(self, question: TokenVectors, rows: Rows) -> Vectors:
        """Return how well each of these passages matches the question, shape (rows,); 1 is a perfect match."""
        if not len(question):
            return np.zeros(len(rows), np.float32)
        alike, weights = products(self.projection.project(question.vectors)), self._weights(question)
        scores = np.zeros(len(rows), np.float32)
        some = np.flatnonzero(self._counts[rows])
        # Few calls of NumPy, since a thread that calls it often waits for the interpreter's lock as often; and few
        # passages in each, since their tokens stay in the processor's cache.
        for at in range(0, len(some), _TOGETHER):
            these = some[at : at + _TOGETHER]
            codes = np.concatenate([segment.codes[span] for segment, span in self._placed(rows[these])])
            ends = np.cumsum(self._counts[rows[these]])
            scores[these] = np.maximum.reduceat(alike(codes), np.concatenate([[0], ends[:-1]]), axis=0) @ weights
        return scores

    def interaction(self, question: TokenVectors, row: int) -> Interaction:
        """Return a question beside one passage."""
        ((segment, span),) = self._placed(np.array([row]))
        found = products(self.projection.project(question.vectors))(segment.codes[span])
        return Interaction(found, self._weights(question), np.asarray(segment.spans[span]))

    def by_segment(self, rows: Rows) -> Iterator[tuple[_Segment, Rows, Rows]]:
        """Yield for each segment which of these passages it holds, and where in it they begin."""
        rows = rows[self._counts[rows] > 0]
        numbers = np.searchsorted(self._bounds, self._begins[rows], side="right") - 1
        for number, segment in enumerate(self._segments):
            mine = rows[numbers == number]
            yield segment, mine, self._begins[mine] - self._bounds[number]

    def counts(self, rows: Rows) -> Rows:
        """Return how many tokens each of these passages has."""
        return np.asarray(self._counts[rows], np.int64)

    def _placed(self, rows: Rows) -> Iterator[tuple[_Segment, slice]]:
        """Yield for each of these passages the segment that holds its tokens, and where in it they lie."""
        begins = self._begins[rows]
        numbers = np.minimum(np.searchsorted(self._bounds, begins, side="right"), len(self._segments)) - 1
        starts = begins - self._bounds[numbers]
        ends = starts + self._counts[rows]
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True):
            yield self._segments[number], slice(start, end)

    def _weights(self, question: TokenVectors) -> Vectors:
        unknown = question.ids >= len(self._idf)
        weights = np.where(unknown, self._idf.max(initial=1.0), self._idf[np.where(unknown, 0, question.ids)])
        return np.asarray(weights / weights.sum(), np.float32)


def _suffixes(folder: Path) -> Iterator[str]:
    """Yield what tells the files of each segment from those of others; of old, there was a single one."""
    if (folder / "codes.npy").is_file():
        yield ""
        return
    for number in count():
        if not (folder / f"codes-{number}.npy").is_file():
            return
        yield f"-{number}"


def _places(folder: Path) -> tuple[Rows, NDArray[np.int32]]:
    if (folder / "begins.npy").is_file():
        return np.load(folder / "begins.npy"), np.load(folder / "counts.npy")
    starts = np.load(folder / "starts.npy")  # as of old
    return starts[:-1], np.diff(starts).astype(np.int32)


def _holding(folder: Path, index: TokenIndex) -> Rows:
    """Return how many passages hold each token, by its id."""
    if (folder / "holding.npy").is_file():
        return np.asarray(np.load(folder / "holding.npy"), np.int64)
    return _held(index, np.arange(len(index)))  # as of old


def _held(index: TokenIndex, rows: Rows) -> Rows:
    """Return how many of some passages hold each token, by its id."""
    held = np.zeros(1, np.int64)
    for segment, mine, begins in index.by_segment(rows):
        for block in blocks(range(len(mine)), _PASSAGES):
            counts = index.counts(mine[block.start : block.stop])
            ids = segment.ids[_tokens(begins[block.start : block.stop], counts)].astype(np.int64)
            passages = np.repeat(np.arange(len(block)), counts)
            # Each token of a passage once: as one number, since NumPy sorts those far faster than it finds unique ones.
            most = int(ids.max(initial=0)) + 1
            pairs = np.sort(passages * most + ids)
            held = _sum(held, np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] % most, minlength=most))
    return held


def _sum(one: Rows, other: Rows) -> Rows:
    """Return the sums of numbers by token id, of which one may know more ids than the other."""
    size = max(len(one), len(other))
    return np.pad(one, (0, size - len(one))) + np.pad(other, (0, size - len(other)))


def _idf(holding: Rows, passages: int) -> Vectors:
    return np.asarray(np.log(1 + (passages - holding + 0.5) / (holding + 0.5)), np.float32)


def _tokens(begins: Rows, counts: Rows) -> Rows:
    """Return the numbers of the tokens of passages that begin there and have so many, passage after passage."""
    ends = np.cumsum(counts)
    return np.repeat(begins - (ends - counts), counts) + np.arange(int(ends[-1]) if len(ends) else 0)


class TokenWriter:
    """Writes the tokens of passages, in row order, into an empty folder.

    ``former`` is the index of which passages may be taken over. ``linked`` are afterwards the files that are those of
    ``former`` under another name, each by its own.
    """

    def __init__(self, folder: Path, former: TokenIndex | None = None) -> None:
        self._folder = folder
        self._former = former
        self._files = {
            name: ArrayWriter(folder / (_RAW_IDS if name == "ids" else f"{name}.new"), *part)
            for name, part in _PARTS.items()
        }
        self._written = 0  # tokens
        self._begins, self._counts = array("q"), array("i")
        self._taken = array("q")  # the row in former, -1 for what is new
        self._holding = np.zeros(1, np.int64)  # new passages, by token id
        self.linked: dict[Path, Path] = {}

    def add(self, passages: Sequence[PackedTokens]) -> None:
        """Write the tokens of the next passages."""
        for name, file in self._files.items():
            file.add(np.concatenate([getattr(tokens, name) for tokens in passages]))
        for tokens in passages:
            self._place(len(tokens.ids), -1)
            self._hold(np.unique(tokens.ids))

    def _hold(self, ids: NDArray[np.int32]) -> None:
        if len(ids) and ids[-1] >= len(self._holding):
            self._holding = np.pad(self._holding, (0, int(ids[-1]) + 1 - len(self._holding)))
        self._holding[ids] += 1

    def _place(self, tokens: int, taken: int) -> None:
        self._begins.append(self._written)
        self._counts.append(tokens)
        self._taken.append(taken)
        self._written += tokens

    def take(self, rows: range) -> None:
        """Take over the tokens of passages of the other index; they have none where there is no other."""
        self._begins.extend([0] * len(rows))
        if self._former is None:
            self._counts.extend([0] * len(rows))
            self._taken.extend([-1] * len(rows))
        else:
            self._counts.extend(self._former.counts(np.asarray(rows, np.int64)).tolist())
            self._taken.extend(rows)

    def finish(self, projection: Projection) -> None:
        """End the files, as the arrays that are mapped."""
        begins, counts = np.asarray(self._begins, np.int64), np.asarray(self._counts, np.int32)
        taken = np.asarray(self._taken, np.int64)
        base = 0
        if self._former is not None and (taken >= 0).any():
            base = self._take_over(self._former, begins, taken)
            self._holding = _holding_after(self._former, self._holding, taken[taken >= 0])
        begins[(taken < 0) & (counts > 0)] += base
        self._end_segment()
        np.save(self._folder / "begins.npy", begins)
        np.save(self._folder / "counts.npy", counts)
        np.save(self._folder / "holding.npy", self._holding.astype(np.int32))
        np.save(self._folder / "centre.npy", projection.centre)
        np.save(self._folder / "rotation.npy", projection.rotation)

    def _take_over(self, former: TokenIndex, begins: Rows, taken: Rows) -> int:
        """Link to segments or copy of them, and say where their passages begin now; return how long the linked are."""
        rows = np.flatnonzero(taken >= 0)
        new_row = np.full(len(former), -1, np.int64)
        new_row[taken[rows]] = rows
        found = list(former.by_segment(np.flatnonzero(new_row >= 0)))
        live = [int(former.counts(mine).sum()) for _, mine, _ in found]
        linked = _worth_linking([len(segment) for segment, _, _ in found], live, self._written)
        base = 0
        for number in linked:
            segment, mine, places = found[number]
            begins[new_row[mine]] = base + places
            self._link(segment)
            base += len(segment)
        for number in sorted({*range(len(found))} - {*linked}):
            segment, mine, places = found[number]
            for block in blocks(range(len(mine)), _PASSAGES):
                some = slice(block.start, block.stop)
                counts = former.counts(mine[some])
                begins[new_row[mine[some]]] = base + self._written + np.cumsum(counts) - counts
                self._copy(segment, _tokens(places[some], counts))
        return base

    def _link(self, segment: _Segment) -> None:
        number = len(self.linked) // len(_PARTS)
        for name, path in segment.paths.items():
            target = self._folder / f"{name}-{number}.npy"
            share(path, target)
            self.linked[target] = path

    def _copy(self, segment: _Segment, tokens: Rows) -> None:
        for name, file in self._files.items():
            file.add(getattr(segment, name)[tokens])
        self._written += len(tokens)

    def _end_segment(self) -> None:
        """End the files of the new segment; there is none where nothing was written, unless there is no other."""
        written = {name: file.finish() for name, file in self._files.items()}
        number = len(self.linked) // len(_PARTS)
        if self._written or not number:
            for name in ("codes", "spans"):
                (self._folder / f"{name}.new").rename(self._folder / f"{name}-{number}.npy")
            kind = np.min_scalar_type(len(self._holding) - 1)
            ids = ArrayWriter(self._folder / f"ids-{number}.npy", kind)
            for block in blocks(range(self._written)):
                ids.add(written["ids"][block.start : block.stop])
            ids.finish()
        for path in (*self._folder.glob("*.new"), self._folder / _RAW_IDS):
            path.unlink()

    def close(self) -> None:
        """Let go of the files, finished or not."""
        for file in self._files.values():
            file.close()


def _worth_linking(sizes: Sequence[int], live: Sequence[int], fresh: int) -> list[int]:
    """Return which segments are linked to, by their numbers; the others are copied into the new one.

    They are of so many tokens, of which so many are still needed, and ``fresh`` are new. What is linked is mostly
    needed, and each is larger than all that is copied: so segments stay few (as many as doublings lead from the
    smallest to all), and a token is copied as seldom.
    """
    linked = []
    for number in sorted(range(len(sizes)), key=lambda number: live[number]):
        if live[number] <= fresh or 2 * live[number] <= sizes[number]:
            fresh += live[number]
        else:
            linked.append(number)
    return sorted(linked)


def _holding_after(former: TokenIndex, new: Rows, kept: Rows) -> Rows:
    """Return how many passages hold each token, where these of former's are kept and ``new`` come from others."""
    gone = np.ones(len(former), np.bool_)
    gone[kept] = False
    return _sum(_sum(former.holding, -_held(former, np.flatnonzero(gone))), new)
