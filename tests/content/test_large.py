"""A snapshot of more passages than are compared one and all, as an ingest publishes it."""

import numpy as np
import pytest

from content.archive import Archive
from content.catalog import StoredPage
from content.embedding import Embedded, TokenVectors, unit
from content.index import EXACT_UP_TO, FlatIndex, ListIndex
from content.interaction import PackedTokens
from content.model import Block, BlockKind, Page, Passage, PassageKind
from content.search import search
from tests.fakes import HashingEmbedder

DIMENSION = 16
A_PAGE = 1000


def publish(archive, passages):
    """Publish so many passages, and return their vectors, which lie around as many centres as there are pages."""
    random = np.random.default_rng(3)
    vectors = []
    with archive.lock(), archive.begin() as writer:
        for first in range(0, passages, A_PAGE):
            texts = [f"item{number} of page{first}" for number in range(first, min(first + A_PAGE, passages))]
            page = Page(
                "default", f"p{first}", f"Page {first}", None, "\n\n".join(texts),
                (Block(BlockKind.PARAGRAPH, 0, len(texts[0])),),
            )  # fmt: skip
            ends = np.cumsum([len(text) + 2 for text in texts]).tolist()
            own = tuple(
                Passage(
                    f"{first}-{i}",
                    "default",
                    page.page_id,
                    (),
                    None,
                    PassageKind.TEXT,
                    text,
                    end - len(text) - 2,
                    end - 2,
                )
                for i, (text, end) in enumerate(zip(texts, ends, strict=True))
            )
            centre = unit(random.standard_normal((1, DIMENSION), np.float32))
            near = unit(centre + 0.2 * random.standard_normal((len(texts), DIMENSION), np.float32))
            writer.add(StoredPage(page, "synthetic", page.digest, own), near, [PackedTokens.none()] * len(texts))
            vectors.append(near)
        titles = unit(random.standard_normal((len(vectors), DIMENSION), np.float32))
        manifest = writer.finish(HashingEmbedder(late_interaction=False).card, "synthetic", [titles], (), None)
        archive.publish(manifest.snapshot_id)
    return np.concatenate(vectors)


@pytest.mark.parametrize(("passages", "listed"), [(EXACT_UP_TO, False), (EXACT_UP_TO + 1, True)])
def test_how_it_is_searched_is_chosen_by_its_size_and_said_in_its_manifest(tmp_path, passages, listed):
    archive = Archive(tmp_path)
    vectors = publish(archive, passages)
    snapshot = archive.open_current()
    state = snapshot.manifest.index
    assert isinstance(snapshot.vectors, ListIndex if listed else FlatIndex)
    assert (state is not None) == listed
    if state is not None:
        assert 0.95 <= state.recall <= 1
        assert state.probes < state.lists == round(4 * passages**0.5)
    row = 31_234
    embedded = Embedded(vectors[row : row + 1], (TokenVectors.none(),))
    found = search(snapshot, f"item{row}", embedded)
    assert found.hits(1)[0].passage.text == f"item{row} of page31000"
    nearest = np.argsort(-(vectors @ vectors[row]))[:10]
    assert len(set(snapshot.vectors.search(vectors[row], 10)[0].tolist()) & set(nearest.tolist())) >= 9
