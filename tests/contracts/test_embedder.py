"""What every embedder does."""

from collections.abc import Callable

import numpy as np
import pytest

from content.embedding import DEFAULT_MODEL_SHA256, Embedder, SentenceTransformerEmbedder
from content.onnx import ONNX_RUNTIME, OPENVINO, OnnxEmbedder
from tests.fakes import HashingEmbedder

TEXTS = [
    "Attention weighs its input.",
    "A sitemap lists the pages of a site.",
    "Attention weighs the input it gets.",
]


@pytest.fixture(
    scope="module",
    params=[
        HashingEmbedder,
        pytest.param(SentenceTransformerEmbedder, marks=pytest.mark.model),
        pytest.param(ONNX_RUNTIME, marks=pytest.mark.model),
        pytest.param(OPENVINO, marks=pytest.mark.model),
    ],
)
def make(request, tmp_path_factory) -> Callable[..., Embedder]:
    if not isinstance(request.param, str):
        return request.param
    pytest.importorskip(request.param)
    folder = tmp_path_factory.mktemp("exports")
    OnnxEmbedder(SentenceTransformerEmbedder(), folder, runtime=request.param).export()
    return lambda **options: OnnxEmbedder(
        SentenceTransformerEmbedder(**options), folder, runtime=request.param, exact=True
    )


@pytest.fixture(scope="module")
def embedder(make) -> Embedder:
    return make()


def test_vectors_have_length_one(embedder):
    for embedded in (embedder.encode_passages(TEXTS), embedder.encode_questions(TEXTS)):
        vectors = embedded.vectors
        assert vectors.dtype == np.float32
        assert vectors.shape[0] == len(TEXTS)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_near_texts_lie_near(embedder):
    vectors = embedder.encode_passages(TEXTS).vectors
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]


def test_a_text_has_one_vector_whatever_is_embedded_beside_it(embedder):
    beside, alone = embedder.encode_passages(TEXTS), embedder.encode_passages(TEXTS[1:2])
    assert beside.vectors[1] == pytest.approx(alone.vectors[0], abs=1e-5)
    assert beside.tokens[1].vectors == pytest.approx(alone.tokens[0].vectors, abs=1e-4)


def test_tokens_have_vectors_and_say_where_they_stand(embedder):
    for text, tokens in zip(TEXTS, embedder.encode_passages(TEXTS).tokens, strict=True):
        assert len(tokens) == len(tokens.ids) == len(tokens.spans) == len(tokens.vectors) > 3
        assert np.linalg.norm(tokens.vectors, axis=1) == pytest.approx(1, abs=1e-5)
        said = [text[start:end] for start, end in tokens.spans.tolist()]
        assert said[0] == text.split()[0]
        assert all(said)


def test_without_late_interaction_there_are_no_tokens(make):
    without = make(late_interaction=False)
    assert [len(tokens) for tokens in without.encode_passages(TEXTS).tokens] == [0, 0, 0]
    assert not without.card.late_interaction


def test_tokens_are_counted_for_each_text(embedder):
    counts = embedder.count_tokens(["", "word", "word " * 50])
    assert counts[0] == 0 < counts[1] < counts[2]
    assert embedder.count_tokens([]) == []


def test_the_card_identifies_the_model(embedder):
    assert len(embedder.card.sha256) == 64
    assert embedder.card.max_tokens > 0


def test_many_questions_are_embedded_as_each_would_be_alone(embedder):
    # Of all lengths, so that most are padded beside others; more than one pass takes.
    texts = [" ".join(TEXTS[i % 3] for _ in range(1 + i % 7)) for i in range(40)]
    together = embedder.encode_questions(texts)
    for text, one in zip(texts, together, strict=True):
        alone = embedder.encode_questions([text])
        assert one.vectors == pytest.approx(alone.vectors, abs=1e-5)
        assert one.tokens[0].ids.tolist() == alone.tokens[0].ids.tolist()
        assert one.tokens[0].vectors == pytest.approx(alone.tokens[0].vectors, abs=1e-5)


def test_an_export_gives_the_vectors_of_pytorch(embedder):
    if not isinstance(embedder, OnnxEmbedder):
        pytest.skip("not an export")
    texts = ["What is attention?", "naïve Größe 東京", "a longer text, " * 300]
    torch = SentenceTransformerEmbedder()
    assert embedder.precision == "float32"
    for ours, theirs in (
        (embedder.encode_questions(texts), torch.encode_questions(texts)),
        (embedder.encode_passages(texts), torch.encode_passages(texts)),
    ):
        assert ours.vectors == pytest.approx(theirs.vectors, abs=2e-6)
        for one, other in zip(ours.tokens, theirs.tokens, strict=True):
            assert one.spans.tolist() == other.spans.tolist()
            assert one.vectors == pytest.approx(other.vectors, abs=2e-6)


@pytest.mark.model
def test_the_default_model_is_the_published_one():
    assert SentenceTransformerEmbedder().card.sha256 == DEFAULT_MODEL_SHA256


@pytest.mark.model
def test_counts_are_those_of_the_model_itself():
    embedder = SentenceTransformerEmbedder()
    for text in [*TEXTS, "naïve Größe 東京 https://example.com/a?b=c __init__"]:
        ids = embedder.model.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert embedder.count_tokens([text]) == [len(ids)]


@pytest.mark.model
def test_a_text_beyond_the_window_keeps_the_tokens_that_the_model_reads():
    embedder = SentenceTransformerEmbedder()
    (tokens,) = embedder.encode_passages(["word " * 1000]).tokens
    assert len(tokens) == embedder.card.max_tokens - 2
