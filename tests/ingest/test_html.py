import pytest

from content.model import BlockKind
from ingest.extract import Format, extract
from ingest.extract.encoding import decode
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
        ("paragraph", "A heat map"),
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


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffé".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        (b'<meta charset="iso-8859-1"><p>\x80\xe9', '<meta charset="iso-8859-1"><p>€é'),
        (
            b'<?xml version="1.0" encoding="shift_jis"?>\x93\x8c',
            '<?xml version="1.0" encoding="shift_jis"?>東',
        ),
        (b"<meta charset=nonsense>\xc3\xa9", "<meta charset=nonsense>é"),
        (b"plain \xe9", "plain é"),
    ],
)
def test_encodings(data, text):
    assert decode(data, html=True) == text


def test_headings_keep_their_kind():
    (draft,) = extract_html("<body><h2>A</h2><p>b</p>")
    assert [block.kind for block in draft.blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
