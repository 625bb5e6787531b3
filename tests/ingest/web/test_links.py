"""What the linter says of the links of a site that was crawled."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ingest.lint import Check, lint
from ingest.sources import Kind
from tests.fakes import open_snapshot
from tests.ingest.web.site import Site, html, moved
from tests.ingest.web.test_crawl import prose, run


def dead(var: Path, site: Site) -> list[tuple[str, str, str]]:
    snapshot = open_snapshot(var)
    try:
        found = [one for one in lint(snapshot, date(2026, 5, 1)) if one.check in {Check.DEAD_LINK, Check.DEAD_ANCHOR}]
    finally:
        snapshot.catalog.close()
    return [(one.check.value, one.page_id.removeprefix(site.origin), one.message.split("'")[1]) for one in found]


def test_places_of_other_pages_and_other_addresses(site, tmp_path):
    to = ["apple#seed", "/apple#core", "/apple#pip", "/old", "/old#pip", "banana"]
    links = "".join(f'<a href="{target}">leads to {target}</a> and ' for target in to)
    site.routes |= {
        "/": html(f"<h1>Home</h1>{prose('home')}<p>{links} more.</p>", "Home"),
        "/apple": html(f'<h1>Apple</h1>{prose("apple")}<p id="seed">The <i id="core">core</i>.</p>', "Apple"),
        "/banana": html(f"<h1>Banana</h1>{prose('banana')}", "Banana"),
        "/old": moved("/apple"),
    }
    run(tmp_path, site.source("/", Kind.CRAWL))
    assert dead(tmp_path, site) == [("dead-anchor", "/", "/apple#pip")]


def test_a_page_that_stays_has_the_places_that_it_has_now(site, tmp_path):
    source = site.source("/", Kind.CRAWL)
    home = f"<h1>Home</h1>{prose('home')}<p>See <a href='/apple#seed'>the seed</a>.</p>"
    apple = f'<h1>Apple</h1>{prose("apple")}<p class="seed">The core.</p>'
    site.routes |= {"/": html(home, "Home"), "/apple": html(apple, "Apple")}
    run(tmp_path, source)
    assert dead(tmp_path, site) == [("dead-anchor", "/", "/apple#seed")]
    site.routes |= {
        "/": html(f"{home}<p>And another sentence.</p>", "Home"),
        "/apple": html(apple.replace("class=", "id="), "Apple"),
    }
    report = run(tmp_path, source)
    assert (report.sources[0].changed, report.sources[0].unchanged) == (1, 1)
    assert dead(tmp_path, site) == []
