from contextlib import closing
from pathlib import Path

import pytest

from content.model import Page, Term
from ingest.check import CheckOptions
from ingest.extract.markdown import extract_markdown
from ingest.extract.plain import extract_plain
from ingest.pipeline import IngestOptions
from ingest.terms import terms_after, terms_of
from tests.fakes import ingest_folder, open_snapshot, write_pages


def page(title: str, source: str, page_id: str | None = None, collection: str = "default") -> Page:
    (draft,) = extract_markdown(source)
    return Page(collection, page_id or title.lower(), title, None, draft.text, draft.blocks, draft.entry)


def names(*pages: Page) -> list[str]:
    return [term.name for term in terms_of(pages)]


def test_a_declared_definition_makes_a_term():
    (term,) = terms_of(
        [page("RAG", "---\ndefinition: RAG is a way to answer.\naliases: [grounded generation]\n---\nBody.")]
    )
    assert term.definition == "RAG is a way to answer."
    assert term.aliases == ("grounded generation",)
    assert term.slug == "rag"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Node", "A node is a worker machine in Kubernetes. It runs pods."),
        ("annotation", "A label associated with a variable, used by convention as a type hint."),
        ("Latency", "In networks, latency is the time that a packet takes."),
        ("2to3", "A tool that tries to convert Python 2.x code to Python 3.x code."),
    ],
)
def test_a_first_sentence_that_defines_the_title_makes_a_term(title, text):
    (term,) = terms_of([page(title, text)])
    assert text.startswith(term.definition)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Get started", "If you are new, start here to learn the essentials."),
        ("How do I delete my account?", "The account is deleted in the settings."),
        ("Ten things that you did not know about us", "Ten things are listed here."),
        ("Microstructure of white matter in newborns.", "White matter is examined."),
    ],
)
def test_other_pages_make_none(title, text):
    assert names(page(title, text)) == []


def test_a_title_that_several_pages_share_is_no_name():
    assert names(page("Normans", "The Normans were people.", "1"), page("Normans", "Normans are.", "2")) == []


@pytest.mark.parametrize(
    ("title", "text", "alias"),
    [
        ("Transport Layer Security (TLS)", "TLS is a protocol.", "TLS"),
        ("HTML", "HTML (HyperText Markup Language) is a language.", "HyperText Markup Language"),
        ("Hotlink", "A hotlink (also known as an inline link) is an object on another site.", "inline link"),
        ("Boolean (HTML)", "A boolean in HTML is an attribute.", "Boolean"),
        ("Denial of service", "Denial of service is an attack. DoS attacks are crimes.", "DoS"),
        ("Progressive web apps (apps)", "Progressive web apps are sites. PWAs are installed.", "PWA"),
    ],
)
def test_other_names(title, text, alias):
    (term,) = terms_of([page(title, text)])
    assert alias in term.aliases


def test_initials_that_a_page_does_not_write_are_no_name_of_its_term():
    (term,) = terms_of([page("Denial of service", "Denial of service is an attack, said to date from ms dos.")])
    assert term.aliases == ()


def test_slugs_are_unique_in_their_collection():
    found = terms_of(
        [
            page("C", "C is a language.", "1"),
            page("C++", "C++ is a language.", "2"),
            page("C", "C is a note.", "3", "music"),
        ]
    )
    assert [(term.collection, term.slug) for term in found] == [
        ("default", "c"),
        ("default", "c-2"),
        ("music", "c"),
    ]


def test_related_names_become_slugs():
    found = terms_of(
        [
            page(
                "Attention Mechanism",
                "---\ndefinition: Attention is.\nrelated: [softmax, Lead form, attention]\n---\nx",
                "attention",
            ),
            page("Softmax", "Softmax is a function.", "math/softmax"),
        ]
    )
    assert found[0].related == ("softmax",)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is a Warp Scheduler?", "Warp Scheduler"),
        ("What are the GPU Drivers?", "GPU Drivers"),
        ("What's overhead?", "overhead"),
        ("What is overhead", "What is overhead"),
    ],
)
def test_a_title_that_asks_what_something_is_names_it(title, name):
    text = f"There is a long story. The {name} is what this page is about."
    found = terms_of([page(title, text, "p")])
    assert [term.name for term in found] == ([name] if title.endswith("?") else [])
    assert all(term.definition == f"The {name} is what this page is about." for term in found)
    assert all(term.slug == name.lower().replace(" ", "-") for term in found)


