"""Visits to a site from end to end: a real server on loopback, read through ``ingest``."""

from __future__ import annotations

import gzip
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from content.archive import Archive
from content.errors import ConfigurationError, NotFound, SourceError
from ingest.pipeline import ingest
from ingest.report import Report
from ingest.sources import Kind, RawPage, Skipped, Source
from ingest.sources.web import read_web
from tests.fakes import HashingEmbedder, open_snapshot
from tests.ingest.web.site import HASTY, Asked, Reply, Site, html, links, moved

WORDS = "attention decoder embedding gradient kernel latency matrix neuron optimizer prompt query softmax token vector".split()


def prose(seed: object, sentences: int = 6) -> str:
    """Return paragraphs that no other seed gives."""
    chance = random.Random(str(seed))
    return "".join(f"<p>The {seed} joins {' '.join(chance.choices(WORDS, k=9))}.</p>" for _ in range(sentences))


def plain_links(*targets: str) -> str:
    """Return links whose texts do not repeat where they lead, as those of real traps."""
    return "<nav>" + "".join(f'<a href="{target}">next</a> ' for target in targets) + "</nav>"


def page(name: str, *targets: str, head: str = "") -> str:
    return html(f"<h1>{name}</h1>{prose(name)}{links(*targets)}", name, head)


def read(source: Source, room: Path | None = None) -> list[RawPage | Skipped]:
    return list(read_web(source, room, manners=HASTY))


def ids(found: list[RawPage | Skipped], site: Site) -> list[str]:
    return [one.page_id.removeprefix(site.origin) for one in found if isinstance(one, RawPage)]


def reasons(found: list[RawPage | Skipped], site: Site) -> dict[str, str]:
    return {one.where.replace(site.origin, ""): one.reason for one in found if isinstance(one, Skipped)}


def run(var: Path, *sources: Source) -> Report:
    return ingest(Archive(var), sources, HashingEmbedder())


def published(var: Path) -> set[str]:
    snapshot = open_snapshot(var)
    try:
        return set(snapshot.catalog.page_ids())
    finally:
        snapshot.catalog.close()


def addresses(var: Path, page_id: str) -> tuple[str, ...]:
    snapshot = open_snapshot(var)
    try:
        return snapshot.catalog.stored("default", page_id).page.addresses
    finally:
        snapshot.catalog.close()


@pytest.fixture
def docs(site: Site) -> Site:
    """A small site of five pages."""
    site.routes |= {
        "/": page("Home", "/a", "/b/", "/logo.png", "https://other.example/", "mailto:x@example.com"),
        "/a": page("Apple", "/", "/c?utm_source=a", "/a#part"),
        "/b/": page("Banana", "deep/d", "../a"),
        "/c": page("Cherry", "/gone"),
        "/b/deep/d": page("Date", "/"),
    }
    return site


def test_a_crawl_reads_the_site(docs, tmp_path):
    found = read(docs.source("/", Kind.CRAWL), tmp_path)
    assert ids(found, docs) == ["/", "/a", "/b/", "/c", "/b/deep/d"]
    assert reasons(found, docs) == {"/gone": "the server answered 404 Not Found"}
    assert sorted(docs.paths) == sorted({"/", "/a", "/b/", "/c", "/b/deep/d", "/gone"})
    assert docs.paths[0] == "/"
    assert docs.asked[0].path == "/robots.txt"


def test_a_page_alone(docs, tmp_path):
    (one,) = read(docs.source("/a", Kind.PAGE), tmp_path)
    assert one.page_id == one.url == docs.url("/a")
    assert docs.paths == ["/a"]


