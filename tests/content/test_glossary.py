import pytest

from content.errors import NotFound
from content.glossary import Glossary, initials, slugify
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


LONG = Glossary(
    [
        term("high-performance computing"),
        term("garbage in, garbage out"),
        term("HyperText Transfer Protocol", "HTTP"),
        term("intellectual property"),
        term("confidence interval"),
        term("continuous integration"),
        term("don't repeat yourself"),
        term("user story"),
        term("mean"),
        term("certificate authority token"),
        term("service level agreement", collection="contracts"),
    ]
)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("high-performance computing", {"hpc"}),
        ("Denial of Service", {"dos", "ds"}),
        ("HyperText Transfer Protocol", {"htp", "http"}),
        ("CSS Object Model", {"com", "cssom"}),
        ("don't repeat yourself", {"dry", "ry"}),
        ("embedding", set()),
    ],
)
def test_initials(name, made):
    assert initials(name) == made


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("What is HPC good for?", "What is high-performance computing good for?"),
        ("what does gigo mean", "what does garbage in, garbage out mean"),
        ("DRY", "don't repeat yourself"),
        ("Define HTTP", "Define HyperText Transfer Protocol"),
        ("What is IP?", "What is intellectual property?"),
        # what stays
        ("What is an IP address?", "What is an IP address?"),  # the content holds "IP": it may mean something else
        ("What is an HTTP header?", "What is an HTTP header?"),  # a name of the term
        ("How do I use CI?", "How do I use CI?"),  # of several terms
        ("What is the US policy?", "What is the US policy?"),  # "us" is a word that says little
        ("hot peas can be cooked", "hot peas can be cooked"),
        ("what is ip", "what is ip"),  # small letters, and only two
        ("sla", "service level agreement"),
        ("the cat", "the cat"),
        ("THE CAT SAT ON HPC", "THE CAT SAT ON high-performance computing"),
    ],
)
def test_abbreviations_are_read_as_the_names_they_stand_for(asked, read):
    assert LONG.spelled_out(asked, held={"ip", "http"}.__contains__, common={"cat"}.__contains__) == read


def test_names_of_other_collections_are_not_spelled_out():
    for known in (["default"], ["contracts"]):
        read = LONG.spelled_out("What is an SLA?", held=lambda _: False, common=lambda _: False, collections=known)
        assert ("agreement" in read) == (known == ["contracts"])


def test_initials_alone_name_all_that_they_may_stand_for():
    assert names(LONG.mentions("What does CI mean?")) == ["confidence interval", "continuous integration"]
    assert names(LONG.mentions("ci")) == names(LONG.mentions("How do I use CI?")) == []


def test_words_that_ask_name_nothing():
    assert names(LONG.mentions("HPC meaning")) == ["high-performance computing"]
    assert names(LONG.mentions("What does HTTP mean?")) == ["HyperText Transfer Protocol"]
    assert names(LONG.mentions("What is the mean?")) == ["mean"]
    assert names(LONG.mentions("mean and confidence interval")) == ["mean", "confidence interval"]
