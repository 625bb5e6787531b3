import pytest

from ingest.lint import Check, Severity

TEXT = "This page says enough about its subject that nobody would take it for a thin one, word after word after word."


def links(findings):
    return [
        (one.check.value, one.page_id, one.line)
        for one in findings
        if one.check in {Check.DEAD_LINK, Check.DEAD_ANCHOR}
    ]


def test_dead_links_of_a_folder(found):
    findings = found(
        {
            "a.md": f"# A\n\n{TEXT}\n\nSee [B](b.md), [gone](gone.md) and [C](sub/c).\n",
            "b.md": f"# Page B\n\n{TEXT} The [first](./a.md#a) page.\n\n- an [old one](ab.md#x)\n",
            "sub/c.md": f"# C\n\n{TEXT} Back to [A](../a.md), on to [D](d.md), to [B](../b.html).\n",
        }
    )
    assert links(findings) == [
        ("dead-link", "a", 3),
        ("dead-link", "b", 3),
        ("dead-link", "sub/c", 1),
        ("dead-anchor", "b", 1),
    ]
    dead = {one.page_id: one for one in findings if one.check is Check.DEAD_LINK}
    assert "'gone.md'" in dead["a"].message
    assert dead["a"].severity is Severity.ERROR


def test_what_is_no_link_to_a_page(found):
    findings = found(
        {
            "a.md": f"# A\n\n{TEXT} [mail](mailto:a@b.c) [x](https://example.com/x) ![p](p.png) [file](data.zip)\n"
            "[root](/somewhere) [up](../outside.md) [part](manual/part.html) [top](#top) [q](x.md?y=1)\n"
            "<p>[away](%2Fetc%2Fnone.md) <a href='http://[none'>none</a> <a href='%00.md%00/x'>none</a></p>\n",
            "b.md": f"# B\n\n{TEXT} [code](code.py)\n\n`[no](link.md)`\n",
        }
    )
    assert links(findings) == []


def test_addresses_that_are_none(found):
    page = f"---\ntitle: A\nurl: 'http://[none'\n---\n\n{TEXT} [b](b.md) [{'x' * 300}]({'x' * 300}.md)\n"
    assert links(found({"a.md": page, "b.md": f"# B\n\n{TEXT}"})) == [("dead-link", "a", 1)]


def test_a_hint_at_what_was_meant(found):
    findings = found({"fine-tuning.md": f"# F\n\n{TEXT}", "a.md": f"# A\n\n{TEXT} [f](fine-tunning.md)"})
    (one,) = [one for one in findings if one.check is Check.DEAD_LINK]
    assert "'fine-tuning'" in one.remedy


@pytest.mark.parametrize(
    ("heading", "fragment", "dead"),
    [
        ("In Plain Words", "in-plain-words", False),
        ("In Plain Words", "in_plain_words", False),
        ("What's new (2)?", "whats-new-2", False),
        ("Über uns", "%C3%BCber-uns", False),
        ("In Plain Words", "in-other-words", True),
    ],
)
def test_anchors_of_markdown(found, heading, fragment, dead):
    findings = found(
        {
            "a.md": f"# A\n\n{TEXT} [there](b.md#{fragment})\n",
            "b.md": f"# B\n\n## {heading}\n\n{TEXT} [here](#{fragment})\n",
        }
    )
    assert links(findings) == ([("dead-anchor", "a", 1), ("dead-anchor", "b", 3)] if dead else [])


def html(body: str) -> str:
    return f"<!doctype html><title>T</title><main><h1>T</h1><p>{TEXT}</p>{body}</main>"


def test_anchors_of_html(found):
    findings = found(
        {
            "a.html": html(f'<p id="here">{TEXT} <a href="#here">ok</a> <a href="#nowhere">no</a></p>'),
            "b.html": html(
                f'<h2 id="x">X</h2><p>{TEXT} Go to <a href="a.html#here">a</a> or <a href="c.html">c</a></p>'
            ),
        }
    )
    assert links(findings) == [("dead-link", "b", 5), ("dead-anchor", "a", 3)]


@pytest.mark.parametrize(
    ("fragment", "dead"),
    [
        ("place", False),
        ("named", False),
        ("menu", False),
        ("%C3%BCber", False),
        ("a-heading-without-id", False),  # many sites name their headings by a script
        ("place:~:text=some%20words", False),
        (":~:text=some%20words", False),
        ("/settings", False),
        ("tab=2", False),
        ("top", False),
        ("Place", True),
        ("plaice", True),
        ("plaice:~:text=some%20words", True),
    ],
)
def test_anchors_of_another_page_of_html(found, fragment, dead):
    menu = '<nav id="menu"><a href="/">Home</a></nav>'
    target = html(f'{menu}<p id="place">{TEXT} <a name="named"></a><i id="über"></i></p><h2>A heading without id</h2>')
    findings = found(
        {
            "a.html": html(f'<p>{TEXT} <a href="sub/b.html#{fragment}">there</a></p>'),
            "c.md": f"# C\n\n{TEXT} [there](sub/b.html#{fragment})\n",
            "sub/b.html": target,
        }
    )
    assert links(findings) == ([("dead-anchor", "a", 3), ("dead-anchor", "c", 1)] if dead else [])
    assert all("no heading or id of 'T'" in one.message for one in findings if one.check is Check.DEAD_ANCHOR)


