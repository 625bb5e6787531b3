import pytest

from content.errors import PageError
from content.model import BlockKind
from ingest.extract.markdown import extract_markdown


def read(source: str):
    (draft,) = extract_markdown(source)
    return draft


def blocks(source: str) -> list[tuple[str, str]]:
    draft = read(source)
    return [(block.kind.value, draft.text[block.start : block.end]) for block in draft.blocks]


def test_structure_becomes_readable_text():
    source = """# Title

A **bold** and *soft* [link](https://x.example) with `code` and
a soft break.

## Steps {#how}

1. First
2. Second
   - inner

| a | b |
|---|---|
| 1 | 2 |

```python
x = "[not](a link)"
```

> Quoted.
"""
    draft = read(source)
    assert draft.title == "Title"
    assert blocks(source) == [
        ("paragraph", "A bold and soft link with code and a soft break."),
        ("heading", "Steps"),
        ("item", "First"),
        ("item", "Second"),
        ("item", "inner"),
        ("table", "a | b\n1 | 2"),
        ("code", 'x = "[not](a link)"'),
        ("paragraph", "Quoted."),
    ]
    assert draft.blocks[1].anchor == "how"
    assert "1. First\n2. Second\n  - inner" in draft.text


def test_numbers_of_lists_are_those_of_the_source():
    assert "3. three\n4. four" in read("# T\n\n3. three\n4. four\n").text


def test_front_matter_makes_an_entry():
    draft = read(
        "---\ntitle: RAG\naliases: [retrieval-augmented generation]\ndefinition: RAG is a way\n  of answering.\n"
        "related: [grounding]\nurl: https://x.example/rag\nsources:\n  - {title: Paper, author: Lewis, year: 2020}\n"
        "---\n\nBody text.\n"
    )
    assert draft.title == "RAG"
    assert draft.url == "https://x.example/rag"
    assert draft.entry.aliases == ("retrieval-augmented generation",)
    assert draft.entry.related == ("grounding",)
    assert draft.text[slice(*draft.entry.definition)] == "RAG is a way of answering."
    assert draft.text == "RAG is a way of answering.\n\nBody text.\n\nSources\n\n- Lewis: Paper (2020)"


def test_a_body_that_begins_with_the_definition_does_not_say_it_twice():
    assert read("---\ndefinition: X is y.\n---\nX is y.\n\nMore.\n").text == "X is y.\n\nMore."


def test_broken_front_matter_is_told_with_its_line():
    with pytest.raises(PageError, match="line 3"):
        extract_markdown("---\ntitle: fine\n\tbad: x\n---\ntext")


def test_a_rule_at_the_top_is_no_front_matter():
    assert "not yaml" in read("---\nnot yaml\n---\n\n# T\n").text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('A {{< tip text="Pod" id="pod" >}} runs.', "A Pod runs."),
        ('An {{Glossary("API")}} and {{glossary(\'HTTP\', "web protocol")}}.', "An API and web protocol."),
        ("{{GlossarySidebar}}Text.", "Text."),
        ('Write `{{Glossary("API")}}` so.', 'Write {{Glossary("API")}} so.'),
    ],
)
def test_template_calls_are_shown_as_their_text(source, shown):
    assert read(f"# T\n\n{source}\n").text == shown


def test_names_with_underscores_stay_names():
    assert read("# T\n\nThe __init__ method, **really**.\n").text == "The __init__ method, really."


def test_html_inside_markdown():
    source = "# T\n\nGeneric List<T> and H<sub>2</sub>O<br>new line.\n\n<table><tr><td>a</td><td>b</td></tr></table>\n\n<!-- gone -->\n"
    assert read(source).text == "Generic List<T> and H2O\nnew line.\n\na | b"


def test_a_question_in_bold_heads_its_answer():
    assert blocks("# T\n\n**Why so?**\n\nBecause.\n")[0] == ("heading", "Why so?")


def test_the_first_heading_is_the_title_only_where_none_is_given():
    draft = read("---\ntitle: Given\n---\n# Other\n\nText.\n")
    assert draft.title == "Given"
    assert draft.blocks[0].kind is BlockKind.HEADING


def test_links_are_kept_with_the_block_in_which_they_stand():
    source = (
        "# T\n\n[b](b.md) and <https://example.com/x>, [mail](mailto:a@b.c), [search](/s?q=1), [in](/in;jsessionid=1).\n\n"
        "- one\n- [two](two.md#part)\n\n| x | y |\n|---|---|\n| [c](c.md) | `f[0](x)` |\n\n<p>Or <a href='d.html'>d</a></p>\n"
    )
    (draft,) = extract_markdown(source)
    assert [(draft.text[link.start :].split()[0], link.target) for link in draft.links] == [
        ("b", "b.md"),
        ("b", "https://example.com/x"),
        ("two", "two.md#part"),
        ("x", "c.md"),
        ("Or", "d.html"),
    ]
