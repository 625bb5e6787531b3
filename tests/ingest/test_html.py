import pytest

from content.model import BlockKind
from ingest.extract import Format, extract
from ingest.extract.html import extract_html

PAGE = """<!doctype html><html lang=en><head><title>Attention – Site</title>
<link rel=canonical href="https://x.example/attention"><script>var x = 1</script><style>p{}</style></head>
<body><header>Site name</header><nav><ul><li><a href=/>Home</a></ul></nav>
<main><h1>Attention</h1>
<p>Attention <b>weighs</b>
   its input.<br>In a new line.</p><p style="display:none">Hidden.</p><div hidden>Hidden too.</div><!-- comment -->
<h2 id=how>How does it work?<a class=headerlink href=#how>¶</a></h2>
<p>It compares.</p><ol start=3><li>Third<li><p>Fourth</p><ul><li>inner</ul></ol>
<pre><code>a = 1
b = 2</code></pre>
<table><tr><th>a<th>b<tr><td>1<td>2</table>
<dl><dt>Key<dd>What is compared.</dl>
<details><summary>Why?</summary>Because.</details>
<figure><img alt="A heat map"><figcaption>Figure 1</figcaption></figure>
</main><aside>Ads</aside><footer>© Site</footer></body></html>"""


def blocks(draft):
    return [(block.kind.value, draft.text[block.start : block.end]) for block in draft.blocks]


def test_main_content_as_readable_text():
    (draft,) = extract_html(PAGE)
    assert draft.title == "Attention"
    assert draft.url == "https://x.example/attention"
    assert blocks(draft) == [
        ("paragraph", "Attention weighs its input.\nIn a new line."),
        ("heading", "How does it work?"),
        ("paragraph", "It compares."),
        ("item", "Third"),
        ("item", "Fourth"),
        ("item", "inner"),
        ("code", "a = 1\nb = 2"),
        ("table", "a | b\n1 | 2"),
        ("item", "Key: What is compared."),
        ("heading", "Why?"),
        ("paragraph", "Because."),
        ("paragraph", "Figure 1"),
    ]
    assert draft.blocks[1].anchor == "how"
    assert "3. Third\n4. Fourth\n  - inner" in draft.text


def test_without_main_the_body_counts_but_not_what_surrounds_it():
    (draft,) = extract_html("<body><nav>Menu</nav><div><p>Text.</div><footer>Foot</footer>")
    assert draft.text == "Text."


def test_text_between_blocks_is_kept():
    (draft,) = extract_html("<body>Loose <i>text</i> <div>block</div> tail")
    assert draft.text == "Loose text\n\nblock\n\ntail"


def glossary(entries: str) -> list:
    return extract_html(f"<body><h1>Glossary</h1><p>Intro.</p><dl>{entries}</dl>")


ENTRIES = "".join(
    f"<dt id=t{i}>term {i}<dd><p>The meaning of term number {i}.</p><p>More on {i}.</p>" for i in range(6)
)


def test_a_glossary_on_one_page_has_a_draft_an_entry():
    drafts = glossary(ENTRIES)
    assert [draft.title for draft in drafts] == [f"term {i}" for i in range(6)]
    assert drafts[2].anchor == "t2"
    assert drafts[2].text[slice(*drafts[2].entry.definition)] == "The meaning of term number 2."


def test_entries_that_only_refer_are_aliases():
    drafts = glossary(ENTRIES + "<dt>other name<dd>See <a href='#t3'>term 3</a>.<dt id=x>another<dd>See: term 4")
    assert len(drafts) == 6
    assert drafts[3].entry.aliases == ("other name",)
    assert drafts[4].entry.aliases == ("another",)


def test_several_names_for_one_definition():
    drafts = glossary(ENTRIES + "<dt id=a>one<dt>two<dd>Both.")
    assert (drafts[-1].title, drafts[-1].entry.aliases) == ("one", ("two",))


def test_a_definition_list_in_prose_is_no_glossary():
    (draft,) = extract_html(f"<body><p>{'Long prose. ' * 80}</p><dl>{ENTRIES}</dl>")
    assert draft.title is None


@pytest.mark.parametrize(
    "name", ["glossary_python/raw/python_glossary.html", "glossary_postgres/raw/postgres_glossary.html"]
)
def test_real_one_page_glossaries(evaldata, name):
    drafts = extract((evaldata / name).read_bytes(), Format.HTML)
    assert len(drafts) > 100
    assert all(draft.anchor and draft.entry and draft.text for draft in drafts)
    assert not any("¶" in draft.title or draft.title.endswith("#") for draft in drafts)


def test_headings_keep_their_kind():
    (draft,) = extract_html("<body><h2>A</h2><p>b</p>")
    assert [block.kind for block in draft.blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_a_page_that_is_only_its_title_says_that():
    (draft,) = extract_html("<h1>Osk ratio</h1>")
    assert draft.text == "Osk ratio"


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li"])
def test_nesting_without_end_is_read_all_the_same(tag):
    (draft,) = extract_html(f"<{tag}>" * 3000 + "Far inside.")
    assert draft.text.endswith("Far inside.")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Latency | Site</title>", "Latency | Site"),
        ('<title>Latency | Site</title><meta property="og:title" content="Latency">', "Latency"),
        ("<title>Latency | Site</title><body><h1>Site</h1><h1>Latency</h1>", "Site"),
        ("<title>Latency – Page</title><body><h1>My Site</h1><h1>Latency</h1>", "Latency"),
        ("<body><h1>Only one</h1>", "Only one"),
        ("<p>None.", None),
    ],
)
def test_titles(head, title):
    (draft,) = extract_html(f"{head}<p>A text that says something.")
    assert draft.title == title


