import gzip
import importlib.util
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.model import BlockKind
from ingest.extract import Format, extract
from ingest.extract.html import extract_html

SENTENCE = "The harbour was closed for nine days after the storm, and the ferries lay idle. "
MENU = "<div class=top><a href=/>Home</a> <a href=/news>News</a> <a href=/shop>Shop</a></div>"
FOOT = "<div class=footer>© 2026 The Paper. <a href=/imprint>Imprint</a> <a href=/privacy>Privacy</a></div>"


def text(body: str, title: str = "Storm closes the harbour") -> str:
    (draft,) = extract_html(f"<!doctype html><head><title>{title}</title></head><body>{body}")
    return draft.text


def article(*inner: str) -> str:
    paragraphs = "".join(f"<p>{i}. {SENTENCE * 3}</p>" for i in range(4))
    return f"{MENU}<h1>Storm closes the harbour</h1><div class=story>{paragraphs}{''.join(inner)}</div>{FOOT}"


def test_an_article_without_what_surrounds_it():
    shown = text(article())
    assert shown.startswith("0. The harbour")
    assert shown.count("\n\n") == 3
    for furniture in ("Home", "Imprint", "©", "Storm closes"):
        assert furniture not in shown


@pytest.mark.parametrize(
    "link",
    [
        "<p>Related: <a href=/a>Ferries are back in the harbour</a></p>",
        "<ul><li><a href=/a>Ferries are back in the harbour</a><li><a href=/b>Ferries are back on Sunday</a></ul>",
        "<h3><a href=/a>Ferries are back in the harbour</a></h3>",
    ],
)
def test_links_to_other_articles_are_left_out(link):
    assert "Ferries are back" not in text(article(link))


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<ul><li>Nine days <b>closed</b>.<li>Three ferries.</ul>", "- Nine days closed.\n- Three ferries."),
        ("<dl><dt>Ferry<dd>A ship that comes back.</dl>", "- Ferry: A ship that comes back."),
        ("<div class=code><div class=hl><pre>sail(north)</pre></div></div>", "sail(north)"),
        ("<table><tr><th>Day<th>Wind<tr><td>One<td>Nine</table>", "Day | Wind\nOne | Nine"),
        ("<figure><img src=a.png><figcaption>Figure 2: The harbour.</figcaption></figure>", "Figure 2: The harbour."),
        ("<h2 id=why><a href=#why>Why it was closed</a></h2><p>It was the wind.</p>", "Why it was closed"),
        ("<p>Short.</p>", "Short."),
    ],
)
def test_what_belongs_to_a_text_stays_in_it(markup, shown):
    assert shown in text(article(markup, f"<p>{SENTENCE}</p>"))


CAPTIONS = [
    "<figure><img src=a.png><figcaption>The harbour in winter.</figcaption></figure>",
    "<figure><pre>sail()</pre><figcaption>The harbour in winter.</figcaption></figure>",
    "<div class=wp-caption><img src=a.png><p class=wp-caption-text>The harbour in winter.</p></div>",
]


@pytest.mark.parametrize("figure", CAPTIONS)
def test_captions_are_content_but_for_those_of_news(figure):
    inner = (figure, f"<p>{SENTENCE}</p>")
    news = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    assert "The harbour in winter." in text(article(*inner))
    assert "The harbour in winter." not in text(article(news, *inner))


def test_a_text_in_several_containers_is_read_to_its_end():
    part = "<div class=row><div class=body>{}</div></div><div class=ad><a href=/buy>Buy a boat</a></div>"
    paragraphs = "".join(part.format(f"<p>{i}. {SENTENCE * 4}</p>" * 2) for i in range(4))
    shown = text(f"{MENU}<h1>Storm</h1><article><div class=chunks>{paragraphs}</div></article>{FOOT}")
    assert shown.count("3. The harbour") == 2
    assert "Buy" not in shown


def test_a_definition_above_the_text_stays():
    lead = "<div class=hero><h1>Latency</h1><p>Latency is the time between a request and its answer.</p></div>"
    body = (
        f"{MENU}{lead}<div class=entry-content><h2>In plain words</h2><p>{SENTENCE * 5}</p><p>{SENTENCE * 5}</p></div>"
    )
    assert text(body, "Latency").startswith("Latency is the time between a request and its answer.")


