import pytest

from ingest.lint import Check, Severity


def entry(title: str, definition: str, aliases: str = "") -> str:
    return f"---\ntitle: {title}\naliases: [{aliases}]\ndefinition: {definition}\n---\n\nMore is said of it here.\n"


def of_names(findings):
    return [one for one in findings if one.check in {Check.DEFINED_DIFFERENTLY, Check.NAME_CLAIMED_TWICE}]


def test_two_pages_define_a_term_differently(found):
    (one,) = of_names(
        found(
            {
                "a.md": entry("Token", "A token is a piece of text that a language model reads as one unit."),
                "b.md": entry("Tokens", "Whoever shows this secret string to our billing server gets admitted."),
                "c.md": entry("Prompt", "A prompt is what a language model is asked."),
            }
        )
    )
    assert (one.check, one.severity, one.page_id, one.line) == (Check.DEFINED_DIFFERENTLY, Severity.ERROR, "b", 1)
    assert "'Token' (a): “A token is a piece of text" in one.message
    assert "admitted" in one.message


def test_pages_without_front_matter_that_share_a_title_and_differ(found):
    (one,) = of_names(
        found(
            {
                "a.md": "# Token\n\nA token is a piece of text that a language model reads as one unit.\n",
                "b.md": "# Token\n\nA token is whatever secret our billing server wants shown.\n",
            }
        )
    )
    assert (one.check, one.page_id) == (Check.DEFINED_DIFFERENTLY, "b")


def test_two_pages_that_define_a_term_alike_should_be_one(found):
    definition = "A token is a piece of text that a language model reads as one unit"
    (one,) = of_names(
        found({"a.md": entry("Token", definition + "."), "b.md": entry("Token", definition + " at a time.")})
    )
    assert one.check is Check.NAME_CLAIMED_TWICE
    assert "merge" in one.remedy


@pytest.mark.parametrize("rival", ["Retrieval", "Ragtime"])
def test_an_alias_claimed_twice(found, rival):
    (one,) = of_names(
        found(
            {
                "a.md": entry("Grounded answering", "Grounded answering quotes its sources.", "RAG, quoting"),
                "b.md": entry(rival, f"{rival} is something else by far.", "RAG"),
            }
        )
    )
    assert (one.check, one.severity, one.page_id) == (Check.NAME_CLAIMED_TWICE, Severity.WARNING, "b")
    assert "'RAG'" in one.message
    assert "leave 'RAG' with one" in one.remedy


def test_an_alias_that_is_the_name_of_another_page(found):
    (one,) = of_names(
        found(
            {
                "a.md": entry("Machine learning", "Machine learning fits a model to data.", "Embedding"),
                "b.md": entry("Embedding", "An embedding is a vector that stands for a text."),
            }
        )
    )
    assert (one.check, one.page_id) == (Check.NAME_CLAIMED_TWICE, "a")
    assert "aliases" in one.remedy


def test_names_that_only_look_alike(found):
    findings = found(
        {
            "a.md": entry("Container", "A container is a package of a program."),
            "b.md": entry("Containerization", "Containerization is the packing of programs."),
            "c.md": entry("HTTP", "HTTP is how pages are asked for."),
            "d.md": entry("HTTPS", "HTTPS is that, encrypted."),
        }
    )
    assert of_names(findings) == []


def test_names_may_have_the_same_initials(found):
    findings = found(
        {
            "a.md": "# Continuous delivery\n\nContinuous delivery is that every change can be shipped. CD takes tests.\n",
            "b.md": entry("Continuous deployment", "Continuous deployment is that every change is shipped.", "CD"),
        }
    )
    assert of_names(findings) == []
