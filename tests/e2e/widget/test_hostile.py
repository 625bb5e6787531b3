"""Hostile strings, wherever content, visitors and site owners can put any: none runs, and no link leads anywhere odd."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import SHARED
from tests.e2e.widget.hosts import Host, hosting
from tests.e2e.widget.scripted import TEXT, Script, answer, citation, scripted, source

A_BATCH = 40
OWN = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "<javascript:alert(1)>", "vbscript:msgbox(1)",
    "[1](javascript:alert(1))", "![x](https://evil.example/x.png)", "file:///etc/passwd", "blob:https://a/b",
    "</style><script>alert(1)</script>", "red;background:url(javascript:alert(1))", "${alert(1)}", "{{alert(1)}}",
]  # fmt: skip
_TRAP = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'msgbox']) window[name] = (...given) => { __ran.push([name, String(given)]); };
"""
# Elements that we make ourselves; anything else was made of content. "style" attributes are ours alone (positions).
_LOOK = """() => {
  const ours = new Set('A ARTICLE ASIDE B BLOCKQUOTE BUTTON CAPTION CODE DETAILS DIALOG DIV EM FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER IFRAME IMG INPUT KBD LABEL LI MAIN MARK NAV OL P PRE SECTION SPAN STRONG SUMMARY TABLE TBODY TD TEXTAREA TH THEAD TR UL path svg'.split(' '));
  const chat = document.querySelector('glossator-chat');
  const root = chat ? chat.shadowRoot : document.body;
  const found = [];
  for (const one of root.querySelectorAll('*')) {
    if (!ours.has(one.tagName)) found.push(`element ${one.outerHTML.slice(0, 200)}`);
    for (const { name, value } of one.attributes) if (/^on/i.test(name)) found.push(`attribute ${name}=${value}`);
    if (one.tagName === 'A' && !/^(https?|mailto):/.test(one.protocol + '')) found.push(`link ${one.href}`);
    if (one.tagName === 'IMG' && !/^https?:/.test(one.src)) found.push(`image ${one.src}`);
  }
  return found;
}"""


def hostile_strings() -> list[str]:
    """Return our own strings, and the public collections where they are at hand."""
    folder = SHARED / "hostile" / "dev"
    if not folder.is_dir():
        return OWN
    lines = (folder / "xss_payloads.txt").read_text(encoding="utf-8").splitlines()
    purify = [json.loads(line)["payload"] for line in (folder / "xss_dompurify.jsonl").read_text("utf-8").splitlines()]
    links = [json.loads(line)["href"] for line in (folder / "link_targets.jsonl").read_text("utf-8").splitlines()]
    return [*OWN, *(text for text in (*lines, *purify, *links) if text.strip())]


def poisoned(batch: tuple[str, ...]) -> dict[str, Any]:
    """Return an answer that holds each string in each of its fields."""
    fields = [{"title": text, "url": text, "link": text, "heading": [text], "page_id": text} for text in batch]
    text = "\n\n".join(f"[{number}] {one} [link]({one}) [link](<{one}>)" for number, one in enumerate(batch, 1))
    return answer(
        text,
        citations=[citation(number, quote=one["title"], **one) for number, one in enumerate(fields, 1)],
        sources=[source(passage_id=one["title"], text=one["title"] or "x", **one) for one in fields],
        related_terms=[{"name": one, "slug": one, "definition": one} for one in batch],
        suggestions=list(batch),
        unsupported=list(batch),
        refusal_reason=batch[0] or None,
    )


def poison(script: Script, batch: tuple[str, ...]) -> None:
    """Put strings into everything that the service says."""
    joined = "\n".join(batch)
    script.otherwise = poisoned(batch)
    script.brand = {
        "title": joined, "greeting": joined, "suggestions": list(batch[:4]), "color": batch[0], "font": batch[-1],
        "logo": batch[0], "privacy_url": batch[-1],
        "lead_form": {"when": "during", "fields": list(batch[:4]), "required": [], "consent": joined}, "position": batch[0], "theme": batch[-1],
        "formality": batch[0], "languages": [batch[0]],
    }  # fmt: skip
    script.page = {"title": joined, "text": f"{TEXT}\n{joined}", "url": batch[0]}
    script.terms = [
        {"slug": one, "name": one, "aliases": [one], "definition": one, "url": one, "collection": "default"}
        for one in batch
    ]


