"""The writer of a lexical index: counts words passage by passage, and turns the counts into postings block by block.

What each passage holds is kept beside the postings, so that the next snapshot need not read the passage again.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from content.arraywriter import BLOCK, ArrayWriter, blocks
from content.lexical import K1, VOCABULARY, B

_IDS, _COUNTS, _STARTS = "words.ids", "words.counts", "words.starts"
_SCORES, _ROWS = "scores.raw", "rows.raw"  # until bm25s has written them as its own
_NOTHING = "\0"  # bm25s cannot index a corpus without words; a word that no question holds stands in
_PASSAGES = 4096  # are worked on at a time


@dataclass(frozen=True, slots=True)
class WordCounts:
    """The different words of passages: their ids, how often each stands there, and where each passage's begin."""

    vocabulary: Sequence[str]
    ids: NDArray[np.int32]
    counts: NDArray[np.uint16]
    starts: NDArray[np.int64]

    @classmethod
    def open(cls, folder: Path) -> WordCounts | None:
        """Map those of a saved index into memory; None where it was written before there were any."""
        if not (folder / f"{_STARTS}.npy").is_file():
            return None
        ids, counts, starts = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in (_IDS, _COUNTS, _STARTS))
        return cls(list(json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))), ids, counts, starts)


class LexicalWriter:
    """Writes the index of passages, in row order, into an empty folder.

    ``former`` are the words of another index of which some may be taken over.
    """

    def __init__(self, folder: Path, former: WordCounts | None = None) -> None:
        self._folder = folder
        self._former = former
        self._numbers = np.full(len(former.vocabulary) if former else 0, -1, np.int32)  # of former's words here
        self._vocabulary: dict[str, int] = {}
        self._ids = ArrayWriter(folder / _IDS, np.int32)
        self._counts = ArrayWriter(folder / f"{_COUNTS}.npy", np.uint16)
        self._starts = array("q", [0])

    def add(self, passages: Iterable[Sequence[str]]) -> None:
        """Count the stems of the next passages."""
        ids, counts = array("i"), array("H")
        before = self._starts[-1]
        for stems in passages:
            counted = Counter(stems or [_NOTHING])
            ids.extend(self._vocabulary.setdefault(stem, len(self._vocabulary)) for stem in counted)
            counts.extend(counted.values())
            self._starts.append(before + len(ids))
            if len(ids) >= BLOCK:
                self._write(ids, counts)
                before, ids, counts = self._starts[-1], array("i"), array("H")
        self._write(ids, counts)

    def take(self, rows: range) -> None:
        """Take over what the passages of these rows of the other index hold."""
        assert self._former is not None, "there is nothing to take over from"
        former, numbers = self._former, self._numbers
        for block in blocks(rows, _PASSAGES):
            span = slice(former.starts[block.start], former.starts[block.stop])
            ids = former.ids[span]
            for word in np.unique(ids[numbers[ids] < 0]).tolist():
                numbers[word] = self._vocabulary.setdefault(former.vocabulary[word], len(self._vocabulary))
            starts = former.starts[block.start + 1 : block.stop + 1] - span.start + self._starts[-1]
            self._starts.extend(starts.tolist())
            self._write(numbers[ids], former.counts[span])

    def finish(self) -> None:
        """Write the index."""
        words = sorted(self._vocabulary)
        ranks = np.empty(len(words), np.int32)
        ranks[[self._vocabulary[word] for word in words]] = np.arange(len(words), dtype=np.int32)
        raw, counts = self._ids.finish(), self._counts.finish()
        ids = ArrayWriter(self._folder / f"{_IDS}.npy", np.int32)
        for block in blocks(range(len(raw))):
            ids.add(ranks[raw[block.start : block.stop]])
        (self._folder / _IDS).unlink()
        starts = np.asarray(self._starts, np.int64)
        np.save(self._folder / f"{_STARTS}.npy", starts)
        _Postings(WordCounts(words, ids.finish(), counts, starts)).save(self._folder)

    def close(self) -> None:
        """Let go of the files, finished or not."""
        self._ids.close()
        self._counts.close()

    def _write(self, ids: Collection[int], counts: Collection[int]) -> None:
        self._ids.add(np.asarray(ids, np.int32))
        self._counts.add(np.asarray(counts, np.uint16))


class _Postings:
    """The scores of every word by passage, as bm25s reads them (Lu, arXiv:2407.03618), Lucene's variant."""

    def __init__(self, said: WordCounts) -> None:
        self._said = said
        self._passages = len(said.starts) - 1
        self._holding = np.zeros(len(said.vocabulary), np.int64)  # passages, by word
        self._lengths = np.zeros(self._passages, np.int64)
        for block, span in self._blocks():
            self._holding += np.bincount(said.ids[span], minlength=len(self._holding))
            begins = said.starts[block.start : block.stop] - span.start
            self._lengths[block.start : block.stop] = np.add.reduceat(said.counts[span], begins, dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write an index into a folder."""
        index = bm25s.BM25(k1=K1, b=B, method="lucene")
        ends = np.concatenate([[0], np.cumsum(self._holding)])
        paths = folder / _SCORES, folder / _ROWS
        data: NDArray[np.float32] = np.memmap(paths[0], np.float32, "w+", shape=(int(ends[-1]),))
        rows: NDArray[np.int32] = np.memmap(paths[1], np.int32, "w+", shape=(int(ends[-1]),))
        self._fill(data, rows, ends[:-1].copy())
        index.scores = {"data": data, "indices": rows, "indptr": ends, "num_docs": self._passages}
        index.vocab_dict = {word: number for number, word in enumerate(self._said.vocabulary)}
        index.nonoccurrence_array = None  # other variants of BM25 have one
        index.save(str(folder), show_progress=False)
        for path in paths:
            path.unlink()

    def _fill(self, data: NDArray[np.float32], rows: NDArray[np.int32], heads: NDArray[np.int64]) -> None:
        """Write each passage's score for each of its words to where the next of the word's is to stand."""
        idf = np.log(1 + (self._passages - self._holding + 0.5) / (self._holding + 0.5)).astype(np.float32)
        damping = K1 * (1 - B + B * self._lengths / self._lengths.mean())
        for block, span in self._blocks():
            ids, counts = self._said.ids[span], self._said.counts[span].astype(np.float32)
            passages = np.repeat(
                np.arange(block.start, block.stop), np.diff(self._said.starts[block.start : block.stop + 1])
            )
            scores = idf[ids] * (counts / (damping[passages] + counts))
            order = np.argsort(ids, kind="stable")
            words, firsts, many = np.unique(ids[order], return_index=True, return_counts=True)
            places = np.repeat(heads[words] - firsts, many) + np.arange(len(order))
            data[places], rows[places] = scores[order], passages[order]
            heads[words] += many

    def _blocks(self) -> Iterator[tuple[range, slice]]:
        starts = self._said.starts
        return (
            (block, slice(starts[block.start], starts[block.stop]))
            for block in blocks(range(self._passages), _PASSAGES)
        )