def test_a_page_of_sections():
    cards = "".join(f"<div class=card><h3>Reason {i}</h3><p>It is good for {i}.</p></div>" for i in range(4))
    shown = text(
        f"<header><nav><a href=/>Home</a></nav></header><main><section><h1>Boats</h1><p>We build boats.</p>"
        f"<a href=/buy>Buy</a></section><section class=grid>{cards}</section></main><footer>© 2026</footer>",
        "Boats",
    )
    assert shown.startswith("We build boats.\n\nReason 0\n\nIt is good for 0.")
    assert shown.endswith("It is good for 3.")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>One line.", "One line."),
        ("One line without any markup", "One line without any markup"),
        ("<h1>Contact</h1><p>Main Street 1<br>Phone 123", "Main Street 1\nPhone 123"),
        ("<table><tr><td>1<td>2</table>", "1 | 2"),
        ("<ul><li><a href=/a>Alpha</a><li><a href=/b>Beta</a></ul>", "- Alpha\n- Beta"),
        ("<pre>code()</pre>", "code()"),
        ("<form><p>Only in a form.</p></form>", "Only in a form."),
        ("<div class='comments'><p>Only a comment.</p></div>", "Only a comment."),
        ("<main><nav>Menu</nav></main><p>Outside.", "Outside."),
        ("<header><p>Only in a header.<nav><a href=/>Home</a></nav></header>", "Only in a header."),
        ("<aside>Only beside it.</aside>", "Only beside it."),
    ],
)
def test_no_page_with_text_comes_out_empty(body, shown):
    assert text(body, "") == shown


@pytest.mark.parametrize("depth", [150, 300, 3000])
def test_what_is_nested_deeply_is_read(depth):
    inner = "<div>" * depth + f"<p>Deep. {SENTENCE}</p>" + "</div>" * depth
    shown = text(article(inner, f"<p>Last. {SENTENCE}</p>"))
    assert all(word in shown for word in ("0. The", "Deep. The", "Last. The"))


def test_offsets_index_the_text():
    (draft,) = extract_html(f"<body>{article('<ul><li>a b<li>c d</ul>')}")
    for block in draft.blocks:
        stretch = draft.text[block.start : block.end]
        assert stretch == stretch.strip()
        assert stretch


TAGS = "p div ul ol li dl dt dd table tr td pre h1 h2 a b span br img section main details summary button".split()
PIECES = st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + ["<a href=/x>", "<p hidden>"])
WORDS = st.sampled_from(["word ", "Is it? ", "It is. ", "&#x200b;", "<!--", "-->", "\n", "東京", "&lt;b&gt;"])


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | WORDS, max_size=40))
def test_any_markup_gives_blocks_in_order(pieces):
    for draft in extract_html("".join(pieces)):
        spans = [(block.start, block.end) for block in draft.blocks]
        assert spans == sorted(spans)
        assert all(draft.text[start:end].strip() for start, end in spans)
        between = zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(draft.text)], strict=True)
        assert all(not draft.text[end:start].strip(" \n-.0123456789") for end, start in between)


def test_headings_of_a_page_of_many_are_no_headline():
    sections = "".join(f"<h1>Part {i} of it</h1><p>{SENTENCE}</p>" for i in range(3))
    assert text(f"{MENU}<div class=body>{sections}</div>{FOOT}", "A page").startswith("Part 0 of it")


def test_braille_in_a_text_is_text():
    braille = "".join(map(chr, range(0x2800, 0x2900)))
    assert braille in text(article(f"<p>All there is: {braille}</p>"))


def test_headings_have_the_anchor_of_their_section():
    (draft,) = extract_html("<section id=why><h2>Why</h2><p>Because.</section><h2><a name=how></a>How</h2><p>So.")
    headings = [block for block in draft.blocks if block.kind is BlockKind.HEADING]
    assert [heading.anchor for heading in headings] == ["why", "how"]


def test_real_articles(evaldata):
    folder = evaldata / "html_extraction"
    if not folder.is_dir():
        pytest.skip(f"the articles are not at {folder}")
    spec = importlib.util.spec_from_file_location("score_extraction", evaldata / "score_extraction.py")
    scoring = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scoring)
    lines = (folder / "dev" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = []
    for page in map(json.loads, lines):
        html = gzip.decompress((folder / "dev" / page["path"]).read_bytes())
        pairs.append((page["text"], "\n".join(draft.text for draft in extract(html, Format.HTML))))
    assert scoring.score(pairs)["f1"] >= 0.97