def test_what_a_page_calls_its_definition_is_it():
    (draft,) = extract_plain("Quick Definition: A thing, of which more is said. And more.\n\nOther text.")
    (term,) = terms_of([Page("default", "p", "Thing", None, draft.text, draft.blocks, draft.entry)])
    assert term.definition == "A thing, of which more is said. And more."


def glossary(defining: int, *others: Page) -> list[Page]:
    """Return a collection in which so many pages define a term by themselves."""
    return [page(f"Anvil {n}", f"Anvil {n} is a block of iron.") for n in range(defining)] + list(others)


OTHERS = [
    page("forging", "Shaping hot metal by blows of a hammer. It is loud."),
    page("quench", "To cool hot metal in water."),
    page("bloomery", "See furnace."),
    page("How is iron made?", "Ore melts."),
    page("The long and winding history of forging iron", "Iron came late."),
    page("tongs", "- pick\n- hold"),
]


def test_in_a_glossary_a_page_need_not_say_that_it_defines_its_title():
    found = {term.name: term.definition for term in terms_of(glossary(10, *OTHERS))}
    assert found["forging"] == "Shaping hot metal by blows of a hammer."
    assert found["quench"] == "To cool hot metal in water."
    assert len(found) == 12


@pytest.mark.parametrize(
    "pages", [glossary(9, *OTHERS), glossary(10, *(page(f"Hammering {n}", "Hit.") for n in range(10)))]
)
def test_a_few_definitions_make_no_glossary(pages):
    assert all(term.name.startswith("Anvil") for term in terms_of(pages))


def test_a_page_that_asks_for_its_term_keeps_it_while_nothing_changes(tmp_path):
    write_pages(tmp_path / "pages", {"swage.md": "# What is a swage?\n\nThere is a long story. It has no end."})
    ingest_folder(tmp_path / "var", tmp_path / "pages")
    with closing(open_snapshot(tmp_path / "var").catalog) as catalog:
        (term,) = terms_of(catalog)
        assert (term.name, term.definition) == ("swage", "There is a long story.")
        assert terms_after(catalog, catalog) == [term]


def test_a_glossary_that_comes_and_goes_has_the_terms_of_one_that_is_read_anew(tmp_path):
    def write(**pages: str) -> Path:
        return write_pages(tmp_path / "pages", {f"{name}.md": text for name, text in pages.items()})

    def terms(data_dir: Path) -> list[Term]:
        with closing(open_snapshot(data_dir).catalog) as catalog:
            return list(catalog.terms())

    def added() -> int:
        anew = tmp_path / str(len(list(tmp_path.iterdir())))
        ingest_folder(anew, tmp_path / "pages")
        ingest_folder(tmp_path / "var", tmp_path / "pages", options=IngestOptions(check=CheckOptions(force=True)))
        assert terms(tmp_path / "var") == terms(anew)
        return sum(not term.name.startswith("Anvil") for term in terms(tmp_path / "var"))

    write(**{f"anvil-{n}": f"# Anvil {n}\n\nAnvil {n} is a block of iron." for n in range(10)})
    write(forging="# Forging\n\nShaping hot metal.", quench="# Quench\n\nTo cool hot metal.")
    assert added() == 2
    write(quench="# Quench\n\nTo cool hot metal in oil.", temper="# Temper\n\nTo soften hard metal.")
    assert added() == 3
    write(**{f"story-{n}": f"# Story {n}\n\nOnce upon a time {n} smiths met." for n in range(8)})
    assert added() == 0
    write(**{f"anvil-{n}": f"# Anvil {n}\n\nAnvil {n} is a block of iron." for n in range(10, 14)})
    assert added() == 11
    write(**{"anvil-0": "# Forging\n\nForging is what smiths do."})
    assert added() == 10
