import pytest

from content.words import fold, stem, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Self-attention, explained!", ["self", "attention", "explained"]),
        ("C++ and C# in .NET 4.8", ["c++", "and", "c#", "in", "net", "4.8"]),
        ("the model's __init__ method", ["the", "model's", "init", "method"]),
        ("Café, naïve, ÜBER", ["cafe", "naive", "uber"]),
        ("don’t", ["don't"]),
        ("東京都", ["東京", "京都"]),
        ("Привет, мир", ["привет", "мир"]),
        ("", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_stems_leave_out_what_questions_are_made_of():
    assert stems("What is meant by the attention mechanisms?") == ["attent", "mechan"]


def test_plural_possessive_and_apostrophe_share_a_stem():
    assert stem("models") == stem("model") == stem("model's") == stem("model’s")


def test_fold_resolves_compatibility_forms():
    assert fold("ﬁne ＡＢＣ") == "fine abc"