def test_an_address_shows_what_it_is(docs, tmp_path):
    docs.routes["/map"] = Reply(
        f"<urlset><url><loc>{docs.url('/a')}</loc></url></urlset>", headers={"Content-Type": "text/xml"}
    )
    docs.routes["/news"] = Reply(
        f"<rss version='2.0'><channel><item><link>{docs.url('/c')}</link></item></channel></rss>",
        headers={"Content-Type": "application/rss+xml"},
    )
    assert ids(read(docs.source("/b/"), tmp_path), docs) == ["/b/"]
    assert ids(read(docs.source("/map"), tmp_path), docs) == ["/a"]
    assert ids(read(docs.source("/news"), tmp_path), docs) == ["/c"]


def test_how_far_a_crawl_goes(docs):
    crawl = docs.source("/", Kind.CRAWL)
    assert ids(read(replace(crawl, web=replace(crawl.web, depth=0))), docs) == ["/"]
    assert ids(read(replace(crawl, web=replace(crawl.web, depth=1))), docs) == ["/", "/a", "/b/"]
    limited = read(replace(crawl, web=replace(crawl.web, max_pages=2)))
    assert ids(limited, docs) == ["/", "/a"]
    assert reasons(limited, docs) == {"2 further addresses": "the budget of 2 pages (max_pages) is used up"}
    chosen = read(replace(crawl, include=("/b/*",)))
    assert ids(chosen, docs) == ["/b/", "/b/deep/d"]
    assert reasons(chosen, docs) == {"/": "it is read for its links alone, by the patterns"}
    assert ids(read(replace(crawl, exclude=("/b/*", f"{docs.origin}/c"))), docs) == ["/", "/a"]


def test_canonical_addresses_and_redirects(site, tmp_path):
    site.routes |= {
        "/": page("Home", "/old", "/print/apple", "/apple", "/orphan?x=1", "/loop/1", "/far", "/refresh"),
        "/old": moved("/older", 302),
        "/older": moved("/apple", 308),
        "/apple": page("Apple"),
        "/print/apple": page("Apple", head='<link rel="canonical" href="/old">'),
        "/orphan?x=1": page("Orphan", head='<link rel="canonical" href="/orphan">'),
        "/loop/1": moved("/loop/2"),
        "/loop/2": moved("/loop/1"),
        "/far": moved("https://elsewhere.example/"),
        "/refresh": '<meta http-equiv="refresh" content="0; url=/apple">',
    }
    found = read(site.source("/", Kind.CRAWL), tmp_path)
    assert ids(found, site) == ["/", "/apple", "/orphan"]
    aliases = {one.page_id: set(one.aliases) for one in found if isinstance(one, RawPage)}
    assert aliases[site.url("/apple")] == set(map(site.url, ("/old", "/older", "/print/apple", "/refresh")))
    assert aliases[site.url("/orphan")] == {site.url("/orphan?x=1")}
    assert "it leads out of what is read" in reasons(found, site)["/far"]
    assert site.counts["/loop/1"] == site.counts["/loop/2"] == 1


def test_canonical_addresses_that_cannot_be_true(site):
    site.routes |= {
        "/": page("Home", "/a", "/b", "/x", "/y"),
        "/a": page("Apple", head='<link rel="canonical" href="/">'),  # as all pages of some sites say
        "/b": page("Banana", head='<link rel="canonical" href="https://elsewhere.example/b">'),
        "/x": page("Xylophone", head='<link rel="canonical" href="/y">'),
        "/y": page("Yam", head='<link rel="canonical" href="/x">'),
    }
    assert ids(read(site.source("/", Kind.CRAWL)), site) == ["/", "/a", "/b", "/x", "/y"]


def test_a_chain_of_redirects_ends(site):
    site.routes["/"] = page("Home", "/0")
    site.fallback = lambda asked: moved(f"/{int(asked.path[1:]) + 1}")
    found = read(site.source("/", Kind.CRAWL))
    assert ids(found, site) == ["/"]
    assert reasons(found, site) == {"/5": "it is redirected more than 5 times"}


def test_the_start_may_lead_to_another_site(site, docs):
    with Site() as old:
        old.routes["/"] = moved(docs.url("/b/"))
        source = replace(old.source("/", Kind.CRAWL))
        source = replace(
            source, web=replace(source.web, ports=tuple(int(o.origin.rpartition(":")[2]) for o in (old, docs)))
        )
        assert ids(read(source), docs) == ["/b/", "/b/deep/d", "/a", "/", "/c"]


