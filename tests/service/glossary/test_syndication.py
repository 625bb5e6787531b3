from xml.etree.ElementTree import fromstring

from content.catalog import Revision
from content.model import Term
from service.glossary.addresses import Addresses
from service.glossary.syndication import feed, sitemap

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://ask.example.com"


def term(slug, definition="It is."):
    return Term(slug, slug.title(), (), definition, 0, 0, (), "default", slug, None)


def times(published, changed):
    return Revision(f"{published}T00:00:00+00:00", f"{changed}T00:00:00+00:00")


def revised(**texts):
    return [(term(slug, text), REVISIONS[slug]) for slug, text in texts.items()]


REVISIONS = {
    "old": times("2024-01-01", "2024-01-01"),
    "changed": times("2024-01-01", "2026-02-01"),
    "new": times("2026-01-01", "2026-01-01"),
}


def addresses(terms):
    return Addresses.served([one for one, _ in terms], BASE)


def test_the_feed_tells_what_changed_last_and_how():
    terms = revised(old="It is.", changed="It is.", new="It is.")
    root = fromstring(feed("A & B", terms, addresses(terms)))
    entries = [
        (e.findtext(f"{ATOM}title"), e.find(f"{ATOM}category").get("term")) for e in root.findall(f"{ATOM}entry")
    ]
    assert entries == [("Changed", "changed"), ("New", "new"), ("Old", "new")]
    assert root.findtext(f"{ATOM}updated") == "2026-02-01T00:00:00+00:00"
    assert root.findtext(f"{ATOM}title") == "A & B"


def test_an_empty_glossary_has_an_empty_feed():
    root = fromstring(feed("None", [], addresses([])))
    assert root.findall(f"{ATOM}entry") == []


def test_characters_that_xml_does_not_know_are_replaced():
    terms = revised(old="a\x00b\x0bc\ufffe & <d>")
    root = fromstring(feed("x", terms, addresses(terms)))
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == "a\ufffdb\ufffdc\ufffd & <d>"
    assert b"<lastmod>2024-01-01T00:00:00+00:00</lastmod>" in sitemap(terms, addresses(terms))
