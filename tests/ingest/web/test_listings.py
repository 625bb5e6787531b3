"""What sitemaps and feeds say, read without a site."""

from datetime import UTC, datetime

import pytest

from content.errors import NotFetched
from ingest.web.sitemap import Entry, is_sitemap, read_lines, read_sitemap
from ingest.web.syndication import is_feed, read_feed

NAMESPACE = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def test_the_entries_of_a_sitemap():
    said = f"""<?xml version="1.0" encoding="UTF-8"?>
    <urlset {NAMESPACE}>
      <url><loc> https://example.com/a?x=1&amp;y=2 </loc><lastmod>2026-01-31T10:00:00+01:00</lastmod>
           <image:image><image:loc>https://example.com/a.png</image:loc></image:image></url>
      <url><lastmod>2026-01-31</lastmod><loc>https://example.com/b</loc></url>
      <url><loc>https://example.com/c</loc><lastmod>yesterday</lastmod></url>
      <url><loc>https://example.com/d</loc><lastmod>9999-12-31</lastmod></url>
      <url><loc/></url>
    </urlset>"""
    first, second, third, fourth = read_sitemap(said.encode())
    assert first == Entry("https://example.com/a?x=1&y=2", False, datetime(2026, 1, 31, 9, tzinfo=UTC).timestamp())
    assert second.lastmod == datetime(2026, 2, 1, 12, tzinfo=UTC).timestamp()  # when that day is over everywhere
    assert third.lastmod is fourth.lastmod is None


def test_an_index():
    said = f"<sitemapindex {NAMESPACE}><sitemap><loc>https://example.com/s.xml</loc></sitemap></sitemapindex>"
    assert list(read_sitemap(said.encode())) == [Entry("https://example.com/s.xml", True, None)]


def test_what_is_broken_or_forbidden_gives_what_came_before():
    entries = read_sitemap(b"<urlset><url><loc>https://example.com/a</loc></url><url><loc>https://exam")
    assert next(entries).location == "https://example.com/a"
    with pytest.raises(NotFetched, match="broken or forbidden"):
        next(entries)
    with pytest.raises(NotFetched, match="broken or forbidden"):
        list(
            read_sitemap(
                b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
            )
        )


def test_a_text_of_addresses():
    assert [
        entry.location
        for entry in read_lines(b"\xef\xbb\xbfhttps://example.com/a\n\nnonsense\nhttps://example.com/b\n")
    ] == [
        "https://example.com/a",
        "https://example.com/b",
    ]


def test_what_is_which():
    assert is_sitemap(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by x --><urlset>")
    assert is_sitemap(b"<sm:sitemapindex xmlns:sm='x'>")
    assert not is_sitemap(b"<!doctype html><p>&lt;urlset&gt;")
    assert is_feed(b'<?xml version="1.0"?><rss version="2.0">')
    assert is_feed(b'<feed xmlns="http://www.w3.org/2005/Atom">')
    assert not is_feed(b"<!doctype html><title>Feedback</title>")
    assert not is_feed(b"plain <rss >")


@pytest.mark.parametrize(
    "said",
    [
        "<rss version='2.0'><channel><link>https://example.com/</link><item><link>https://example.com/a</link></item>"
        "<item><guid isPermaLink='true'>https://example.com/b</guid></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://example.com/'/><entry><link href='https://example.com/a'/>"
        "</entry><entry><link rel='alternate' href='https://example.com/b'/></entry></feed>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        "<channel><link>https://example.com/</link></channel><item><link>https://example.com/a</link></item>"
        "<item><link>https://example.com/b</link></item></rdf:RDF>",
    ],
    ids=["rss", "atom", "rdf"],
)
def test_the_entries_of_a_feed(said):
    news = read_feed(said.encode(), "https://example.com/feed")
    assert news.site == "https://example.com/"
    assert news.entries == ("https://example.com/a", "https://example.com/b")


def test_feeds_that_are_none_or_hostile():
    with pytest.raises(NotFetched, match="no RSS or Atom"):
        read_feed(b"<p>hello", "https://example.com/")
    laughs = '<!DOCTYPE l [<!ENTITY a "ha">]><rss version="2.0"><channel><item><link>&a;</link></item></channel></rss>'
    for encoded in (laughs.encode(), laughs.encode("utf-16")):
        with pytest.raises(NotFetched, match="entities"):
            read_feed(encoded, "https://example.com/")
    for broken in (
        b"<?xml version='1.0' encoding='\xff'?><rss version='2.0'>",
        b"<rss version='2.0'><channel><title>&#x110000;</title>",
    ):
        with pytest.raises(NotFetched):
            read_feed(broken, "https://example.com/")
    with pytest.raises(NotFetched, match="broken"):
        list(read_sitemap(b"<?xml version='1.0' encoding='no-such'?><urlset/>"))
    with pytest.raises(NotFetched, match="limit"):
        read_feed(b"<rss>" + b" " * 6_000_000, "https://example.com/")


def test_a_feed_that_looks_like_a_file_name_opens_none(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(
        "<rss version='2.0'><channel><item><link>https://example.com/secret</link></item></channel></rss>"
    )
    with pytest.raises(NotFetched):
        read_feed(str(secret).encode(), "https://example.com/")
