"""What every embedder does."""

import numpy as np
import pytest

from content.embedding import DEFAULT_MODEL_SHA256, Embedder, SentenceTransformerEmbedder
from tests.fakes import HashingEmbedder

TEXTS = [
    "Attention weighs its input.",
    "A sitemap lists the pages of a site.",
    "Attention weighs the input it gets.",
]


@pytest.fixture(
    scope="module",
    params=[HashingEmbedder, pytest.param(SentenceTransformerEmbedder, marks=pytest.mark.model)],
)
def embedder(request) -> Embedder:
    return request.param()


def test_vectors_have_length_one(embedder):
    for vectors in (embedder.encode_passages(TEXTS), embedder.encode_questions(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape[0] == len(TEXTS)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_near_texts_lie_near(embedder):
    vectors = embedder.encode_passages(TEXTS)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]


def test_a_text_has_one_vector_whatever_is_embedded_beside_it(embedder):
    assert embedder.encode_passages(TEXTS)[1] == pytest.approx(embedder.encode_passages(TEXTS[1:2])[0], abs=1e-5)


def test_tokens_are_counted_for_each_text(embedder):
    counts = embedder.count_tokens(["", "word", "word " * 50])
    assert counts[0] == 0 < counts[1] < counts[2]
    assert embedder.count_tokens([]) == []


def test_the_card_identifies_the_model(embedder):
    assert len(embedder.card.sha256) == 64
    assert embedder.card.max_tokens > 0


@pytest.mark.model
def test_the_default_model_is_the_published_one():
    assert SentenceTransformerEmbedder().card.sha256 == DEFAULT_MODEL_SHA256


@pytest.mark.model
def test_counts_are_those_of_the_model_itself():
    embedder = SentenceTransformerEmbedder()
    for text in [*TEXTS, "naïve Größe 東京 https://example.com/a?b=c __init__"]:
        ids = embedder.model.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert embedder.count_tokens([text]) == [len(ids)]
