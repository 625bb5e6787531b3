from pathlib import Path

from ingest.extract.tracks import caption_tracks
from ingest.reading import read_source
from ingest.sources import Source
from tests.fakes import write_pages

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nAttention weighs its input.\n"


def test_the_track_to_read_of_each_recording():
    page = """<html lang="en-GB"><video><track kind=chapters src=c.vtt><track kind=subtitles srclang=de default src=de.vtt>
    <track kind=captions srclang=en src=" en.vtt "><track srclang=en src=sub.vtt></video>
    <audio><track src="talk.vtt?v=1"></audio><video><track kind=metadata src=m.vtt></video>"""
    assert caption_tracks(page) == ["en.vtt", "talk.vtt?v=1"]
    assert caption_tracks("<p>none</p>") == []


def test_captions_belong_to_the_page_that_plays_them(tmp_path: Path):
    page = "<title>A Talk</title><p>Here it is.</p><video src=talk.mp4><track kind=captions src='../media/My%20talk.vtt'></video>"
    write_pages(tmp_path, {"a/talk.html": page, "media/My talk.vtt": VTT, "media/other.vtt": VTT})
    pages = {page.page_id: page for page in read_source(Source(str(tmp_path), base_url="https://x.example/")).pages}
    assert pages["media/My talk"].title == "A Talk"
    assert pages["media/My talk"].url == "https://x.example/a/talk"
    assert pages["media/My talk"].locator(0) == "t=1"
    assert pages["media/other"].title == "other"
    assert pages["media/other"].url == "https://x.example/media/other"
