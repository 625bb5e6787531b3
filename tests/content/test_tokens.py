"""The token vectors of snapshots: what is taken over is shared, and segments stay few."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from content.interaction import DIMENSIONS, PackedTokens, Projection
from content.tokens import TokenIndex, TokenWriter

PROJECTION = Projection(np.zeros(DIMENSIONS, np.float32), np.eye(DIMENSIONS, dtype=np.float32))
chance = np.random.default_rng(7)


def tokens(count: int) -> PackedTokens:
    ids = chance.integers(0, 70_000, count).astype(np.int32)
    spans = chance.integers(0, 1000, (count, 2)).astype(np.int16)
    return PackedTokens(ids, spans, chance.integers(0, 256, (count, DIMENSIONS // 2)).astype(np.uint8))


def write(folder, former: TokenIndex | None, parts) -> TokenIndex:
    """Write passages, and rows of another index."""
    folder.mkdir()
    writer = TokenWriter(folder, former)
    for part in parts:
        if isinstance(part, range):
            writer.take(part)
        else:
            writer.add(part)
    writer.finish(PROJECTION)
    return TokenIndex(folder)


def assert_holds(index: TokenIndex, passages) -> None:
    """Hold an index against the passages that it should have, and against one that was written of them alone."""
    assert len(index) == len(passages)
    for row, passage in enumerate(passages):
        found = index.packed(row)
        assert (found.ids == passage.ids).all()
        assert (found.spans == passage.spans).all()
        assert (found.codes == passage.codes).all()
    counted = np.zeros(len(index.holding), np.int64)
    for passage in passages:
        counted[np.unique(passage.ids)] += 1
    assert (index.holding == counted).all()


def as_of_old(folder, passages) -> TokenIndex:
    """Write passages as they were written before there were segments."""
    folder.mkdir()
    for name in ("ids", "spans", "codes"):
        np.save(folder / f"{name}.npy", np.concatenate([getattr(one, name) for one in passages]))
    np.save(folder / "starts.npy", np.cumsum([0, *(len(one.ids) for one in passages)]))
    np.save(folder / "idf.npy", np.zeros(1, np.float32))
    np.save(folder / "centre.npy", PROJECTION.centre)
    np.save(folder / "rotation.npy", PROJECTION.rotation)
    return TokenIndex(folder)


def test_what_is_taken_over_is_shared_and_the_rest_is_written(tmp_path):
    old = [tokens(count) for count in (30, 1, 80, 0, 12)]
    new = [tokens(0), tokens(9)]
    first = write(tmp_path / "first", None, [old])
    second = write(tmp_path / "second", first, [range(1), new, range(2, 5)])
    assert_holds(first, old)
    assert_holds(second, [old[0], *new, *old[2:]])
    assert (tmp_path / "second/codes-0.npy").samefile(tmp_path / "first/codes-0.npy")
    assert len(np.load(tmp_path / "second/codes-1.npy")) == 9


def test_nothing_is_written_where_all_is_taken_over(tmp_path):
    old = [tokens(20), tokens(5)]
    second = write(tmp_path / "second", write(tmp_path / "first", None, [old]), [range(2)])
    assert_holds(second, old)
    assert not (tmp_path / "second/codes-1.npy").exists()


def test_passages_without_tokens(tmp_path):
    none = [PackedTokens.none()] * 2
    second = write(tmp_path / "second", write(tmp_path / "first", None, [none]), [range(1), none, range(1, 2)])
    assert_holds(second, [*none, *none])


def test_what_cannot_be_linked_is_copied(tmp_path):
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system")
    old = [tokens(20), tokens(5)]
    first = write(tmp_path / "first", None, [old])
    with tempfile.TemporaryDirectory(dir=elsewhere) as folder:
        assert_holds(write(Path(folder) / "second", first, [range(2)]), old)


def test_what_was_written_of_old_is_read_and_taken_over(tmp_path):
    old, new = [tokens(count) for count in (30, 0, 40, 7)], [tokens(3)]
    before = as_of_old(tmp_path / "old", old)
    assert_holds(before, old)
    assert_holds(write(tmp_path / "new", before, [new, range(3)]), [*new, *old[:3]])
    assert (tmp_path / "new/codes-0.npy").samefile(tmp_path / "old/codes.npy")


@pytest.mark.parametrize("replaced", [1, 40])
def test_segments_stay_few_and_no_larger_than_what_is_needed_twice(tmp_path, replaced):
    passages = [tokens(20) for _ in range(100)]
    index = write(tmp_path / "0", None, [passages])
    written = []
    for time in range(1, 80):
        at = int(chance.integers(100 - replaced))
        new = [tokens(20) for _ in range(replaced)]
        passages[at : at + replaced] = new
        index = write(tmp_path / str(time), index, [range(at), new, range(at + replaced, 100)])
        sizes = [len(np.load(path)) for path in (tmp_path / str(time)).glob("codes-*.npy")]
        assert len(sizes) <= 8
        assert sum(sizes) <= 2 * 100 * 20
        written.append(
            sum(len(np.load(p)) for p in (tmp_path / str(time)).glob("codes-*.npy") if p.stat().st_nlink == 1)
        )
    assert_holds(index, passages)
    assert np.mean(written) < 8 * replaced * 20
