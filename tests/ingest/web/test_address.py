import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import AddressRefused
from ingest.web.address import parse


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/%2e%2e/a", "https://example.com/a"),
        ("https://example.com/a/..", "https://example.com/"),
        ("https://example.com/%7Euser/%c3%a9?q=%e9", "https://example.com/~user/%C3%A9?q=%E9"),
        ("https://example.com/é", "https://example.com/%C3%A9"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b=1&utm_source=x&c=2&fbclid=3", "https://example.com/a?b=1&c=2"),
        ("https://example.com/a;jsessionid=1F2?PHPSESSID=9&p=1", "https://example.com/a?p=1"),
        ("https://example.com/?sid=0123456789abcdef0123", "https://example.com/"),
        ("https://example.com/story?sid=12", "https://example.com/story?sid=12"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_one_way_of_writing(written, read):
    assert str(parse(written)) == read


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "//example.com/", "example.com", "",
        "http:example.com", "http:/example.com", "http://", "http:///path", "http://user@example.com/",
        "http://user:pw@example.com/", "http://example.com\\@evil.example/", "http://exa mple.com/",
        "http://example.com/\r\nX: y", "http://example.com:0x50/", "http://example.com:080/", "http://example.com:99999/",
        "http://example.com:80:80/", "http://exam%70le.com/", "http://[::1%25eth0]/", "http://[::1/", "http://-a.example/",
        "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://127．0．0．1/", "http://a..b/",
        "http://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address(url):
    with pytest.raises(AddressRefused):
        parse(url)


def test_links():
    page = parse("https://example.com/docs/intro?x=1")
    assert str(page.link("../about#top")) == "https://example.com/about"
    assert str(page.link(" ?x=2\n")) == "https://example.com/docs/intro?x=2"
    assert str(page.link("//other.example/a b")) == "https://other.example/a%20b"
    for href in ("mailto:a@example.com", "javascript:void(0)", "/\\evil.example", "http://["):
        with pytest.raises(AddressRefused):
            page.link(href)


def test_sites():
    assert parse("http://www.example.com/").site == parse("https://example.com/").site
    assert parse("http://docs.example.com/").site != parse("https://example.com/").site
    assert parse("http://example.com:8080/").site != parse("http://example.com/").site


def test_files_that_are_no_pages():
    assert not parse("https://example.com/logo.PNG").may_be_page
    assert parse("https://example.com/manual.pdf").may_be_page
    assert parse("https://example.com/v1.2/").may_be_page
    assert parse("https://example.com/").suffix == ""


@given(st.text("abz019./:?#&=%[]@;-_~ äß。", max_size=40))
def test_what_is_read_reads_the_same_again(rest):
    try:
        address = parse("https://example.com/" + rest)
    except AddressRefused:
        return
    assert parse(str(address)) == address
    assert address.host == "example.com"


@given(st.text("abz019.:%[]@-_ü。．①x", min_size=1, max_size=20))
def test_no_host_slips_through_in_disguise(host):
    try:
        address = parse(f"http://{host}/")
    except AddressRefused:
        return
    assert address.host.isascii()
    assert address.host == address.host.lower()
    assert address.ip is not None or not address.host.rpartition(".")[2].isdigit()
