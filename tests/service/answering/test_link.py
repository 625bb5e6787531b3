import pytest

from service.answering.link import quote_link, vetted


@pytest.mark.parametrize(
    ("url", "text", "anchor", "link"),
    [
        (None, "x", None, None),
        ("https://x.example/p", "Short quote.", None, "https://x.example/p#:~:text=Short%20quote."),
        ("https://x.example/p", "Short quote.", "how", "https://x.example/p#how:~:text=Short%20quote."),
        ("https://x.example/p#own", "a", "how", "https://x.example/p#own:~:text=a"),
        (
            "https://x.example/p",
            "one two three four five six seven eight nine ten eleven",
            None,
            "https://x.example/p#:~:text=one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven",
        ),
        (
            "https://x.example/p",
            "self-attention, & more",
            None,
            "https://x.example/p#:~:text=self%2Dattention%2C%20%26%20more",
        ),
        (
            "https://x.example/p",
            "- first item\n2. second item",
            None,
            "https://x.example/p#:~:text=first%20item,second%20item",
        ),
        ("https://x.example/p", "a | b\nc | d", None, "https://x.example/p#:~:text=a,c"),
    ],
)
def test_links(url, text, anchor, link):
    assert quote_link(url, text, anchor) == link


@pytest.mark.parametrize(
    ("url", "locator", "link"),
    [
        ("https://x.example/doc.pdf", "page=3", "https://x.example/doc.pdf#page=3"),
        ("https://x.example/doc.pdf#old", "page=3", "https://x.example/doc.pdf#page=3"),
        ("https://x.example/talk.mp4", "t=83", "https://x.example/talk.mp4#t=83"),
        ("https://x.example/talk?id=7", "t=0", "https://x.example/talk?id=7#t=0"),
        ("https://www.youtube.com/watch?v=abc&t=5s&list=x", "t=83", "https://www.youtube.com/watch?v=abc&list=x&t=83"),
        ("https://youtu.be/abc", "t=83", "https://youtu.be/abc?t=83"),
        ("https://vimeo.com/123", "t=83", "https://vimeo.com/123#t=83s"),
        ("https://notyoutube.example/watch", "t=83", "https://notyoutube.example/watch#t=83"),
        (None, "t=83", None),
    ],
)
def test_links_to_pages_of_documents_and_times_of_recordings(url, locator, link):
    assert quote_link(url, "words", None, locator) == link


@pytest.mark.parametrize(
    ("address", "live"),
    [
        ("https://example.com/a?b=c#d", True),
        ("mailto:help@example.com", True),
        ("mailto:", False),
        ("HTTP://EXAMPLE.COM", True),
        ("http:///nowhere", False),
        ("https:example.com", False),
        ("//example.com", False),
        ("java\nscript:alert(1)", False),
        ("https://example.com/\nx", False),
        ("https://example.com\\@evil.example", False),
        (" https://example.com", False),
        ("https://[::1", False),
        ("data:text/html,x", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_and_of_mail_become_links(address, live):
    assert vetted(address) == (address if live else None)
