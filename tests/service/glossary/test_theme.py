import re

import pytest

from service.glossary.site import FILES
from service.glossary.theme import contrast, theme


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", ["#ffff00", "#000000", "#ffffff", "#3355aa", "#808080", "#00ff88"])
def test_a_colour_is_readable_in_light_and_dark(color):
    accents = re.findall(r"--accent: (#\w{6}); --on-accent: (#\w{6})", theme(color))
    papers = ("#fdfcfa", "#1a1917")
    for (accent, on_accent), paper in zip(accents, papers, strict=True):
        assert contrast(accent, paper) >= 4.5
        assert contrast(accent, on_accent) >= 4.5


def test_a_readable_colour_stays_as_it_is():
    assert "--accent: #3355aa;" in theme("#3355aa")
    assert "accent" not in theme(None)


def test_the_style_sheet_has_the_paper_that_colours_are_held_against():
    style = (FILES / "glossary.css").read_text()
    assert re.findall(r"--paper: (#\w{6});", style)[:2] == ["#fdfcfa", "#1a1917"]


def test_the_style_sheet_is_readable_itself():
    style = (FILES / "glossary.css").read_text()
    for paper, rest in (("#fdfcfa", style), ("#1a1917", style[style.index("prefers-color-scheme: dark") :])):
        named = dict(re.findall(r"--(raised|ink|soft|accent|on-accent): (#\w{6});", rest)[:5])
        for name in ("ink", "soft", "accent"):
            assert contrast(named[name], paper) >= 4.5
            assert contrast(named[name], named["raised"]) >= 4.5
        assert contrast(named["accent"], named["on-accent"]) >= 4.5
