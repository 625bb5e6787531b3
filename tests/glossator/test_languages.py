from content.embedding import Embedded
from glossator.languages import _SENTENCES, understanding
from tests.fakes import HashingEmbedder


class Polyglot(HashingEmbedder):
    """Reads a sentence's translations as the English sentence, in the languages that it speaks."""

    def __init__(self, *speaks: str) -> None:
        super().__init__()
        self._english = {
            sentence: english
            for language in speaks
            for sentence, english in zip(_SENTENCES[language], _SENTENCES["English"], strict=True)
        }

    def encode_passages(self, texts) -> Embedded:
        return super().encode_passages([self._english.get(text, text) for text in texts])


def test_a_model_is_found_to_understand_what_it_understands():
    found = understanding(Polyglot("German", "Chinese"))
    assert found.understood == ("English", "German", "Chinese")
    assert found.others == ("French", "Spanish", "Russian", "Arabic")
