import pytest

from content.language import language_of
from content.words import stem, words
from tests.fakes import ingest_folder, open_snapshot, write_pages

GERMAN = [
    "Ein Haus ist ein Gebäude, in dem Menschen wohnen. Die meisten Häuser haben ein Dach und mehrere Fenster.",
    "Ein Fluss ist ein fließendes Gewässer, das in ein Meer oder in einen anderen Fluss mündet.",
    "Brücken führen Straßen über Flüsse und Täler. Viele Brücken wurden im letzten Jahrhundert gebaut.",
]
FRENCH = [
    "Une maison est un bâtiment dans lequel les gens habitent. La plupart des maisons ont un toit et des fenêtres.",
    "Un fleuve est un cours d'eau qui se jette dans la mer, alors qu'une rivière se jette dans un autre cours d'eau.",
]
RUSSIAN = ["Дом — это здание, в котором живут люди. У большинства домов есть крыша и окна. " * 3]


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (GERMAN, "german"),
        (FRENCH, "french"),
        (RUSSIAN, "russian"),
        (["A house is a building that people live in. Most houses have a roof and several windows. " * 3], "english"),
        (
            ["机器学习是人工智能的一个分支。它研究如何让计算机从数据中学习。" * 8],
            "english",
        ),  # Snowball has no rules for it
        (["Haus"], "english"),  # too little to tell
        ([], "english"),
    ],
)
def test_the_language_of_a_collection(texts, language):
    assert language_of(texts) == language


def test_words_are_stemmed_by_their_language():
    (house,), (houses,) = words("Haus"), words("Häuser")
    assert stem(house, "german") == stem(houses, "german")
    assert stem(house) != stem(houses)


def test_an_inflected_word_finds_its_page_in_another_language(tmp_path):
    pages = {f"{number}.md": f"# Seite {number}\n\n{text}\n" for number, text in enumerate(GERMAN)}
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
    snapshot = open_snapshot(tmp_path / "var")
    assert snapshot.manifest.collections["default"].language == "german"
    (stemmed,) = snapshot.stems("Gebäuden")
    assert snapshot.lexical.nearest(stemmed, 1) == 0
    assert snapshot.lexical.known(stemmed) == 1
