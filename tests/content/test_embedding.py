import json

import pytest

from content.embedding import SentenceTransformerEmbedder
from content.errors import ModelError


def test_a_missing_folder_is_named():
    with pytest.raises(ModelError, match="no such folder"):
        _ = SentenceTransformerEmbedder("./nowhere").folder


def test_a_model_that_the_hub_does_not_give_out_is_named():
    with pytest.raises(ModelError, match="someone/some-model"):
        _ = SentenceTransformerEmbedder("someone/some-model").folder


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no weights"):
        _ = SentenceTransformerEmbedder(str(tmp_path)).card


def test_a_folder_without_a_tokenizer_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        SentenceTransformerEmbedder(str(tmp_path)).count_tokens(["a"])


@pytest.mark.parametrize(
    ("files", "window"),
    [
        (
            {
                "sentence_bert_config.json": {"max_seq_length": 128},
                "config.json": {"max_position_embeddings": 512},
            },
            128,
        ),
        (
            {
                "sentence_bert_config.json": {"max_seq_length": None},
                "tokenizer_config.json": {"model_max_length": 384},
            },
            384,
        ),
        (
            {
                "tokenizer_config.json": {"model_max_length": 10**30},
                "config.json": {"max_position_embeddings": 514},
            },
            514,
        ),
        ({}, 512),
    ],
)
def test_the_window_is_read_from_the_folder(tmp_path, files, window):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    assert SentenceTransformerEmbedder(str(tmp_path)).card.max_tokens == window


def test_two_weights_have_two_digests(tmp_path):
    digests = set()
    for weights in (b"one", b"two"):
        (tmp_path / "model.safetensors").write_bytes(weights)
        digests.add(SentenceTransformerEmbedder(str(tmp_path)).card.sha256)
    assert len(digests) == 2
