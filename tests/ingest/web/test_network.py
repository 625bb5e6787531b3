"""Nothing private is ever connected to, whatever names, redirects, sitemaps and robots.txt say."""

import json
from dataclasses import replace

import httpcore
import pytest

from content.errors import SourceError
from ingest.sources import Kind, RawPage, Skipped, Source, WebOptions
from ingest.sources.web import read_web
from tests.ingest.web.network import PUBLIC, Names, Wire, http, network
from tests.ingest.web.site import HASTY

URL = "https://docs.example.com/"


def visit(
    wire: Wire, names: Names | None = None, url: str = URL, kind: Kind | None = Kind.PAGE
) -> list[RawPage | Skipped]:
    """Return what a visit gives; nothing where the source as a whole is refused."""
    source = Source(url, kind=kind, web=WebOptions(delay=0.0))
    try:
        return list(read_web(source, manners=replace(HASTY, attempts=1), network=network(wire, names)))
    except SourceError:
        return []


def pages(found: list[RawPage | Skipped]) -> list[str]:
    return [page.page_id for page in found if isinstance(page, RawPage)]


def test_the_vetted_address_is_connected_to_and_the_host_is_named():
    wire, names = Wire(), Names({"docs.example.com": [["93.184.215.99"]]})
    assert pages(visit(wire, names)) == [URL]
    assert set(wire.connected) == {("93.184.215.99", 443)}
    assert all(b"\r\nHost: docs.example.com\r\n" in request for request in wire.requests)
    assert b"User-Agent: Glossator/" in wire.requests[0]


