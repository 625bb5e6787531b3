"""The glossary on the page around: what is marked, what is not, and how it is reached by mouse, touch and keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import until

TERMS = [
    {"slug": "embedding", "name": "Embedding", "aliases": ["text vector"], "definition": "Numbers that stand for a text.",
     "url": "https://docs.example/embedding", "collection": "default"},
    {"slug": "index", "name": "Vector index", "aliases": [], "definition": "Keeps vectors near their neighbours.",
     "url": None, "collection": "default"},
    {"slug": "rag", "name": "RAG", "aliases": [], "definition": "Answers from what was found.", "url": None,
     "collection": "default"},
]  # fmt: skip
MARKED = "[...(CSS.highlights.get('glossator-term') ?? [])].map((range) => range.toString())"


@pytest.fixture(autouse=True)
def _terms(script):
    script.terms = list(TERMS)


def marked(page: Page) -> None:
    """Wait until the terms of the page are marked; it is read in pieces."""
    until(page, lambda: page.evaluate(MARKED), ["embedding", "vector index", "embedding"])


def middle(page: Page, index: int) -> tuple[float, float]:
    """Return the middle of a marked term on the screen."""
    x, y = page.evaluate(
        "(i) => { const { x, y, width, height } = [...CSS.highlights.get('glossator-term')][i].getBoundingClientRect();"
        " return [x + width / 2, y + height / 2]; }",
        index,
    )
    return x, y


def test_the_first_of_each_section_and_nothing_but_prose(open_page, hosts):
    watched = open_page(f"{hosts}/glossary")
    page = watched.page
    before = page.locator("main").evaluate("(main) => main.outerHTML")
    marked(page)
    assert page.locator("main").evaluate("(main) => main.outerHTML") == before
    assert watched.shifts() == []
    assert watched.faults == []
    assert watched.violations() == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Text vectors and EMBEDDINGS.</p>", ["Text vectors"]),
        ("<p>A rag and a RAG.</p>", ["RAG"]),
        ("<p>A vector. Index it.</p>", []),
        ("<p>The vector-index, the vector\nindex.</p>", ["vector-index"]),
        ("<p>unembedding embeddingly</p>", []),
        ("<nav>Embedding</nav><footer>RAG</footer><p hidden>Embedding</p><p style='display:none'>RAG</p>", []),
        ("<p contenteditable>Embedding</p><textarea>RAG</textarea><p data-glossary=off>vector index</p>", []),
        ("<pre>Embedding</pre><button>RAG</button><h3>Vector index</h3><dfn>Embedding</dfn>", []),
    ],
)
def test_what_is_a_name(open_page, hosts, body, found):
    page = open_page(f"{hosts}/glossary").page
    marked(page)
    page.evaluate("(body) => { document.querySelector('main').innerHTML = body; }", body)
    page.wait_for_function(f"JSON.stringify({MARKED}) === JSON.stringify({found})")


def test_a_mouse(open_page, hosts):
    watched = open_page(f"{hosts}/glossary", reduced_motion="reduce")
    page = watched.page
    marked(page)
    page.mouse.move(*middle(page, 0))
    card = page.get_by_role("dialog", name="Embedding")
    expect(card).to_contain_text("Numbers that stand for a text.")
    expect(card.get_by_role("link", name="Read more")).to_have_attribute("href", "https://docs.example/embedding")
    assert watched.violations() == []
    box = card.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.mouse.move(600, 700)
    expect(card).to_be_hidden()
    page.mouse.move(*middle(page, 1))
    page.get_by_role("button", name="Ask about this").click()
    expect(page.get_by_role("log")).to_contain_text("What is Vector index?")
    assert watched.shifts() == []


def test_touch(open_page, hosts):
    page = open_page(f"{hosts}/glossary", has_touch=True).page
    marked(page)
    page.touchscreen.tap(*middle(page, 0))
    card = page.get_by_role("dialog", name="Embedding")
    expect(card).to_be_visible()
    page.touchscreen.tap(600, 700)
    expect(card).to_be_hidden()


def test_a_keyboard(open_page, hosts):
    watched = open_page(f"{hosts}/glossary", reduced_motion="reduce")
    page = watched.page
    marked(page)
    bar = page.get_by_role("toolbar", name="Glossary terms on this page")
    terms = bar.get_by_role("button")
    expect(terms).to_have_count(3)
    for _ in range(4):
        page.keyboard.press("Tab")
        if terms.first.evaluate("(button) => button.matches(':focus')"):
            break
    expect(terms.first).to_be_focused()
    assert watched.violations() == []
    until(page, lambda: page.evaluate("[...CSS.highlights.get('glossator-current')].map(String)"), ["embedding"])
    page.keyboard.press("ArrowRight")
    expect(terms.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Vector index")
    expect(card).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(terms.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    until(page, lambda: page.evaluate("CSS.highlights.has('glossator-current')"), False)


def test_terms_as_links(open_page, hosts):
    page = open_page(f"{hosts}/links").page
    page.route("https://docs.example/**", lambda route: route.fulfill(body="<title>The term</title>"))
    marked(page)
    page.mouse.click(*middle(page, 0))
    page.wait_for_url("https://docs.example/embedding")


def test_it_is_off_unless_it_is_asked_for(open_page, hosts):
    watched = open_page(f"{hosts}/plain")
    watched.page.locator("glossator-chat .toggle").wait_for()
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("CSS.highlights.size") == 0
    assert not any("/v1/terms" in url for url in watched.requests)


def test_a_long_page_is_read_in_pieces(open_page, hosts):
    watched = open_page(f"{hosts}/glossary")
    page = watched.page
    marked(page)
    page.evaluate(
        """() => {
          const words = ['embedding', 'of', 'words', 'in', 'a', 'vector', 'index', 'keeps', 'RAG', 'near'];
          const text = Array.from({ length: 100 }, (_, i) => words[(i * 7) % 10]).join(' ');
          const main = document.createElement('main');
          for (let i = 0; i < 500; i++) {
            const paragraph = document.createElement('p');
            paragraph.textContent = text;
            if (i % 10 === 0) main.append(Object.assign(document.createElement('h2'), { textContent: 'Part' }));
            main.append(paragraph);
          }
          document.querySelector('main').replaceWith(main);
        }"""
    )
    page.wait_for_function("CSS.highlights.get('glossator-term').size > 90")
    assert page.evaluate("performance.getEntriesByName('glossator-term', 'measure').length") >= 2
