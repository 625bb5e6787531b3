"""How a site is asked: one request after the other against a real server."""

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from content.errors import NotFetched
from content.guard import Guard
from content.network import Network
from ingest.web.address import parse
from ingest.web.answer import Body, Moved, Unchanged, Validators
from ingest.web.body import Caps
from ingest.web.fetcher import fetching
from ingest.web.manners import Manners
from ingest.web.robots import Robots
from tests.ingest.web.site import HASTY, Reply, Site, moved


def get(
    site: Site,
    path: str = "/",
    *more: str,
    manners: Manners = HASTY,
    validators: Validators | None = None,
    credentials: Mapping[str, str] | None = None,
    wanted=lambda media_type, address: True,
):
    """Return what the last of several paths of a site holds."""

    async def ask():
        guard = Guard(parse(site.origin), allow_private=True)
        async with fetching(guard, manners, credentials or {}, Network()) as fetcher:
            for each in (path, *more):
                answer = await fetcher.get(parse(site.url(each)), validators, wanted)
            return answer

    return asyncio.run(ask())


def test_a_page(site):
    site.routes["/"] = Reply(
        "<p>Grüße", headers={"Content-Type": 'Text/HTML; Charset="ISO-8859-15"', "X-Robots-Tag": "noindex"}
    )
    page = get(site)
    assert isinstance(page, Body)
    assert (page.data, page.media_type, page.charset, page.robots) == (
        "<p>Grüße".encode(),
        "text/html",
        "ISO-8859-15",
        "noindex",
    )
    assert page.validators.etag
    (robots, request) = site.asked
    assert robots.path == "/robots.txt"
    assert request.headers["user-agent"].startswith("Glossator/")
    assert "cookie" not in request.headers


def test_only_what_changed_is_sent_again(site):
    site.routes["/"] = "<p>One"
    first = get(site)
    assert isinstance(get(site, validators=first.validators), Unchanged)
    site.routes["/"] = "<p>Two"
    assert get(site, validators=first.validators).data == b"<p>Two"


@pytest.mark.parametrize("etag", ['"é"', "\x01", '"' + "x" * 5000 + '"', ""])
def test_validators_that_cannot_be_sent_back(site, etag):
    site.routes["/"] = Reply("<p>One", headers={"ETag": etag})
    assert get(site, validators=get(site).validators).data == b"<p>One"


def test_redirects_are_told_and_not_followed(site):
    site.routes["/"] = moved("sub/page?x=1#part")
    assert get(site) == Moved(parse(site.url("/sub/page?x=1")))
    assert site.paths == ["/"]