def test_duplicates(site, tmp_path):
    long = prose("Apple", 40)
    site.routes |= {
        "/": page("Home", "/apple", "/same", "/nearly", "/other"),
        "/apple": html(long, "Apple"),
        "/same": html(long, "Apple"),
        "/nearly": html(long + "<p>Printed today.</p>", "Apple"),
        "/other": html(prose("Banana", 40), "Banana"),
    }
    found = read(site.source("/", Kind.CRAWL))
    assert ids(found, site) == ["/", "/apple", "/nearly", "/other"]
    assert found[1].aliases == (site.url("/same"),)
    report = run(tmp_path, site.source("/", Kind.CRAWL))
    assert published(tmp_path) == set(map(site.url, ("/", "/apple", "/other")))
    assert "nearly the same" in dict(report.sources[0].skipped)[f"{site.url('/nearly')} → {site.url('/apple')}"]
    assert set(addresses(tmp_path, site.url("/apple"))) == set(map(site.url, ("/same", "/nearly")))


def test_other_addresses_lead_to_a_page(docs, tmp_path):
    docs.routes["/"] = page("Home", "/a", "/old")
    docs.routes["/old"] = moved("/a")
    source = docs.source("/", Kind.CRAWL)
    run(tmp_path, source)
    assert addresses(tmp_path, docs.url("/a")) == (docs.url("/old"),)
    # They are kept with a page that did not change, and are as the last visit found them.
    docs.routes |= {"/c": page("Cherry, changed", "/older"), "/older": moved("/a"), "/": page("Home", "/a")}
    run(tmp_path, source)
    snapshot = open_snapshot(tmp_path)
    assert snapshot.catalog.page_at("default", docs.url("/older")).title == "Apple"
    assert snapshot.catalog.page_at("default", docs.url("/a")).title == "Apple"
    with pytest.raises(NotFound):
        snapshot.catalog.page_at("default", docs.url("/old"))
    with pytest.raises(NotFound):
        snapshot.catalog.page_at("other", docs.url("/older"))
    snapshot.catalog.close()


def test_what_pages_ask_of_crawlers(site):
    site.routes |= {
        "/": page("Home", "/hidden", "/header", "/closed", "/other", "/private/x")
        + '<a rel="nofollow" href="/unfollowed">no</a>',
        "/hidden": page("Hidden", "/from-hidden", head='<meta name="robots" content="noindex">'),
        "/header": Reply(page("Header"), headers={"X-Robots-Tag": "otherbot: nofollow, glossator: noindex"}),
        "/closed": page("Closed", "/from-closed", head='<meta name="Glossator" content="nofollow">'),
        "/other": page("Other", head='<meta name="otherbot" content="noindex">'),
        "/from-hidden": page("From hidden"),
        "/private/x": page("Private"),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"}),
    }
    found = read(site.source("/", Kind.CRAWL))
    assert ids(found, site) == ["/", "/closed", "/other", "/from-hidden"]
    said = reasons(found, site)
    assert "noindex" in said["/hidden"]
    assert "noindex" in said["/header"]
    assert "robots.txt disallows" in said["/private/x"]
    assert not {"/unfollowed", "/from-closed", "/private/x"} & set(site.paths)


def test_a_site_that_nobody_may_read(docs):
    docs.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /")
    with pytest.raises(SourceError, match=r"robots\.txt disallows it; a rule for the user agent Glossator"):
        read(docs.source("/", Kind.CRAWL))
    assert docs.paths == []