@pytest.fixture(scope="module")
def batches() -> list[tuple[str, ...]]:
    strings = hostile_strings()
    return [tuple(strings[at : at + A_BATCH]) for at in range(0, len(strings), A_BATCH)]


def _check(page) -> None:
    assert page.evaluate("__ran") == []
    assert page.evaluate(_LOOK) == []


@pytest.mark.parametrize("where", ["widget", "page"])
def test_no_string_runs_or_links_anywhere(browser, batches, where):
    script = Script()
    context = browser.new_context()
    context.add_init_script(_TRAP)
    page = context.new_page()
    opened = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: opened.append(popup.url))
    context.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
    host = {"": Host(attributes='data-site-id="default" data-glossary="hover"')}
    with scripted(script) as service, hosting(host, service) as hosts:
        for batch in batches:
            poison(script, batch)
            question = "\n".join(batch).strip()
            page.goto(hosts if where == "widget" else service)
            if where == "widget":
                page.locator("glossator-chat .toggle").wait_for()
                page.evaluate("(question) => Glossator.ask(question)", question)
            else:
                page.locator("textarea").fill(question)
                page.locator("textarea").press("Enter")
            page.locator(".turn[data-outcome]").wait_for()
            _check(page)
            # Every mark with its card, and the page behind one of them.
            marks = page.evaluate(
                """async () => {
                  const root = document.querySelector('glossator-chat')?.shadowRoot ?? document;
                  const chips = [...root.querySelectorAll('button.chip')];
                  for (const chip of chips) chip.click();
                  root.querySelector('.card .actions button')?.click();
                  await new Promise((next) => setTimeout(next, 100));
                  root.querySelectorAll('details').forEach((one) => (one.open = true));
                  return chips.length;
                }"""
            )
            assert marks >= len(batch)  # some strings hold marks of their own
            page.locator("dialog[open] .text").wait_for()
            _check(page)
            page.evaluate("sessionStorage.clear(); localStorage.clear()")
    assert opened == []
    context.close()


def test_what_people_write_does_not_run_either(browser, batches):
    script = Script()
    context = browser.new_context()
    context.add_init_script(_TRAP)
    page = context.new_page()
    with scripted(script) as service, hosting({"": Host()}, service) as hosts:
        for batch in batches:
            script.agent = list(batch)
            page.goto(hosts)
            page.locator("glossator-chat .toggle").wait_for()
            page.evaluate("Glossator.ask('person')")
            page.locator(".talk").click()
            page.locator(".person").nth(len(batch) - 1).wait_for()
            script.handoff = {"id": "h1", "status": "active", "agent": "\n".join(batch), "offline": False}
            page.locator(".note.active").wait_for()
            _check(page)
            page.goto(hosts)  # and from what was kept
            page.locator(".person").nth(len(batch) - 1).wait_for(state="attached")
            _check(page)
            page.evaluate("sessionStorage.clear()")
    context.close()


def test_links_lead_to_the_web_and_to_mail(browser):
    good = ["https://docs.example/a", "http://docs.example/", "mailto:ada@example.com"]
    script = Script(answers={"links": answer(" ".join(f"[x]({one})" for one in good))})
    with scripted(script) as service, hosting({"": Host()}, service) as hosts:
        page = browser.new_page()
        page.goto(hosts)
        page.locator("glossator-chat .toggle").wait_for()
        page.evaluate("Glossator.ask('links')")
        links = page.locator("glossator-chat .answer a")
        links.first.wait_for()
        assert [link.get_attribute("href") for link in links.all()] == good
        assert all("noopener" in link.get_attribute("rel") for link in links.all())
        page.close()
