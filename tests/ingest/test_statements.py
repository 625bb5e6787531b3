import json

import pytest

from content.model import BlockKind, Page
from ingest.extract.html import extract_html


def page(stated: object, body: str, head: str = "") -> list:
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    return extract_html(f"<!doctype html><head>{head}{script}</head><body>{body}")


def question(name: str, answer: str) -> dict:
    return {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": answer}}


def faq(*questions: dict) -> dict:
    return {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": list(questions)}


def answers(draft) -> dict[str, str]:
    sections = Page("default", "p", "P", None, draft.text, draft.blocks).sections()
    return {
        section.question: draft.text[section.blocks[0].start : section.blocks[-1].end]
        for section in sections
        if section.question and section.blocks
    }


COST, TRAIN = (
    question("What does it cost?", "Nothing at all."),
    question("Must I train it?", "<p>No, <b>never</b>.</p>"),
)


def test_answers_that_the_page_does_not_show():
    (draft,) = page(faq(COST, TRAIN), "<h1>Help</h1><p>We help.</p>")
    assert draft.text.startswith("We help.")
    assert answers(draft) == {"What does it cost?": "Nothing at all.", "Must I train it?": "No, never."}


def test_answers_that_it_shows_are_there_once():
    body = "<p>We help.</p><div>What does it cost?</div><div>Nothing at all.</div>"
    (draft,) = page(faq(COST), body)
    assert draft.text.count("Nothing at all.") == 1
    assert answers(draft) == {"What does it cost?": "Nothing at all."}


def test_an_answer_stands_under_its_question_on_the_page():
    body = "<h1>Help</h1><p>We help.</p><h2>What does it cost?</h2><h2>Contact</h2><p>Write to us.</p>"
    (draft,) = page({"@graph": [{"@type": "WebPage"}, faq(COST)]}, body)
    assert answers(draft) == {"What does it cost?": "Nothing at all."}
    assert draft.text.endswith("Write to us.")


def test_questions_in_microdata():
    (draft,) = extract_html(
        "<p>We help.</p><div itemscope itemtype='https://schema.org/FAQPage'>"
        "<div itemprop=mainEntity itemscope itemtype='https://schema.org/Question'><span itemprop=name>How?</span>"
        "<div itemprop=acceptedAnswer itemscope itemtype='https://schema.org/Answer'><p itemprop=text>So.</p></div></div>"
    )
    assert answers(draft) == {"How?": "So."}


@pytest.mark.parametrize(
    "markup",
    [
        "<details><summary>{q}</summary>{a}</details>",
        "<button aria-expanded=false aria-controls=a{i}>{q}</button><div id=a{i} hidden>{a}</div>",
        "<h3><button>{q}</button></h3><p>{a}</p>",
        "<div class=faq-question>{q}</div><div>{a}</div>",
        "<p><strong>{q}</strong></p><p>{a}</p>",
        "<dl><dt>{q}</dt><dd>{a}</dd></dl>",
        "<ul><li><h4>{q}</h4><p>{a}</p></li></ul>",
    ],
)
def test_questions_that_nothing_is_stated_of(markup):
    said = {f"Is this number {i}?": f"It is number {i}, as it says." for i in range(3)}
    blocks = "".join(markup.format(q=q, a=a, i=i) for i, (q, a) in enumerate(said.items()))
    (draft,) = extract_html(f"<h1>Help</h1><p>An introduction to the answers below.</p>{blocks}")
    assert answers(draft) == said


def test_a_sentence_that_asks_is_no_heading():
    (draft,) = extract_html("<p>Some text.</p><p>But is it true?</p><p>It is.</p>")
    assert all(block.kind is BlockKind.PARAGRAPH for block in draft.blocks)


def term(name: str, definition: str, **more: object) -> dict:
    return {"@type": "DefinedTerm", "name": name, "description": definition, **more}


LATENCY = term("Latency", "Latency is the time between two events.", alternateName=["lag", "delay"])


def test_a_page_of_one_term():
    body = "<h1>What is latency?</h1><p>Intro.</p><p>Latency is the time between two events.</p>"
    (draft,) = page(LATENCY, body)
    assert (draft.title, draft.entry.aliases) == ("Latency", ("lag", "delay"))
    assert draft.text[slice(*draft.entry.definition)] == "Latency is the time between two events."
    assert [block.kind for block in draft.blocks] == [BlockKind.PARAGRAPH, BlockKind.DEFINITION]


def test_a_definition_that_the_page_does_not_show_comes_first():
    (draft,) = page(LATENCY, "<h1>Latency</h1><p>Waiting is no fun.</p>")
    assert draft.text == "Latency is the time between two events.\n\nWaiting is no fun."
    assert draft.blocks[0].kind is BlockKind.DEFINITION


def test_a_term_that_the_page_only_mentions_is_not_its_own():
    (draft,) = page(LATENCY, "<h1>Our company</h1><p>We hate waiting.</p>")
    assert draft.entry is None


TERMS = [term(f"Word {i}", f"Word {i} is the word with the number {i}.", url=f"#w{i}") for i in range(6)]


def test_a_set_of_terms_is_a_glossary():
    shown = "".join(f"<h3 id=x{i}>Word {i}</h3><p>Number {i} and more.</p>" for i in range(5))
    drafts = page({"@type": "DefinedTermSet", "hasDefinedTerm": TERMS}, f"<h1>Words</h1><p>All words.</p>{shown}")
    assert [draft.title for draft in drafts] == [f"Word {i}" for i in range(6)]
    assert [draft.anchor for draft in drafts] == ["x0", "x1", "x2", "x3", "x4", "w5"]
    assert drafts[1].text == "Word 1 is the word with the number 1.\n\nNumber 1 and more."
    assert drafts[5].text == "Word 5 is the word with the number 5."


def test_a_definition_list_says_more_than_statements():
    listed = "".join(f"<dt id=x{i}>Word {i}<dd>What is said of word {i} in the list." for i in range(6))
    drafts = page({"hasDefinedTerm": TERMS}, f"<h1>Words</h1><dl>{listed}</dl>")
    assert [draft.text for draft in drafts] == [f"What is said of word {i} in the list." for i in range(6)]


def test_hidden_microdata_is_hidden():
    hidden = "<p itemprop=name>Latency</p><p itemprop=description>Latency is not what you think.</p>"
    (draft,) = extract_html(
        f"<h1>Latency</h1><p>Text.<div hidden itemscope itemtype='https://schema.org/DefinedTerm'>{hidden}</div>"
    )
    assert (draft.text, draft.entry) == ("Text.", None)


def test_terms_of_other_pages_are_theirs():
    others = [{**stated, "url": f"https://x.example/{i}"} for i, stated in enumerate(TERMS)]
    (draft,) = page(others, "<p>A list of words.", '<link rel=canonical href="https://x.example/words">')
    assert draft.text == "A list of words."


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[" * 100_000,
        '"text"',
        '{"@type": 3}',
        '{"@type": "Question", "name": {}}',
        '{"@type": "Question", "name": "\\ud800", "acceptedAnswer": {"text": "<style>x</style>"}}',
        "",
    ],
)
def test_what_is_not_well_formed_is_not_stated(script):
    (draft,) = extract_html(f'<script type="application/ld+json">{script}</script><p>Text.')
    assert draft.text == "Text."