def test_traps(site, tmp_path):
    """A calendar, session ids, a loop of relative links and a parameter without end around sixty real pages."""
    real = [f"/topic/{WORDS[i % 14]}-{WORDS[i // 14]}" for i in range(60)]
    site.routes["/"] = page("Home", *real, "/calendar/2024/1", "/loop/", "/s/0a1b2c3d4e5f6a7b/about", "/list?offset=0")
    for i, path in enumerate(real):
        site.routes[path] = page(
            f"Topic {path}", *real[i : i + 3], "/calendar/2024/1", f"/?sessionid={i}", f"{path}?ref={i}"
        )
    chance = random.Random(4)

    def trap(asked: Asked) -> str:
        if asked.path.startswith("/calendar/"):
            year, month = map(int, asked.path.split("/")[2:4])
            return html(
                f"<p>Events of month {month} in {year}: none</p>"
                + plain_links(
                    f"/calendar/{year + month // 12}/{month % 12 + 1}",
                    f"/calendar/{year + 1}/{month}",
                    f"/calendar/{year - 1}/{month}",
                )
            )
        if asked.path.startswith("/s/"):
            return html("<p>About us</p>" + plain_links(*(f"/s/{chance.randbytes(8).hex()}1/about" for _ in range(5))))
        if asked.path.startswith("/loop/"):
            return html("<p>Loop</p>" + plain_links("more/", "../more/even/"))
        if asked.path.startswith("/list"):
            return html("<p>List</p>" + plain_links(f"/list?offset={int(asked.path.rpartition('=')[2]) + 10}"))
        if "?ref=" in asked.path:
            return site.routes[asked.path.partition("?")[0]]
        return Reply("no", 404)

    site.fallback = trap
    budget = 200
    found = read(site.source("/", Kind.CRAWL, max_pages=budget), tmp_path)
    assert set(ids(found, site)) >= {"/", *real}
    assert len(site.paths) <= 1.2 * budget
    assert any("held nothing that other pages do not" in reason for reason in reasons(found, site).values())
    assert any("repeats itself" in reason for reason in reasons(found, site).values())
    # With the budget of a large site the traps end by themselves.
    site.asked.clear()
    read(site.source("/", Kind.CRAWL, max_pages=10_000), tmp_path)
    assert len(site.paths) <= 400


def test_traps_that_say_something_new_each_time_end_with_the_budget(site):
    site.fallback = lambda asked: page(
        f"Page {asked.path}", *(f"/n{asked.path.strip('/n')}{letter}" for letter in "abc")
    )
    found = read(site.source("/", Kind.CRAWL, max_pages=100))
    assert len(ids(found, site)) == 100
    assert len(site.paths) <= 120


def test_dead_ends_do_not_make_a_crawl_endless(site):
    site.fallback = lambda asked: Reply("no", 404)
    site.routes["/"] = page("Home", *(f"/dead/{i}x" for i in range(500)))
    read(site.source("/", Kind.CRAWL, max_pages=50))
    assert len(site.paths) == 60


def test_a_second_crawl_only_asks_what_changed(docs, tmp_path):
    source = docs.source("/", Kind.CRAWL)
    first = run(tmp_path, source)
    assert (first.sources[0].new, first.sources[0].web.fetched, first.sources[0].web.changed) == (5, 5, 5)
    docs.asked.clear()
    docs.routes["/c"] = page("Cherry, changed")
    docs.routes["/b/"] = page("Banana", "../a")
    second = run(tmp_path, source)
    report = second.sources[0]
    assert (report.new, report.changed, report.unchanged, report.gone) == (0, 1, 3, 1)  # of /b/ only a link changed
    assert (report.web.fetched, report.web.unchanged, report.web.changed) == (2, 2, 2)
    assert sum("if-none-match" in asked.headers for asked in docs.asked) == 4
    assert docs.url("/b/deep/d") not in published(tmp_path)
    third = run(tmp_path, source)
    assert not third.published
    assert third.sources[0].unchanged == 4


def test_the_content_decides_what_changed(docs, tmp_path):
    docs.validators = False
    run(tmp_path, docs.source("/", Kind.CRAWL))
    docs.routes |= {
        path: Reply(body, headers={"Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"})
        for path, body in docs.routes.items()
    }
    again = run(tmp_path, docs.source("/", Kind.CRAWL))
    assert (again.sources[0].web.fetched, again.sources[0].web.changed) == (5, 0)
    assert not again.published


