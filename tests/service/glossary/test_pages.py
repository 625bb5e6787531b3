"""The pages of the glossary over HTTP."""

from __future__ import annotations

import json
from urllib.parse import urljoin
from xml.etree.ElementTree import fromstring

import pytest
from selectolax.lexbor import LexborHTMLParser

from content.archive import Archive
from ingest.pipeline import ingest
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages
from tests.service.api import client

pytestmark = pytest.mark.anyio

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PUBLIC = "https://ask.example.com/help"


@pytest.fixture
async def http(glossary_dir):
    async with client(glossary_dir) as http:
        yield http


@pytest.fixture(scope="module")
def two_dir(tmp_path_factory):
    """Two collections that both define softmax, and a third that nobody may see."""
    folder = tmp_path_factory.mktemp("two")
    other = "---\ntitle: Softmax\ndefinition: Softmax is a brand of very soft towels.\n---\n\nTowels.\n"
    secret = "---\ntitle: Secret\ndefinition: A secret is what nobody may know.\n---\n\nHush.\n"
    write_pages(folder / "maths", {"softmax.md": GLOSSARY["softmax.md"]})
    write_pages(folder / "shop", {"softmax.md": other})
    write_pages(folder / "secret", {"secret.md": secret})
    sources = [Source(str(folder / name), name) for name in ("maths", "shop", "secret")]
    ingest(Archive(folder / "var"), sources, HashingEmbedder())
    return folder / "var"


def parsed(reply):
    return LexborHTMLParser(reply.text)


def texts(page, selector):
    return [node.text(strip=True) for node in page.css(selector)]


def said(page):
    return [json.loads(node.text()) for node in page.css('script[type="application/ld+json"]')]


async def test_the_index_lists_all_terms_by_letter(http):
    reply = await http.get("/glossary")
    assert reply.status_code == 200
    page = parsed(reply)
    assert texts(page, ".name") == ["Attention Mechanism", "Lead Capture", "Softmax", "Transformer"]
    assert texts(page, ".letter h2") == ["A", "L", "S", "T"]
    assert texts(page, ".count") == ["4 terms"]
    assert said(page)[0]["@type"] == "DefinedTermSet"


async def test_every_link_of_every_page_leads_somewhere(http):
    seen, waiting = set(), ["http://127.0.0.1:8080/glossary"]
    while waiting:
        address = waiting.pop()
        reply = await http.get(address)
        assert reply.status_code == 200, address
        seen.add(address)
        if not reply.headers["content-type"].startswith("text/html") or address.endswith(":8080/"):
            continue
        page = parsed(reply)
        for node in page.css("[href], [src], form[action]"):
            target = node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action")
            whole, _, fragment = urljoin(address, target).partition("#")
            assert not target.startswith("#") or page.css_first(f'[id="{fragment}"]'), target
            whole = whole.split("?q=")[0]
            if whole not in seen and whole not in waiting:
                waiting.append(whole)
    assert len(seen) >= 9  # the assistant, the index, four terms, the feed, and the files


async def test_the_form_filters_as_the_api_does(http):
    for query in ("neural", "ATTENTION", "soft", "nothing at all", "trans mod"):
        page = parsed(await http.get("/glossary", params={"query": query}))
        expected = (await http.get("/v1/terms", params={"query": query})).json()["items"]
        assert texts(page, ".name") == [item["name"] for item in expected]
        assert page.css_first("#query").attributes["value"] == query
        assert page.css_first('meta[name="robots"]').attributes["content"].startswith("noindex")


async def test_a_term_has_its_page(http):
    reply = await http.get("/glossary/attention-mechanism")
    page = parsed(reply)
    assert texts(page, "h1") == ["Attention Mechanism"]
    assert page.css_first(".definition").text().strip().startswith("Attention is a mechanism that lets")
    assert texts(page, "article h2") == ["In plain words", "Questions and answers"]
    assert texts(page, "article h3") == ["Who introduced attention?", "How does attention work?"]
    assert texts(page, ".related a") == ["Transformer", "Softmax"]
    assert page.css_first(".ask a").attributes["href"] == "../?q=What%20is%20Attention%20Mechanism%3F"
    assert {"Attention", "Transformer", "Softmax"} <= {
        word for text in texts(page, "svg text") for word in text.split()
    }
    assert page.css_first("svg").attributes["aria-hidden"] == "true"
    assert all(node.attributes["tabindex"] == "-1" for node in page.css("svg a"))
    term, faq = said(page)
    assert term["@type"] == "DefinedTerm"
    assert term["alternateName"] == ["attention", "neural attention"]
    assert faq["@type"] == "FAQPage"
    assert [one["name"] for one in faq["mainEntity"]] == texts(page, "article h3")
    assert faq["mainEntity"][0]["acceptedAnswer"]["text"].startswith("Dzmitry Bahdanau")


async def test_there_is_no_script_or_style_within_a_page_and_the_policy_forbids_them(http):
    for path in ("/glossary", "/glossary/softmax", "/glossary/none"):
        reply = await http.get(path)
        page = parsed(reply)
        assert page.css("style, [style]") == []
        assert all(node.attributes.get("src") for node in page.css("script:not([type])"))
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_what_is_not_there_is_said_on_a_page(http):
    for path in ("/glossary/nothing", "/glossary?collection=nothing", "/glossary/softmax?collection=nothing"):
        reply = await http.get(path)
        assert reply.status_code == 404
        assert reply.headers["content-type"].startswith("text/html")
        page = parsed(reply)
        index = urljoin(f"http://x{path}", page.css_first("main a").attributes["href"])
        assert index == "http://x/glossary"
    assert (await http.get("/glossary/assets/base.html")).status_code == 404


