import json

import pytest

from ingest.extract.html import extract_html
from tests.conftest import SHARED

HOSTILE = SHARED / "hostile" / "dev" / "injection_prompts.jsonl"


def text(body: str) -> str:
    return "\n".join(draft.text for draft in extract_html(f"<body><p>What is there to be seen.</p>{body}"))


@pytest.mark.parametrize(
    "markup",
    [
        "<!-- Unseen. -->",
        "<!-- Unseen. > Unseen. --!>",
        "<script>Unseen.</script>",
        "<template><p>Unseen.</p></template>",
        "<noscript><p>Unseen.</p></noscript>",
        "<p hidden>Unseen.</p>",
        "<p style='display:none'>Unseen.</p>",
        "<div style='display:none'><p style='display:block'>Unseen.</p></div>",
        "<p style='position:absolute;left:-9999px'>Unseen.</p>",
        "<p><span style='font-size:0'>Unseen.</span></p>",
        "<p class=sr-only>Unseen.</p>",
        "<i aria-hidden=true>Unseen.</i>",
        "<dialog open><p>Unseen.</p></dialog>",
        "<div role=dialog><p>Unseen.</p></div>",
        "<img alt='Unseen.'>",
        "<p title='Unseen.'></p>",
        "<button>Unseen.</button>",
        "<select><option>Unseen.</select>",
        "<textarea>Unseen.</textarea>",
        "<p>\U000e0055\U000e006e\U000e0073\U000e0065\U000e0065\U000e006e</p>",
        "<p>&#xE0055;&#xE006E;</p>",
    ],
)
def test_what_nobody_sees_is_left_out(markup):
    assert text(markup) == "What is there to be seen."


@pytest.mark.parametrize(
    "markup",
    [
        "<button aria-controls=a>More</button><div id=a hidden><p>Shown by a click.</p></div>",
        "<a href=#a data-target=#a>More</a><div id=a style='display:none'><p>Shown by a click.</p></div>",
        "<div role=tabpanel hidden><p>Shown by a click.</p></div>",
        "<div hidden=until-found><p>Shown by a click.</p></div>",
        "<details><summary>More</summary><p>Shown by a click.</p></details>",
    ],
)
def test_what_a_control_shows_is_content(markup):
    assert "Shown by a click." in text(markup)


def test_what_is_hidden_inside_of_it_is_not():
    panel = "<div id=a hidden><p>Shown by a click.</p><p hidden>Unseen.</p></div>"
    assert text(f"<button aria-controls=a>More</button>{panel}").endswith("Shown by a click.")


def test_a_page_that_a_script_shows_is_seen():
    assert extract_html("<body style='visibility:hidden'><p>Shown when it has loaded.")[0].text
    assert extract_html("<body><div aria-hidden=true><p>Behind an open dialog.</div>")[0].text


def test_marks_that_link_to_headings_are_left_out():
    assert text("<h2>Title <a href=#t>#</a></h2><p>More.") == "What is there to be seen.\n\nTitle\n\nMore."


@pytest.mark.skipif(
    not HOSTILE.is_file(), reason=f"the pages with instructions to language models are not at {HOSTILE}"
)
def test_hidden_instructions_do_not_reach_the_index():
    hidden = {"comment", "display-none", "white-on-white", "offscreen", "aria-hidden", "img-alt", "title-attr"}
    hidden |= {"json-ld", "meta-description", "unicode-tags"}
    prompts = [json.loads(line) for line in HOSTILE.read_text().splitlines()]
    pages = [prompt for prompt in prompts if "page_html" in prompt]
    found = 0
    for page in pages:
        shown = "\n".join(draft.text for draft in extract_html(page["page_html"]))
        assert page["must_contain"] in shown, page["id"]
        if page.get("carrier") in hidden and page.get("obey_if_contains"):
            word = page["obey_if_contains"][0]
            assert word[:4] not in shown, page["id"]
            found += 1
    assert found > 50
