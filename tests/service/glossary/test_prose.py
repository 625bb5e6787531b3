"""What a page says, as the parts that a template shows."""

from __future__ import annotations

import pytest

from service.glossary.addresses import Addresses
from service.glossary.prose import Code, Listing, Paragraph, Prose, Table
from tests.fakes import GLOSSARY, ingest_folder, open_snapshot, write_pages

PAGE = """---
title: Widget
aliases: [ANN, gadget]
definition: A widget is a small part of a page.
---

# Widget

See https://example.com/a_(b), (https://example.com/c). Not javascript:alert(1) and not ftp://x.example/.

## Steps

3. Take softmax.
   - Inner softmaxes.
   - Second inner item.
4. Done.

## Data

| a | b |
|---|---|
| 1 | 2 |

```
x =  1
```

## Questions and answers

### What for?

For the transformer, and ann is a name.

## Empty heading
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prose")
    ingest_folder(folder / "var", write_pages(folder / "pages", GLOSSARY | {"widget.md": PAGE}))
    return open_snapshot(folder / "var")


def prose(snapshot, slug):
    term = snapshot.glossary.get(slug)[0]
    page = snapshot.catalog.page(term.collection, term.page_id)
    return Prose(term, page, snapshot.glossary, Addresses.served(snapshot.glossary.terms, None))


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def links(pieces):
    return [(piece.text, piece.address) for piece in pieces if piece.address]


def test_chapters_keep_the_order_and_depth_of_the_page(snapshot):
    chapters = prose(snapshot, "widget").chapters()
    assert [(chapter.level, chapter.heading) for chapter in chapters] == [
        (2, ""), (2, "Steps"), (2, "Data"), (2, "Questions and answers"), (3, "What for?"),
    ]  # fmt: skip  # the first heading is the title, the last stands above nothing


def test_the_definition_is_not_said_twice(snapshot):
    found = prose(snapshot, "widget")
    assert text_of(found.definition) == "A widget is a small part of a page."
    said = [
        text_of(part.pieces) for chapter in found.chapters() for part in chapter.parts if isinstance(part, Paragraph)
    ]
    assert not any("small part" in one for one in said)


def test_what_stands_before_a_definition_stays(tmp_path):
    text = "Many ask this. A gizmo is a small thing. It is handy."
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", {"gizmo.md": f"# What is a gizmo?\n\n{text}\n"}))
    found = prose(open_snapshot(tmp_path / "var"), "gizmo")
    assert text_of(found.definition) == "A gizmo is a small thing."
    (paragraph,) = found.chapters()[0].parts
    assert text_of(paragraph.pieces) == text


def test_only_web_addresses_become_links(snapshot):
    paragraph = prose(snapshot, "widget").chapters()[0].parts[0]
    assert links(paragraph.pieces) == [
        ("https://example.com/a_(b)", "https://example.com/a_(b)"),
        ("https://example.com/c", "https://example.com/c"),
    ]
    assert text_of(paragraph.pieces).endswith("Not javascript:alert(1) and not ftp://x.example/.")


def test_lists_keep_their_numbers_and_their_depth(snapshot):
    (listing,) = prose(snapshot, "widget").chapters()[1].parts
    assert isinstance(listing, Listing)
    assert listing.first == 3
    assert [text_of(item.pieces) for item in listing.items] == ["Take softmax.", "Done."]
    below = listing.items[0].below
    assert below.first is None
    assert [text_of(item.pieces) for item in below.items] == ["Inner softmaxes.", "Second inner item."]


def test_tables_and_code(snapshot):
    table, code = prose(snapshot, "widget").chapters()[2].parts
    assert table == Table("", ("a", "b"), (("1", "2"),))
    assert code == Code("x =  1")


def test_the_first_mention_of_another_term_is_a_link(snapshot):
    chapters = prose(snapshot, "widget").chapters()
    mentioned = [
        link
        for chapter in chapters
        for part in chapter.parts
        if isinstance(part, Paragraph | Listing)
        for pieces in ([part.pieces] if isinstance(part, Paragraph) else [item.pieces for item in part.items])
        for link in links(pieces)
        if link[1].startswith("glossary/")
    ]
    assert mentioned == [("softmax", "glossary/softmax"), ("transformer", "glossary/transformer")]


def test_a_plural_is_linked_whole_and_a_term_never_to_itself(snapshot):
    found = prose(snapshot, "lead-capture")
    assert links(found.pieces("Many transformers. Lead captures.")) == [("transformers", "glossary/transformer")]


def test_a_short_name_in_capitals_is_met_in_capitals_alone(snapshot):
    found = prose(snapshot, "softmax")
    assert links(found.pieces("Ask Ann.")) == []
    assert links(found.pieces("Use ANN.")) == [("ANN", "glossary/widget")]


def test_no_character_is_lost(snapshot):
    found = prose(snapshot, "softmax")
    said = "İ a transformer, <b>https://e.example/?a=1&b=2</b> — transformer's attention mechanism!"
    assert text_of(found.pieces(said)) == said