def test_what_cannot_be_fetched_stays_as_it_was(docs, tmp_path):
    """A page that fails for the moment keeps its place, and so do the pages that only it leads to."""
    source = docs.source("/", Kind.CRAWL)
    run(tmp_path, source)
    before = published(tmp_path)
    docs.routes["/b/"] = Reply("broken", 500, {"Retry-After": "0"})
    report = run(tmp_path, source).sources[0]
    assert published(tmp_path) == before
    assert [where for where, _ in report.failed] == [docs.url("/b/")]
    assert report.gone == 0
    docs.routes["/b/"] = Reply("gone", 410)
    report = run(tmp_path, source).sources[0]
    assert report.gone == 2


def test_a_site_that_stops_answering_leaves_everything_as_it_is(docs, tmp_path):
    source = docs.source("/", Kind.CRAWL)
    run(tmp_path, source)
    before = published(tmp_path)
    docs.routes["/robots.txt"] = Reply("", 500, {"Retry-After": "0"})
    with pytest.raises(SourceError, match=r"robots\.txt cannot be read"):
        run(tmp_path, source)
    assert published(tmp_path) == before


def test_a_site_that_goes_down_meanwhile(site, tmp_path):
    """Nothing is published of half a site; when it is back, the visit goes on."""
    names = [f"/{name}-{other}" for name in WORDS for other in WORDS]
    site.routes |= {"/": page("Home", *names)} | {name: page(name) for name in names}
    up = dict(site.routes)

    def down(asked: Asked) -> Reply:
        return Reply("", 503)

    def late(asked: Asked) -> Reply:  # asked for before the site went down, it says nothing of it
        time.sleep(0.3)
        return up[asked.path]

    source = site.source("/", Kind.CRAWL)
    healthy = read(source)
    site.asked.clear()
    site.routes |= dict.fromkeys(names[80:], down) | {names[79]: late}
    hasty = replace(HASTY, attempts=1)
    with pytest.raises(SourceError, match=r"has stopped answering .*503"):
        list(read_web(source, tmp_path, manners=hasty))
    asked = set(site.paths)
    assert len(asked) < len(names)
    site.routes |= up
    site.asked.clear()
    again = read(source, tmp_path)
    assert not set(names[:60]) & set(site.paths)
    assert set(names[150:]) <= set(site.paths)
    assert ids(again, site) == ids(healthy, site)


def test_a_crawl_that_is_stopped_goes_on(docs, tmp_path):
    """As by Ctrl-C in the middle of a round: what was fetched is not asked for again."""
    source = docs.source("/", Kind.CRAWL)
    stop_at = ["/b/"]

    class Stop(Exception):
        pass

    def watch(tally):
        if stop_at and tally.fetched == 2:
            raise Stop

    with pytest.raises(Stop):
        list(read_web(source, tmp_path, watch, manners=replace(HASTY, at_once=1)))
    before = list(docs.paths)
    assert 2 <= len(before) < 5
    docs.asked.clear()
    found = read(source, tmp_path)
    assert ids(found, docs) == ["/", "/a", "/b/", "/c", "/b/deep/d"]
    assert not set(before[:2]) & set(docs.paths)
    docs.asked.clear()
    read(source, tmp_path)  # and a finished one begins anew
    assert len(docs.paths) == 6


def test_two_crawls_find_the_same_in_the_same_order(site, tmp_path):
    """However fast the pages come."""
    chance = random.Random(11)
    names = [f"/p{i}" for i in range(40)]
    for name in names:
        targets = chance.sample(names, 4)
        site.routes[name] = page(name, *targets)
    site.routes["/"] = page("Home", *names[:3])
    orders = []
    for _ in range(3):
        delays = {name: Reply(site.routes[name], pause=chance.choice([0.0, 0.0, 0.0001])) for name in names}
        site.routes |= {
            name: delays[name] if isinstance(site.routes[name], str) else site.routes[name] for name in names
        }
        orders.append(ids(read(site.source("/", Kind.CRAWL, max_pages=25)), site))
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) == 25


