"""Hostile content on the glossary's pages: shown as the text that it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from content.glossary import slugify
from content.model import Term
from content.snapshot import Snapshot
from service.answering.link import vetted
from service.glossary.addresses import Addresses
from service.glossary.export import build
from service.glossary.site import Filter, GlossarySite
from service.site import SiteSettings
from tests.fakes import ingest_folder, open_snapshot, write_pages

# Elements and attributes that no page of ours has.
NEVER = (
    "iframe, object, embed, form:not(.filter), input:not(#query), style, base, math, video, audio, template, frameset, "
    "[style], [srcset], [formaction], [action]:not(.filter), meta[http-equiv], script:not([src]):not([type])"
)


def payloads(hostile: Path) -> list[str]:
    lines = (hostile / "xss_payloads.txt").read_text("utf-8").split("\n")
    purify = [json.loads(line)["payload"] for line in (hostile / "xss_dompurify.jsonl").read_text("utf-8").splitlines()]
    return [text for text in [*lines, *purify, *targets(hostile)] if text.strip()]


def targets(hostile: Path) -> list[str]:
    return [json.loads(line)["href"] for line in (hostile / "link_targets.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def attacked(hostile, tmp_path_factory) -> Snapshot:
    """A snapshot in which every payload is a term's name, alias, definition, heading, text, table, code and source."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = []
    for number, payload in enumerate(payloads(hostile)):
        text = (
            f"{payload}\n\n# {payload}\n\n- {payload}\n  1. {payload}\n\n### {payload}?\n\n{payload}\n\n[x]({payload})"
        )
        one = {
            "id": f"{payload} {number}",
            "title": payload,
            "url": payload,
            "text": f"Definition: {payload}\n\n{text}",
        }
        lines.append(json.dumps(one))
    write_pages(folder, {"feed.jsonl": "\n".join(lines)})
    ingest_folder(folder / "var", folder / "feed.jsonl")
    return open_snapshot(folder / "var")


def terms_of(snapshot: Snapshot, hostile: Path) -> list[Term]:
    """Return a term for every page, whatever the page is called: its names, definition and address are the payload."""
    return [
        Term(
            slug=f"{slugify(payload)[:80]}-{number}",
            name=payload,
            aliases=(payload,),
            definition=payload,
            start=0,
            end=0,
            related=(),
            collection=page.collection,
            page_id=page.page_id,
            url=payload,
        )
        for number, (payload, page) in enumerate(zip(payloads(hostile), by_number(snapshot), strict=True))
    ]


def by_number(snapshot: Snapshot):
    return sorted(snapshot.catalog.pages(), key=lambda page: int(page.page_id.rsplit(" ", 1)[1]))


def check(page: LexborHTMLParser, where: str) -> None:
    assert page.css(NEVER) == [], where
    for node in page.css("*"):
        assert not any(name.lower().startswith("on") for name in node.attributes), where
    for node in page.css("[href], [src]"):
        for name in ("href", "src"):
            target = node.attributes.get(name)
            if target is not None and ":" in target.split("/")[0]:
                assert urlsplit(target).scheme in {"http", "https", "mailto"}, f"{where}: {target}"
    for script in page.css('script[type="application/ld+json"]'):
        json.loads(script.text())  # ended where it should


def test_no_page_runs_or_links_what_content_says(attacked, hostile):
    terms = terms_of(attacked, hostile)
    addresses = Addresses.served([*terms, *attacked.glossary.terms], "https://ask.example.com")
    glossary = GlossarySite(attacked, SiteSettings(), terms, addresses)
    for term in terms:
        page = LexborHTMLParser(glossary.term(term))
        check(page, term.name)
        # What it says is there, as text; the parser replaces the characters that HTML has no place for.
        assert _letters(page.css_first("h1").text()) == _letters(term.name)
    twins = [replace(term, collection=name) for term in terms[:50] for name in ("a", "b")]
    choices = GlossarySite(attacked, SiteSettings(), twins, Addresses.served(twins, None))
    for term in terms[:50]:
        check(LexborHTMLParser(choices.choices([one for one in twins if one.slug == term.slug])), term.name)


def test_no_index_runs_or_links_what_content_says(attacked, hostile, tmp_path):
    built = build(tmp_path / "site", attacked, SiteSettings(), None, "https://x.example", "https://ask.example.com")
    assert built.terms > 20
    for path in (tmp_path / "site").rglob("*.html"):
        check(LexborHTMLParser(path.read_text("utf-8")), path.name)


def test_queries_are_shown_as_they_are(attacked, hostile):
    glossary = GlossarySite(attacked, SiteSettings(title="<b>"), [], Addresses.served([], None))
    for payload in payloads(hostile):
        check(LexborHTMLParser(glossary.index(Filter(payload[:200]))), payload)
        check(LexborHTMLParser(glossary.message(payload, payload, 1)), payload)


def test_of_all_addresses_only_those_of_the_web_become_links(hostile):
    for target in targets(hostile):
        assert vetted(target) is None or target.startswith(("http://", "https://", "mailto:")), target


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