@pytest.mark.parametrize(
    ("status", "failed"), [(404, False), (410, False), (401, True), (403, True), (451, True), (300, True)]
)
def test_refusals_of_the_server(site, status, failed):
    site.routes["/"] = Reply("no", status)
    with pytest.raises(NotFetched, match=str(status)) as caught:
        get(site)
    assert caught.value.failed is failed
    assert site.paths == ["/"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failures_of_the_server_are_tried_again(site, status):
    answers = [Reply("no", status), Reply("no", status), Reply("<p>Here")]
    site.routes["/"] = lambda asked: answers.pop(0)
    assert get(site).data == b"<p>Here"
    site.routes["/"] = Reply("no", status)
    site.asked.clear()
    with pytest.raises(NotFetched, match=r"\(3 attempts\)") as caught:
        get(site)
    assert caught.value.failed
    assert caught.value.unreachable
    assert len(site.paths) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_server_says_when_to_come_again(site, form):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    answers = [Reply("", 503, {"Retry-After": "0" if form == "seconds" else soon}), Reply("<p>Here")]
    site.routes["/"] = lambda asked: answers.pop(0)
    assert get(site, manners=replace(HASTY, backoff=1000.0)).data == b"<p>Here"


def test_nobody_waits_for_an_hour(site):
    site.routes["/"] = Reply("", 503, {"Retry-After": "3600"})
    with pytest.raises(NotFetched, match="503"):
        get(site)
    assert site.paths == ["/"]


@pytest.mark.parametrize("when", ["soon", "-1", "²", "Mon, 01 Jan 0001 00:00:00 GMT", ""])
def test_an_odd_retry_after(site, when):
    answers = [Reply("", 503, {"Retry-After": when}), Reply("<p>Here")]
    site.routes["/"] = lambda asked: answers.pop(0)
    assert get(site).data == b"<p>Here"


def test_slow_pages(site):
    site.routes["/slow"] = Reply("<p>" + "slow " * 1000, pause=0.05)
    with pytest.raises(NotFetched, match="was not there after"):
        get(site, "/slow", manners=replace(HASTY, attempts=1, total=0.3))


def test_silent_pages(site):
    site.routes["/silent"] = Reply("<p>never", pause=30)
    with pytest.raises(NotFetched, match="in time"):
        get(site, "/silent", manners=replace(HASTY, attempts=1, read=0.2))


def test_a_page_that_breaks_off(site):
    site.routes["/"] = Reply("<p>half", length=5000)
    with pytest.raises(NotFetched):
        get(site, manners=replace(HASTY, attempts=1))


def test_large_pages(site):
    site.routes["/"] = Reply(bytes(300_000))
    with pytest.raises(NotFetched, match="200,000"):
        get(site, manners=replace(HASTY, caps=Caps(sent=200_000)))


def test_packed_pages(site):
    site.routes["/"] = Reply(gzip.compress(b"<p>packed"), headers={"Content-Encoding": "gzip"})
    site.routes["/bomb"] = Reply(gzip.compress(bytes(60_000_000)), headers={"Content-Encoding": "gzip"})
    assert get(site).data == b"<p>packed"
    with pytest.raises(NotFetched, match="unpack to more"):
        get(site, "/bomb")


def test_unwanted_media_are_not_read(site):
    site.routes["/"] = Reply(b"\x89PNG", headers={"Content-Type": "image/png"})
    with pytest.raises(NotFetched, match="image/png") as caught:
        get(site, wanted=lambda media_type, address: media_type == "text/html")
    assert not caught.value.failed


def test_cookies_are_not_kept(site):
    site.routes["/"] = Reply("<p>x", headers={"Set-Cookie": "session=1; Path=/"})
    get(site, "/", "/")
    assert all("cookie" not in asked.headers for asked in site.asked)


def test_credentials_go_to_the_origin_alone(site):
    with Site() as other:
        site.routes["/"] = other.routes["/"] = "<p>x"

        async def ask():
            guard = Guard(parse(site.origin), True, (parse(site.origin).port, parse(other.origin).port))
            async with fetching(guard, HASTY, {"Authorization": "Bearer secret"}, Network()) as fetcher:
                for each in (site, other):
                    await fetcher.get(parse(each.url("/")))

        asyncio.run(ask())
        assert all(asked.headers["authorization"] == "Bearer secret" for asked in site.asked)
        assert all("authorization" not in asked.headers for asked in other.asked)
        assert len(other.asked) == 2


def robots(text: str | bytes, status: int = 200, **headers: str) -> Reply:
    return Reply(text, status, {"Content-Type": "text/plain", **headers})


def test_robots(site):
    site.routes |= {"/a": "<p>a", "/b/c": "<p>c", "/b/d": "<p>d"}
    site.routes["/robots.txt"] = robots(
        "User-agent: *\nDisallow: /\n\nUser-agent: glossator\nDisallow: /b\nAllow: /b/c$\n"
    )
    assert get(site, "/a", "/b/c").data == b"<p>c"
    with pytest.raises(NotFetched, match=r"robots\.txt disallows") as caught:
        get(site, "/b/d")
    assert not caught.value.failed
    assert site.counts["/b/d"] == 0
    assert site.counts["/robots.txt"] == 2  # once a visit


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_robots_everything_is_allowed(site, status):
    site.routes |= {"/robots.txt": robots("User-agent: *\nDisallow: /", status), "/": "<p>x"}
    assert get(site).data == b"<p>x"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_with_unreachable_robots_nothing_is(site, status):
    site.routes |= {"/robots.txt": robots("", status), "/": "<p>x"}
    with pytest.raises(NotFetched, match="cannot be read") as caught:
        get(site)
    assert caught.value.failed
    assert site.counts["/"] == 0


def test_redirected_robots(site):
    site.routes |= {"/": "<p>x", "/r5": robots("User-agent: *\nDisallow: /"), "/robots.txt": moved("/r1")}
    site.routes |= {f"/r{i}": moved(f"/r{i + 1}") for i in range(1, 5)}
    with pytest.raises(NotFetched, match="disallows"):
        get(site)
    site.routes["/r5"] = moved("/r6")
    site.routes["/r6"] = robots("User-agent: *\nDisallow: /")
    assert get(site).data == b"<p>x"  # more than five redirects count as none (RFC 9309, 2.3.1.2)
    assert site.counts["/r6"] == 0


def test_large_robots_are_read_in_part(site):
    filler = "# filler\n" * 60_000
    site.routes |= {"/": "<p>x", "/robots.txt": robots("User-agent: *\nDisallow: /no\n" + filler + "Disallow: /\n")}
    assert get(site).data == b"<p>x"
    with pytest.raises(NotFetched, match="disallows"):
        get(site, "/no")


@pytest.mark.parametrize("name", ["wildcard_redos", "binary", "disallow_all"])
def test_hostile_robots(site, hostile, name):
    site.routes["/robots.txt"] = robots((hostile / "docs" / "gen_robots" / f"{name}.txt").read_bytes())
    site.routes["/" + "a" * 1000] = "<p>x"
    if name != "disallow_all":
        assert get(site, "/" + "a" * 1000).data == b"<p>x"
    else:
        with pytest.raises(NotFetched, match="disallows"):
            get(site, "/" + "a" * 1000)


def test_what_robots_ask_for_beside_rules():
    rules = Robots.read("User-agent: *\nCrawl-delay: 2.5\nSitemap: /s.xml\nSitemap: file:///etc/passwd\nnonsense")
    assert rules.delay == 2.5
    assert list(map(str, rules.sitemaps(parse("https://example.com/a/")))) == ["https://example.com/s.xml"]
    assert Robots.read("User-agent: *\nCrawl-delay: 86400").delay == 30
    assert Robots.read("").delay == 0


def test_a_site_that_is_down_is_noticed(site):
    site.routes |= {f"/{i}": Reply("", 503) for i in range(12)}

    async def ask():
        async with fetching(Guard(parse(site.origin), True), replace(HASTY, attempts=1), {}, Network()) as fetcher:
            states = []
            for i in range(11):
                with pytest.raises(NotFetched):
                    await fetcher.get(parse(site.url(f"/{i}")))
                states.append(fetcher.down)
            return states

    assert asyncio.run(ask()) == [False] * 9 + [True] * 2


def test_broken_pages_do_not_make_a_site_down(site):
    site.routes |= {f"/{i}": Reply("", 500) for i in range(12)}

    async def ask():
        async with fetching(Guard(parse(site.origin), True), replace(HASTY, attempts=1), {}, Network()) as fetcher:
            for i in range(12):
                with pytest.raises(NotFetched):
                    await fetcher.get(parse(site.url(f"/{i}")))
            return fetcher.down

    assert not asyncio.run(ask())