def test_the_captions_of_what_a_page_plays(site, tmp_path):
    def player(src: str) -> str:
        return f'<video src="talk.mp4"><track kind="captions" src="{src}" srclang="en"></video>'

    vtt = "WEBVTT\n\n00:01:23.000 --> 00:01:30.000\nWelcome to the talk.\n"
    site.routes |= {
        "/docs/": page("docs") + player("/media/talk.vtt") + links("/docs/b"),
        "/docs/b": page("b") + player("/private/b.vtt") + player("https://other.example/c.vtt"),
        "/media/talk.vtt": Reply(vtt, headers={"Content-Type": "text/vtt"}),
        "/private/b.vtt": Reply(vtt, headers={"Content-Type": "text/vtt"}),
    }
    source = site.source("/docs/", Kind.CRAWL, include=("/docs/*",), exclude=("/private/*",))
    found = read(source)
    assert ids(found, site) == ["/docs/", "/media/talk.vtt", "/docs/b"]
    assert found[1].shown_on == site.url("/docs/")
    assert ids(read(site.source("/docs/", Kind.PAGE)), site) == ["/docs/", "/media/talk.vtt"]
    run(tmp_path, source)
    snapshot = open_snapshot(tmp_path)
    captions = snapshot.catalog.stored("default", site.url("/media/talk.vtt")).page
    snapshot.catalog.close()
    assert (captions.title, captions.url) == ("docs", site.url("/docs/"))
    assert captions.places


def test_a_sitemap(docs, tmp_path):
    def urlset(*entries: str) -> str:
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'

    def entry(path: str, lastmod: str = "") -> str:
        return f"<url><loc>\n {docs.url(path)} </loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</url>"

    index = "".join(
        f"<sitemap><loc>{docs.url(path)}</loc></sitemap>" for path in ("/s1.xml", "/s2.xml.gz", "/index.xml", "/s3.txt")
    )
    docs.routes |= {
        "/index.xml": Reply(f"<sitemapindex>{index}</sitemapindex>", headers={"Content-Type": "application/xml"}),
        "/s1.xml": urlset(entry("/a"), entry("/b/", "2020-01-01"), entry("/none")),
        "/s2.xml.gz": Reply(
            gzip.compress(urlset(entry("/c", "2020-02-02T10:00:00+02:00")).encode()),
            headers={"Content-Type": "application/gzip"},
        ),
        "/s3.txt": f"{docs.url('/b/deep/d')}\nhttps://other.example/x\n",
    }
    source = docs.source("/index.xml")
    found = read(source, tmp_path)
    assert ids(found, docs) == ["/a", "/b/", "/c", "/b/deep/d"]
    assert reasons(found, docs) == {
        "/none": "the server answered 404 Not Found",
        "https://other.example/x": "the sitemap lists it, but it is on another site",
    }
    docs.asked.clear()
    assert ids(read(source, tmp_path), docs) == ["/a", "/b/", "/c", "/b/deep/d"]
    assert not {"/b/", "/c"} & set(docs.paths)  # not changed since they were fetched, as the sitemap says
    assert "/a" in docs.paths
    docs.asked.clear()
    docs.routes["/s1.xml"] = urlset(entry("/a"), entry("/b/", "2999-01-01"), entry("/none"))
    read(source, tmp_path)
    assert "/b/" in docs.paths