def test_hostile_addresses(hostile):
    records = [json.loads(line) for line in (hostile / "ssrf_urls.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(records) > 200
    wrong = []
    for record in records:
        stub = {name: [[address]] for name, address in record.get("stub_dns", {}).items()}
        wire = Wire()
        found = pages(visit(wire, Names(stub), record["url"]))
        allowed = bool(found)
        if wire.private or {"allow": not allowed, "block": bool(wire.connected)}.get(record["expect"], False):
            wrong.append((record, wire.connected))
    assert not wrong


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/",
        "http://localhost/",
        "file:///etc/passwd",
        "http://[::1]/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_inwards(location, status):
    wire = Wire({"/": http(b"", status, Location=location)})
    assert visit(wire) == []
    assert {address for address, _ in wire.connected} == {PUBLIC}


def test_a_page_that_sends_its_visitors_inwards():
    wire = Wire({"/": http(b'<meta http-equiv=refresh content="0; url=http://127.0.0.1/">')})
    assert visit(wire, kind=Kind.CRAWL) == []
    assert not wire.private


def test_links_inwards():
    body = (
        b'<p>Start<a href="http://127.0.0.1/">a</a><a href="http://localhost/">b</a><a href="http://10.0.0.1/x">c</a>'
    )
    wire = Wire({"/": http(body)})
    assert pages(visit(wire, kind=Kind.CRAWL)) == [URL]
    assert not wire.private


def test_a_sitemap_that_names_inner_addresses():
    places = (
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "https://other.example/",
        URL + "good",
        "http://169.254.169.254/x",
    )
    entries = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    inner = "<sitemap><loc>http://10.0.0.1/s.xml</loc></sitemap>"
    wire = Wire({"/s.xml": http(f"<urlset>{entries}{inner}</urlset>".encode())})
    found = visit(wire, url=URL + "s.xml", kind=Kind.SITEMAP)
    assert pages(found) == [URL + "good"]
    assert not wire.private
    assert len({one.where for one in found if isinstance(one, Skipped)}) == 5


def test_a_robots_file_that_names_an_inner_sitemap():
    robots = f"Sitemap: http://169.254.169.254/s.xml\nSitemap: {URL}s.xml\n".encode()
    listing = f"<urlset><url><loc>{URL}good</loc></url></urlset>".encode()
    wire = Wire({"/robots.txt": http(robots), "/s.xml": http(listing)})
    visit(wire, kind=Kind.SITEMAP)
    assert wire.connected
    assert not wire.private


def test_a_robots_file_that_is_redirected_inwards_closes_the_site():
    wire = Wire({"/robots.txt": http(b"", 302, Location="http://127.0.0.1/robots.txt")})
    assert visit(wire) == []
    assert {address for address, _ in wire.connected} == {PUBLIC}


def test_a_name_with_a_public_and_a_private_address():
    wire = Wire()
    assert visit(wire, Names({"docs.example.com": [[PUBLIC, "127.0.0.1"]]})) == []
    assert wire.connected == []


def test_a_name_that_changes_its_mind():
    # The first answer is public; from the second on it is not. Each connection is made to what was vetted for it.
    wire = Wire()
    visit(wire, Names({"docs.example.com": [[PUBLIC], ["::1"]]}))
    assert set(wire.connected) == {(PUBLIC, 443)}


def test_a_name_that_leads_to_an_inner_one():
    wire = Wire()
    assert visit(wire, Names({"docs.example.com": [["10.1.2.3"]]})) == []
    assert wire.connected == []


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    wire = Wire()
    assert pages(visit(wire)) == [URL]
    assert not wire.private


def test_alternative_services_are_not_used():
    wire = Wire({"/": http(b"<p>Start <a href=/two>two</a>", Alt_Svc='h2="127.0.0.1:9", h3=":443"')})
    assert len(pages(visit(wire, kind=Kind.CRAWL))) == 2
    assert {address for address, _ in wire.connected} == {PUBLIC}


def test_the_next_address_is_tried():
    class FirstIsDead(Wire):
        async def connect_tcp(self, host, *arguments, **options):
            if host == "93.184.215.1":
                raise httpcore.ConnectError("refused")
            return await super().connect_tcp(host, *arguments, **options)

    wire = FirstIsDead()
    assert pages(visit(wire, Names({"docs.example.com": [["93.184.215.1", "93.184.215.2"]]}))) == [URL]


def test_a_name_that_nobody_knows():
    async def unknown(host):
        raise OSError("Name or service not known")

    source = Source(URL, kind=Kind.PAGE, web=WebOptions(delay=0.0))
    with pytest.raises(SourceError, match=r"docs\.example\.com cannot be resolved"):
        list(read_web(source, manners=replace(HASTY, attempts=1), network=replace(network(Wire()), resolve=unknown)))


def test_scenarios(hostile):
    """All scenarios of the list are among the tests above; here each runs as the list has it."""
    for line in (hostile / "ssrf_scenarios.jsonl").read_text(encoding="utf-8").splitlines():
        scenario = json.loads(line)
        answers = {}
        if "hops" in scenario:
            answers["/"] = http(b"", scenario["hops"][0][0], Location=scenario["hops"][0][1])
        if "headers" in scenario:
            answers["/"] = http(
                b"<p>Start <a href=/two>two</a>", **{k.replace("-", "_"): v for k, v in scenario["headers"].items()}
            )
        if "robots" in scenario:
            answers["/robots.txt"] = http(scenario["robots"].encode())
        if "robots_hops" in scenario:
            answers["/robots.txt"] = http(b"", scenario["robots_hops"][0][0], Location=scenario["robots_hops"][0][1])
        if "sitemap" in scenario:
            entries = "".join(f"<url><loc>{place}</loc></url>" for place in scenario["sitemap"])
            answers["/sitemap.xml"] = http(f"<urlset>{entries}</urlset>".encode())
        known = {"docs.example.com": scenario.get("dns") or [[PUBLIC]]}
        if "dns_cname" in scenario:
            known = {"docs.example.com": [["10.20.30.40"]]}  # what a resolver makes of a name that leads inwards
        for kind in (Kind.PAGE, Kind.CRAWL, Kind.SITEMAP, Kind.FEED, None):
            with pytest.MonkeyPatch.context() as patch:
                for name, value in scenario.get("env", {}).items():
                    patch.setenv(name, value)
                wire = Wire(answers)
                visit(wire, Names(known), kind=kind)
                assert not wire.private, scenario["name"]
