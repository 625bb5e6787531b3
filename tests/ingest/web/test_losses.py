"""A site that loses most of its pages, by what sites do when they are ill: the glossary keeps what it had."""

from __future__ import annotations

import pytest

from ingest.sources import Kind
from tests.ingest.web.site import Reply, Site, html, moved
from tests.ingest.web.test_crawl import page, published, run

PAGES = [f"/p{number}" for number in range(30)]


def sitemap(site: Site, *paths: str) -> Reply:
    urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    return Reply(f"<urlset>{urls}</urlset>", headers={"Content-Type": "application/xml"})


@pytest.fixture
def big(site: Site) -> Site:
    """A site of 31 pages with a sitemap."""
    site.routes |= {"/": page("Home", *PAGES), "/sitemap.xml": sitemap(site, "/", *PAGES)}
    site.routes |= {path: page(f"Chapter {path}", "/") for path in PAGES}
    return site


def not_found(site: Site) -> None:
    site.routes |= dict.fromkeys(PAGES, Reply("gone", 404))


def shrunk_sitemap(site: Site) -> None:
    site.routes["/sitemap.xml"] = sitemap(site, "/")


def redirects_to_login(site: Site) -> None:
    site.routes |= {path: moved(f"/login?next={path}", 302) for path in PAGES}
    wall = html("<h1>Sign in</h1><p>Please sign in to read this.</p>", "Sign in")
    site.routes |= {f"/login?next={path}": wall for path in PAGES}


def login_in_place(site: Site) -> None:
    site.routes |= dict.fromkeys(PAGES, html("<h1>Sign in</h1><p>Please sign in to read this.</p>", "Sign in"))


def login_that_names_the_page(site: Site) -> None:
    site.routes |= {
        path: html(f"<h1>Chapter {path}</h1><p>Please sign in to read the chapter {path} of the book.</p>", path)
        for path in PAGES
    }


def empty_pages(site: Site) -> None:
    site.routes |= dict.fromkeys(PAGES, html("", "Loading"))


FAULTS = [
    not_found, shrunk_sitemap, redirects_to_login, login_in_place, login_that_names_the_page, empty_pages,
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_site_that_falls_ill_is_held_back_until_it_is_well(big, tmp_path, fault):
    source = big.source("/sitemap.xml", Kind.SITEMAP)
    assert run(tmp_path, source).published
    before, well = published(tmp_path), dict(big.routes)
    fault(big)
    report = run(tmp_path, source)
    assert not report.published
    assert report.check.held
    (loss,) = report.check.lost
    assert (loss.location, loss.before) == (source.key[0], 31)
    assert loss.now <= 2
    assert loss.gone + loss.emptied >= 29
    assert {page_id for page_id, _ in loss.examples} <= before
    assert published(tmp_path) == before
    assert run(tmp_path, source).check.held, "it is held back again the next time"
    big.routes.update(well)
    again = run(tmp_path, source)
    assert again.complete
    assert published(tmp_path) == before


def test_a_crawled_site_whose_links_are_gone_is_held_back(big, tmp_path):
    source = big.source("/", Kind.CRAWL)
    run(tmp_path, source)
    big.routes["/"] = html("<h1>Home</h1><p>We are closed for maintenance, please come back tomorrow.</p>", "Home")
    report = run(tmp_path, source)
    assert report.check.held
    assert report.check.lost[0].gone == 30


def test_servers_that_fail_lose_nothing(big, tmp_path):
    source = big.source("/sitemap.xml", Kind.SITEMAP)
    run(tmp_path, source)
    before = published(tmp_path)
    big.routes |= dict.fromkeys(PAGES[:12], Reply("", 403))
    report = run(tmp_path, source)
    assert report.check is None
    assert published(tmp_path) == before