def test_a_sitemap_that_is_not_whole_takes_nothing_for_gone(docs, tmp_path):
    listing = f"<urlset><url><loc>{docs.url('/a')}</loc></url><url><loc>{docs.url('/c')}</loc></url></urlset>"
    docs.routes["/s.xml"] = listing
    source = docs.source("/s.xml")
    run(tmp_path, source)
    for broken in (listing[:-30], Reply("", 503, {"Retry-After": "0"}), '<!DOCTYPE x [<!ENTITY a "b">]>' + listing):
        docs.routes["/s.xml"] = broken
        with pytest.raises(SourceError, match=r"s\.xml"):
            run(tmp_path, source)
    assert len(published(tmp_path)) == 2


def test_the_sitemaps_that_robots_name(docs):
    docs.routes["/robots.txt"] = f"User-agent: *\nSitemap: {docs.url('/hidden-map.xml')}\n"
    docs.routes["/hidden-map.xml"] = f"<urlset><url><loc>{docs.url('/c')}</loc></url></urlset>"
    assert ids(read(docs.source("/", Kind.SITEMAP)), docs) == ["/c"]
    del docs.routes["/robots.txt"]
    docs.routes["/sitemap.xml"] = f"<urlset><url><loc>{docs.url('/a')}</loc></url></urlset>"
    assert ids(read(docs.source("/", Kind.SITEMAP)), docs) == ["/a"]


@pytest.mark.parametrize("name", ["billion_laughs", "self_index", "xxe"])
def test_hostile_sitemaps(site, hostile, name):
    site.routes["/sitemap.xml"] = (hostile / "docs" / "gen_sitemap" / f"{name}.xml").read_text()
    with pytest.raises(SourceError):
        read(site.source("/sitemap.xml", Kind.SITEMAP))
    assert len(site.paths) == 1


def test_a_feed_names_its_newest_pages_and_keeps_the_others(docs, tmp_path):
    def feed(*paths: str) -> Reply:
        entries = "".join(f'<entry><title>t</title><link rel="alternate" href="{path}"/></entry>' for path in paths)
        return Reply(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{entries}</feed>',
            headers={"Content-Type": "application/atom+xml"},
        )

    source = docs.source("/feed", Kind.FEED)
    docs.routes["/feed"] = feed("/a", "/c", "https://other.example/")
    assert ids(read(source, tmp_path), docs) == ["/a", "/c"]
    docs.routes["/feed"] = feed("/b/", "/a")
    assert ids(read(source, tmp_path), docs) == ["/b/", "/a", "/c"]
    del docs.routes["/c"]
    assert ids(read(source, tmp_path), docs) == ["/b/", "/a"]


def test_encodings_and_formats(site, tmp_path):
    site.routes |= {
        "/": page("Home", "/latin", "/koi", "/notes.txt", "/readme.md", "/plain", "/octets.bin2", "/nothing", "/png"),
        "/latin": Reply(
            "<title>Café</title><p>Ein Café in Köln hat geöffnet.".encode("iso-8859-1"),
            headers={"Content-Type": "text/html; charset=ISO-8859-1"},
        ),
        "/koi": Reply(
            "<meta charset=utf-8><title>Слово</title><p>Это слово из словаря.".encode("koi8-r"),
            headers={"Content-Type": 'text/html;charset="KOI8-R"'},
        ),
        "/notes.txt": Reply("Plain notes about [brackets].", headers={"Content-Type": "text/plain"}),
        "/readme.md": Reply("# Readme\n\nSome *Markdown* here.", headers={"Content-Type": "text/plain"}),
        "/plain": Reply(
            "<!doctype html><title>Untyped</title><p>HTML that nobody declared.", headers={"Content-Type": ""}
        ),
        "/octets.bin2": Reply(b"\0\1\2", headers={"Content-Type": "application/octet-stream"}),
        "/png": Reply(b"\x89PNG", headers={"Content-Type": "image/png"}),
        "/nothing": Reply("", 204),
    }
    report = run(tmp_path, site.source("/", Kind.CRAWL)).sources[0]
    snapshot = open_snapshot(tmp_path)
    texts = {
        path: snapshot.catalog.page("default", site.url(path))
        for path in ("/latin", "/koi", "/notes.txt", "/readme.md", "/plain")
    }
    snapshot.catalog.close()
    assert texts["/latin"].text == "Ein Café in Köln hat geöffnet."
    assert texts["/koi"].text == "Это слово из словаря."
    assert texts["/notes.txt"].text == "Plain notes about [brackets]."
    assert texts["/readme.md"].title == "Readme"
    assert texts["/plain"].title == "Untyped"
    assert dict(report.skipped)[site.url("/png")] == "it is image/png, which is not read"