def test_a_picture_is_read_where_it_stands_in_a_line():
    (draft,) = extract_html("<p>The sum <img alt='a+b'> is meant.<p><img alt='A photo of a sum'><p>Text.")
    assert draft.text == "The sum a+b is meant.\n\nText."


def test_invisible_characters_written_as_references_are_left_out():
    (draft,) = extract_html("<p>w&#8203;ord &#xE0041;&#xE0042;s")
    assert draft.text == "word s"


def test_a_table_has_its_caption():
    (draft,) = extract_html("<p>Text.<table><caption>Table 1: Sizes</caption><tr><th>a<th>b<tr><td>1<td>2</table>")
    assert ("table", "Table 1: Sizes\na | b\n1 | 2") in blocks(draft)


def test_a_table_of_long_texts_is_no_table():
    long = "A sentence of the article in the right column. " * 30
    (draft,) = extract_html(f"<table><tr><td><p>Left<td><p>{long}<p>Second.</table>")
    assert [kind for kind, _ in blocks(draft)] == ["paragraph"] * 3


def test_notes_beside_the_text_are_part_of_it():
    (draft,) = extract_html(
        "<main><p>The text goes on for a sentence or two, as texts do on pages like this one.</p>"
        "<aside class='admonition note'><p>Mind the gap.</p></aside><aside><p>Buy now.</p></aside></main>"
    )
    assert "Mind the gap." in draft.text
    assert "Buy" not in draft.text


def test_definitions_that_go_on_have_headings_to_link_to():
    (draft,) = extract_html(
        "<h1>Module</h1><p>What it does.<dl><dt id=open>open(name)<dd><p>Opens it.</p><pre>open('a')</pre>"
        "<dl><dt id=close>close()<dd><p>Closes.</p><p>Again.</p></dl><dt>flag<dd>A switch.</dl>"
    )
    assert blocks(draft) == [
        ("paragraph", "What it does."),
        ("heading", "open(name)"),
        ("paragraph", "Opens it."),
        ("code", "open('a')"),
        ("item", "close(): Closes. Again."),
        ("item", "flag: A switch."),
    ]
    assert draft.blocks[1].anchor == "open"


def test_the_definition_that_a_page_begins_with():
    (draft,) = extract_html("<h1>Latency</h1><p><b>Quick definition:</b> The time between two events.<p>More text.")
    assert draft.text[slice(*draft.entry.definition)] == "The time between two events."
    assert draft.blocks[0].kind is BlockKind.DEFINITION


# Glossaries on one page


def test_what_stands_around_a_glossary_is_a_page_of_its_own():
    prose = "<p>This glossary explains what is said here. " + "It goes on with another sentence. " * 8
    drafts = extract_html(f"<h1>Glossary</h1>{prose}<dl>{ENTRIES * 3}</dl>")
    assert drafts[-1].anchor is None
    assert drafts[-1].title == "Glossary"
    assert drafts[-1].text.startswith("This glossary explains")
    assert "meaning of term" not in drafts[-1].text


def test_a_glossary_without_anchors():
    drafts = glossary("".join(f"<dt>Word {i}<dd>The meaning of word {i}, in so many words." for i in range(6)))
    assert [draft.anchor for draft in drafts] == [f"word-{i}" for i in range(6)]


@pytest.mark.parametrize(
    "entry",
    [
        "<dt id=f{i}>open(name{i})<dd>Opens the file of that name and returns it.",
        "<dt id=f{i} class='sig sig-object'>class Reader{i}<dd>Reads what there is to read.",
        "<dt id=f{i}><code>--verbose{i}</code><dd>Says more than it would.",
        "<dt id=f{i}>How many are {i}?<dd>As many as there are, and no more.",
        "<dt id=f{i}>Entry {i}<dd><a href='/{i}'>Chapter {i}</a>, <a href='/{i}/b'>Section {i}</a>",
    ],
)
def test_lists_that_are_no_glossary(entry):
    drafts = glossary("".join(entry.format(i=i) for i in range(8)))
    assert len(drafts) == 1


def test_links_are_kept_but_for_those_to_places_of_the_page():
    text = "These words are here so that there is something to be read on the page, and they go on for a while. " * 2
    (draft,) = extract_html(
        f"<title>T</title><nav><a href='menu.html'>Menu</a></nav><main><h2 id='top'>Heading</h2>"
        f"<p>{text} <a href=' other.html#x '>other</a> <a href='#top'>up</a> <a href='#gone'>gone</a></p>"
        f"<ul><li>{text} <a href='javascript:go()'>go</a> <a href='third.html'>third</a></ul></main>"
    )
    starts = [block.start for block in draft.blocks]
    assert [(starts.index(link.start), link.target) for link in draft.links] == [
        (1, "#gone"),
        (1, "other.html#x"),
        (2, "third.html"),
    ]
