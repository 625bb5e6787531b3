import pytest

from ingest.extract.style import hides


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "color:red;display:/* shown */none",
        "visibility:hidden",
        "opacity:0",
        "opacity: 0.0",
        "font-size:0",
        "font-size:1px",
        "position:absolute;left:-9999px",
        "position:fixed; top: -100vh",
        "position:relative; left:-9999px",
        "text-indent:-999em",
        "margin-left:-5000px",
        "transform:translateX(-9999px)",
        "transform:scale(0)",
        "clip:rect(0,0,0,0)",
        "clip: rect(1px, 1px, 1px, 1px)",
        "clip-path:inset(50%)",
        "width:1px;height:1px;overflow:hidden",
        "max-height:0;overflow:hidden",
        "color:#fff;background:#fff",
        "color:white;background-color:#FFFFFF",
        "color: rgb(255, 255, 255); background: url(x.png) #fff",
        "color:transparent",
        "color:rgba(0,0,0,0)",
    ],
)
def test_hidden(style):
    assert hides(style)


@pytest.mark.parametrize(
    "style",
    [
        "",
        "nonsense",
        "display:block",
        "visibility:visible",
        "opacity:0.5",
        "opacity:0;transform:translateY(20px)",  # comes into view on scrolling
        "opacity:0;transition:opacity 1s",
        "font-size:0.8em",
        "font-size:12px",
        "position:absolute;left:-9999px;left:0",
        "position:absolute;left:-20px",
        "left:-9999px",  # where nothing is positioned, this moves nothing
        "text-indent:-2em",
        "margin-top:-40px",
        "height:0",
        "width:0;overflow:visible",
        "color:#fff;background:#000",
        "color:#fff",
        "color:transparent;background-clip:text",
        "background:#fff",
    ],
)
def test_seen(style):
    assert not hides(style)