def test_slow_and_broken_pages_are_reported_and_the_others_read(docs):
    docs.routes |= {
        "/": page("Home", "/a", "/slow", "/bomb", "/half", "/c"),
        "/slow": Reply("<p>" + "slow " * 100, pause=0.2),
        "/bomb": Reply(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}),
        "/half": Reply("<p>half", length=5000),
    }
    hasty = replace(HASTY, attempts=1, total=3.0, read=2.0)
    found = list(read_web(docs.source("/", Kind.CRAWL), manners=hasty))
    assert ids(found, docs) == ["/", "/a", "/c"]
    failed = {one.where.removeprefix(docs.origin) for one in found if isinstance(one, Skipped) and one.failed}
    assert failed == {"/slow", "/bomb", "/half"}


def test_pages_without_text_are_no_failures_of_a_crawl(site, tmp_path):
    site.routes |= {"/": page("Home", "/app"), "/app": html("<div id=app></div><script>start()</script>", "App")}
    report = run(tmp_path, site.source("/", Kind.CRAWL)).sources[0]
    assert not report.failed
    assert dict(report.skipped)[site.url("/app")] == "there is no text in it"
    report = run(tmp_path, site.source("/app", Kind.PAGE), site.source("/", Kind.CRAWL)).sources[0]
    assert dict(report.failed)[site.url("/app")] == "there is no text in it"


def test_credentials_come_from_the_environment(docs, monkeypatch):
    source = docs.source("/a", Kind.PAGE, credentials="DOCS_LOGIN")
    with pytest.raises(ConfigurationError, match="DOCS_LOGIN"):
        read(source)
    monkeypatch.setenv("DOCS_LOGIN", "reader:secret")
    read(source)
    assert docs.asked[-1].headers["authorization"] == "Basic cmVhZGVyOnNlY3JldA=="
    read(docs.source("/a", Kind.PAGE, credentials="DOCS_LOGIN", credentials_header="X-Api-Key"))
    assert docs.asked[-1].headers["x-api-key"] == "reader:secret"
    monkeypatch.setenv("DOCS_LOGIN", "a\r\nX-Evil: 1")
    with pytest.raises(ConfigurationError, match="no header may carry"):
        read(source)


def test_sources_are_one_however_they_are_written(docs, tmp_path):
    assert Source("HTTP://Example.com:80/a/../b#x").key == Source("http://example.com/b").key
    run(tmp_path, docs.source("/b/../a", Kind.PAGE))
    report = run(tmp_path, docs.source("/a", Kind.PAGE))
    assert report.sources[0].unchanged == 1


@pytest.mark.parametrize(
    ("location", "kind", "reason"),
    [
        ("http://127.0.0.1:9/", None, "9"),
        ("http://user:pw@example.com/", None, "user name"),
        ("http:example.com", None, "host"),
        ("https://example.com/", Kind.FOLDER, "is no folder"),
    ],
)
def test_what_cannot_be_a_source(location, kind, reason):
    with pytest.raises(SourceError, match=reason):
        read(Source(location, kind=kind))


def test_copies_that_are_no_database_any_more(docs, tmp_path):
    source = docs.source("/", Kind.CRAWL)
    read(source, tmp_path)
    (file,) = tmp_path.glob("*.sqlite3")
    assert file.stat().st_mode & 0o077 == 0
    for side in tmp_path.glob("*.sqlite3-*"):
        side.unlink()
    file.write_bytes(b"no database" * 1000)
    assert len(ids(read(source, tmp_path), docs)) == 5
