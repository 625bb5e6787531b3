"""Tracks: the captions of recordings that a web page plays.

https://html.spec.whatwg.org/multipage/media.html#the-track-element
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

# What is said comes before what is said in another language.
_KINDS = {"captions": 0, "subtitles": 1}


def caption_tracks(source: str) -> list[str]:
    """Return the address of the captions to read of each recording on a page, as it stands there.

    Of several tracks the one in the language of the page is taken, captions before subtitles, then the default one.
    """
    return tracks_of(LexborHTMLParser(source))


def tracks_of(tree: LexborHTMLParser) -> list[str]:
    """Return the same of a page that is parsed already."""
    root = tree.css_first("html")
    language = _language(root.attributes.get("lang")) if root is not None else ""
    found: list[str] = []
    for player in tree.css("video, audio"):
        tracks = [track for track in player.css("track[src]") if _kind(track) in _KINDS]
        if tracks:
            best = min(tracks, key=lambda track: _rank(track, language))
            found.append((best.attributes.get("src") or "").strip())
    return [address for address in found if address]


def _rank(track: LexborNode, language: str) -> tuple[bool, int, bool]:
    said = _language(track.attributes.get("srclang"))
    return bool(language and said and said != language), _KINDS[_kind(track)], "default" not in track.attributes


def _kind(track: LexborNode) -> str:
    return (track.attributes.get("kind") or "subtitles").strip().lower()


def _language(tag: str | None) -> str:
    return (tag or "").strip().lower().partition("-")[0]