async def test_a_slug_of_several_collections_is_a_page_of_choices(two_dir):
    async with client(two_dir) as http:
        choices = await http.get("/glossary/softmax")
        assert choices.status_code == 300
        links = [node.attributes["href"] for node in parsed(choices).css("main .name a")]
        assert links == ["../glossary/softmax?collection=maths", "../glossary/softmax?collection=shop"]
        shop = parsed(await http.get("/glossary/softmax", params={"collection": "shop"}))
        assert "towels" in shop.css_first(".definition").text()
        filtered = parsed(await http.get("/glossary", params={"query": "", "collection": "shop"}))
        assert texts(filtered, ".collection") == ["shop"]
        assert texts(filtered, "option[selected]") == ["shop"]
        everything = parsed(await http.get("/glossary", params={"query": "", "collection": ""}))
        assert len(everything.css(".name")) == 3


async def test_only_what_the_site_makes_public_is_shown(two_dir):
    sites = [{"id": "default"}, {"id": "shop", "collections": ["shop"], "title": "The shop"}]
    async with client(two_dir, site=sites, glossary_site="shop") as http:
        page = parsed(await http.get("/glossary"))
        assert texts(page, ".name") == ["Softmax"]
        assert texts(page, ".ask-all") == ["The shop"]
        assert (await http.get("/glossary/softmax")).status_code == 200
        hidden = await http.get("/glossary/secret")
        assert hidden.status_code == 404
        assert "nobody may know" not in hidden.text
        for path in ("/sitemap.xml", "/glossary/feed.atom", "/glossary?query=secret"):
            assert "secret.md" not in (reply := await http.get(path)).text
            assert "nobody may know" not in reply.text
        assert (await http.get("/glossary?collection=secret")).status_code == 404


async def test_whole_addresses_are_those_of_public_url(glossary_dir):
    async with client(glossary_dir, public_url=PUBLIC) as http:
        page = parsed(await http.get("/glossary/softmax"))
        assert page.css_first('link[rel="canonical"]').attributes["href"] == f"{PUBLIC}/glossary/softmax"
        assert said(page)[0]["url"] == f"{PUBLIC}/glossary/softmax"
        feed = fromstring((await http.get("/glossary/feed.atom")).content)
        sitemap = fromstring((await http.get("/sitemap.xml")).content)
        assert f"Sitemap: {PUBLIC}/sitemap.xml" in (await http.get("/robots.txt")).text
    entries = feed.findall(f"{ATOM}entry")
    assert {entry.findtext(f"{ATOM}title") for entry in entries} == {
        "Attention Mechanism", "Lead Capture", "Softmax", "Transformer",
    }  # fmt: skip
    assert all(entry.findtext(f"{ATOM}id").startswith(f"{PUBLIC}/glossary/") for entry in entries)
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    locations = [url.findtext(f"{SITEMAP}loc") for url in sitemap]
    assert locations[0] == f"{PUBLIC}/glossary"
    assert f"{PUBLIC}/glossary/softmax" in locations
    assert len(locations) == 5
    assert all(url.findtext(f"{SITEMAP}lastmod") for url in sitemap[1:])


async def test_without_public_url_no_page_claims_an_address(http):
    page = parsed(await http.get("/glossary/softmax"))
    assert page.css('link[rel="canonical"]') == []
    assert "url" not in said(page)[0]
    assert b"http://127.0.0.1:8080/glossary/softmax" in (await http.get("/sitemap.xml")).content


async def test_a_browser_that_has_the_page_gets_none(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    async with client(tmp_path / "var") as http:
        first = await http.get("/glossary/softmax")
        tag = first.headers["etag"]
        same = await http.get("/glossary/softmax", headers={"If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        write_pages(pages, {"softmax.md": GLOSSARY["softmax.md"].replace("Softmax is a function", "Softmax is a map")})
        ingest_folder(tmp_path / "var", pages)
        http.app.state.services.library.refresh()
        after = await http.get("/glossary/softmax", headers={"If-None-Match": tag})
        assert after.status_code == 200
        assert "Softmax is a map" in after.text
        assert (await http.head("/glossary/softmax")).status_code == 200


async def test_a_term_of_another_script_has_an_address(tmp_path):
    page = "---\ntitle: 注意力\naliases: [Œuvre & Co]\ndefinition: 注意力是一种机制。\n---\n\nTekst.\n"
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", {"a.md": page}))
    async with client(tmp_path / "var", public_url=PUBLIC) as http:
        index = parsed(await http.get("/glossary"))
        link = index.css_first(".name a").attributes["href"]
        reply = await http.get(f"/{link}")
        assert texts(parsed(reply), "h1") == ["注意力"]
        sitemap = fromstring((await http.get("/sitemap.xml")).content)
        assert sitemap[1].findtext(f"{SITEMAP}loc") == f"{PUBLIC}/{link}"
        assert link.isascii()
