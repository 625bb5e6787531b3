import pytest

from ingest.web.address import parse
from ingest.web.answer import Body, Validators
from ingest.web.markup import Markup, Wishes, markup_of, read_markup

PAGE = parse("https://example.com/docs/page")


def read(source: str, header: str = "") -> Markup:
    return read_markup(source, PAGE, header)


def test_links():
    found = read("""
        <base href="/other/"><a href="a">a</a> <a href="a#part">a again</a> <a href="">nothing</a> <a>none</a>
        <a href="mailto:x@example.com">mail</a> <a href="javascript:x()">script</a> <a rel="nofollow ugc" href="b">no</a>
        <map><area href="/area"></map><link rel="next" href="?page=2"><a href=" c d ">spaces</a>
    """)
    assert [address.target for address in found.links] == ["/other/a", "/area", "/other/?page=2", "/other/c%20d"]


def test_a_page_of_too_many_links(hostile):
    text = (hostile / "docs" / "gen_html" / "20k_links.html").read_text(encoding="utf-8")
    assert len(read(text * 2).links) <= 20_000


@pytest.mark.parametrize(
    ("directives", "wishes"),
    [
        (["noindex"], Wishes(True, False)),
        (["NOFOLLOW , NoIndex"], Wishes(True, True)),
        (["none"], Wishes(True, True)),
        (["index, follow", "all"], Wishes()),
        (["otherbot: noindex, nofollow"], Wishes()),
        (["otherbot: noindex, glossator: nofollow"], Wishes(False, True)),
        (["otherbot: noindex", "nofollow"], Wishes(False, True)),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST, noindex"], Wishes(True, False)),
        (["max-snippet: 20, noindex"], Wishes(True, False)),
    ],
)
def test_wishes(directives, wishes):
    assert Wishes.of(directives) == wishes


def test_wishes_of_pages():
    assert read("<meta name=ROBOTS content='noindex'>").wishes.hidden
    assert read("<meta name=glossator content='noindex'>").wishes.hidden
    assert not read("<meta name=otherbot content='noindex'>").wishes.hidden
    assert read("<p>x", "noindex\nnofollow").wishes == Wishes(True, True)
    assert read("<a href=/x>x</a>", "nofollow").links == ()


def test_where_a_page_moved():
    assert str(read("<meta http-equiv=Refresh content='0; URL=../new'>").moved) == "https://example.com/new"
    assert str(read("<meta http-equiv=refresh content=\"1;url='/new'\">").moved) == "https://example.com/new"
    assert read("<meta http-equiv=refresh content='30'>").moved is None
    assert read("<meta http-equiv=refresh content='300; url=/later'>").moved is None
    assert read("<meta http-equiv=refresh content='0; url=javascript:x()'>").moved is None


def test_the_canonical_address():
    assert (
        str(read("<head><link rel='Canonical' href='page?x=1'></head>").canonical)
        == "https://example.com/docs/page?x=1"
    )
    assert read("<head></head><body><p>x<link rel=canonical href='/evil'></body>").canonical is None
    assert read("<head><link rel=canonical href='javascript:x()'></head>").canonical is None


def test_blocks_do_not_count_numbers_and_scripts():
    one = read("<p>Events in May 2024</p><script>let a = 1</script>").blocks
    two = read("<p> Events  in MAY 2031</p><style>p {}</style>").blocks
    assert one == two
    assert len(one) == 1
    assert read("<p>Events in June 2024</p>").blocks != one


def test_bodies():
    def body(data: bytes, media_type: str, charset: str | None = None) -> Body:
        return Body(data, media_type, charset, "", Validators())

    link = "<a href='/é'>x</a>"
    assert markup_of(body(link.encode("latin-1"), "text/html", "latin-1"), PAGE).links[0].target == "/%C3%A9"
    assert markup_of(body(b"<!doctype html><a href=/a>x</a>", ""), PAGE) is not None
    assert markup_of(body(b"just text", ""), PAGE) is None
    assert markup_of(body(b"%PDF-1.7", "application/pdf"), PAGE) is None
    assert markup_of(body(b"<p>\0\0\0", "text/html"), PAGE) is None