def test_what_is_less_than_a_document_has_places_that_are_not_known(found):
    fragment = f'<h1>B</h1><p id="x">{TEXT}</p>'
    pages = {"a.html": html(f'<p>{TEXT} <a href="b.html#comments">there</a></p>'), "b.html": fragment}
    assert links(found(pages)) == []
    whole = {"b.html": f"<html><body>{fragment}<p>It is a document now.</p>"}
    assert links(found(pages | whole)) == [("dead-anchor", "a", 3)]


def test_a_page_that_sends_its_readers_on_has_no_places(found):
    on = '<!doctype html><title>Moved</title><meta http-equiv="Refresh" content="0; url=https://example.com/"><p>Moved.</p>'
    pages = {"a.html": html(f'<p>{TEXT} <a href="b.html#news">there</a></p>'), "b.html": on}
    assert links(found(pages)) == []


def test_links_to_a_glossary_on_one_page(found):
    terms = "".join(f'<dt id="{name}">{name}</dt><dd>A {name} is a thing among things.</dd>' for name in "abcdefg")
    address = '<link rel="canonical" href="https://docs.example.com/{}.html">'
    glossary = f"{address.format('terms')}<title>G</title><main><h2 id='letters'>A</h2><dl>{terms}</dl></main>"
    known = "".join(f'<a href="https://docs.example.com/{to}.html">to {to}</a> ' for to in ("a", "terms", "other"))
    place = '<a href="terms.html#a">a</a> <a href="terms.html#letters">A</a> <a href="/terms.html#letters">A</a>'
    findings = found(
        {
            "a.html": address.format("a") + html(f"<p>{TEXT} {known} {place}</p>"),
            "other.html": address.format("other") + html(""),
            "terms.html": glossary,
        }
    )
    assert links(findings) == []


def test_links_among_the_entries_of_a_glossary(found):
    terms = "".join(
        f'<dt id="term-{name}">{name}</dt><dd>A {name} is a thing. See <a href="#term-{other}">{other}</a>'
        ' and <a href="#note">a note</a>.</dd>'
        for name, other in [("ant", "bee"), ("bee", "cat"), ("cat", "dog"), ("dog", "ant"), ("eel", "fox")]
    )
    findings = found(
        {"g.html": f'<title>G</title><main><p id="note">Note.</p><dl class="glossary">{terms}</dl></main>'}
    )
    assert links(findings) == [("dead-anchor", "g#term-eel", 1)]


def web(page_id: str, *to: str) -> str:
    said = " ".join(f"[{target}]({target})" for target in to)
    return f"---\ntitle: {page_id}\nurl: https://docs.example.com/guide/{page_id}/\n---\n\n{TEXT} {said}\n"


def test_links_by_address(found):
    findings = found(
        {
            "a.md": web("a", "/guide/b/", "https://docs.example.com/guide/c", "/blog/x"),
            "b.md": web("b", "../c/", "https://example.com/guide/x"),
            "c.md": web("c", "/guide/a/index.html", "/guide/gone/"),
        }
    )
    assert links(findings) == [("dead-link", "c", 1)]


def test_where_most_links_lead_to_no_page_it_is_a_part_of_a_site(found):
    findings = found({"a.md": web("a", "/guide/b/", "/guide/x/", "/guide/y/", "/guide/z/"), "b.md": web("b")})
    assert links(findings) == []


def test_unknown_related_terms(found):
    entry = "---\ntitle: {}\ndefinition: It is a thing among things.\nrelated: [{}]\n---\n\nMore.\n"
    findings = found({"a.md": entry.format("Alpha", "beta, Gamma ray"), "b/beta.md": entry.format("Second", "alpha")})
    (one,) = [one for one in findings if one.check is Check.UNKNOWN_RELATED]
    assert (one.page_id, one.severity) == ("a", Severity.WARNING)
    assert "'Gamma ray'" in one.message


def orphans(findings):
    return [one.page_id for one in findings if one.check is Check.ORPHAN]


def test_a_term_that_no_other_page_names(found):
    entry = "---\ntitle: {}\ndefinition: {}\nrelated: [{}]\n---\n\nMore.\n"
    findings = found(
        {
            "a.md": entry.format("Alpha", "The alpha comes before the betas.", ""),
            "b.md": entry.format("Beta", "It is second.", "gamma"),
            "c.md": entry.format("Gamma", "It is third.", ""),
            "d.md": entry.format("Delta", "It is fourth. See [alpha](a.md).", ""),
            "e.md": "# Hello to everybody who reads these pages\n\n" + TEXT + " [first](a.md)\n",
        }
    )
    assert orphans(findings) == ["d"]


def test_a_page_that_is_not_linked_among_linked_ones(found):
    title = "Many words that are no name of anything"
    pages = {
        "index.md": f"# {title}\n\n{TEXT} [a](a.md) [b](b.md)\n",
        "a.md": f"# {title} a\n\n{TEXT} one\n",
        "b.md": f"# {title} b\n\n{TEXT} two\n",
        "c.md": f"# {title} c\n\n{TEXT} [c itself](c.md)\n",
    }
    assert orphans(found(pages)) == ["c"]


def test_pages_without_links_are_no_orphans(found):
    assert orphans(found({f"{i}.md": f"# Page {i} of these\n\n{TEXT} {i}\n" for i in range(4)})) == []
