import pytest

from content.errors import NotFound
from content.glossary import Glossary, slugify
from content.model import Term


def term(name: str, *aliases: str, collection: str = "default", related: tuple[str, ...] = ()) -> Term:
    return Term(slugify(name), name, aliases, f"{name} is.", 0, 4, related, collection, slugify(name), None)


GLOSSARY = Glossary(
    [
        term("Vector Index", "ANN index", related=("embedding", "nowhere")),
        term("Index"),
        term("Embedding", "vector embedding"),
        term("Man in the middle"),
        term("Index", collection="databases"),
    ]
)


def names(mentions):
    return [mention.term.name for mention in mentions]


def test_the_longest_name_counts():
    assert names(GLOSSARY.mentions("What is a vector index?", ["default"])) == ["Vector Index"]


def test_plural_case_and_alias_are_one_name():
    assert names(GLOSSARY.mentions("are ANN Indexes and EMBEDDINGS alike", ["default"])) == [
        "Vector Index",
        "Embedding",
    ]


def test_names_of_several_collections_are_all_found():
    found = GLOSSARY.mentions("an index")
    assert {(mention.term.collection, mention.term.name) for mention in found} == {
        ("default", "Index"),
        ("databases", "Index"),
    }


def test_stop_words_in_names_count_for_finding_but_not_as_stems():
    (mention,) = GLOSSARY.mentions("a man in the middle attack")
    assert mention.stems == {"man", "middl"}


def test_search_by_beginnings_of_words():
    assert [found.name for found in GLOSSARY.search("ind vec", ["default"])] == ["Vector Index"]
    assert len(GLOSSARY.search("")) == len(GLOSSARY)


def test_related_leaves_out_what_is_not_there():
    assert [other.name for other in GLOSSARY.related(GLOSSARY.get("vector-index")[0])] == ["Embedding"]


def test_unknown_slug():
    with pytest.raises(NotFound, match="no term 'nothing'"):
        GLOSSARY.get("nothing")


@pytest.mark.parametrize(("name", "slug"), [("Café & Co.", "cafe-co"), ("C++", "c"), ("???", "term"), ("東京", "東京")])
def test_slugify(name, slug):
    assert slugify(name) == slug


@pytest.mark.parametrize("text", ["What is the frontend?", "what is the front-end", "a front end", "FrontEnds"])
def test_a_name_in_one_word_or_in_two(text):
    assert names(Glossary([term("Front-end")]).mentions(text)) == ["Front-end"]


def test_a_short_name_is_not_pieced_together():
    assert not Glossary([term("Asin")]).mentions("as in a book")
