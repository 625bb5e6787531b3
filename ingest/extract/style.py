"""Inline styles: whether what an element says can be seen.

Only what an element's own ``style`` says is judged. Style sheets are not read: half of what they hide is shown by a
click or on a wider screen.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NONE = re.compile(r"[-+]?0*\.?0*(?:px|r?em|pt|%|v[hw])?")
_TINY = re.compile(r"[01](?:\.\d*)?(?:px|pt)|0?\.0\d*r?em")
_FAR = re.compile(
    r"-(?:[5-9]\d\d|\d{4,})(?:\.\d+)?(?:px|pt)|-(?:[3-9]\d|\d{3,})(?:\.\d+)?(?:r?em|ch)|-\d{3,}(?:%|v[hw])"
)
_MOVED_AWAY = re.compile(r"translate\w*\([^)]*-(?:9\d{3}|\d{5,})px|scale\w*\(\s*0(?:\.0*)?\s*[,)]")
_CLIPPED = re.compile(r"rect\((?:\s*[01](?:px)?\s*,?){4}\)|inset\(\s*(?:50|100)%")
_TRANSPARENT = re.compile(r"transparent|(?:rgb|hsl)a\([^)]*,\s*0?\.?0+\)|#[0-9a-f]{6}00|#[0-9a-f]{3}0")
_COLOR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|\b(?:white|black)\b")
_SHORT_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_NAMED = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}
# What opacity 0 is part of: the element comes into view by itself.
_FADES_IN = {"transform", "transition", "animation", "animation-name", "will-change"}


def hides(style: str) -> bool:
    """Whether an element with this style is not shown, too small to read, out of view, or written in no colour."""
    css = _declarations(style)
    return _is_off(css) or _is_too_small(css) or _is_out_of_view(css) or _has_no_color(css)


def _declarations(style: str) -> dict[str, str]:
    declared: dict[str, str] = {}
    for declaration in _COMMENT.sub("", style.lower()).split(";"):
        name, _, value = declaration.partition(":")
        declared[name.strip()] = value.replace("!important", "").strip()
    return declared


def _is_off(css: dict[str, str]) -> bool:
    if css.get("display") == "none" or css.get("visibility") in {"hidden", "collapse"}:
        return True
    if css.get("content-visibility") == "hidden":
        return True
    return bool(_NONE.fullmatch(css.get("opacity") or "1")) and css.keys().isdisjoint(_FADES_IN)


def _is_too_small(css: dict[str, str]) -> bool:
    if _is_tiny(css.get("font-size", "")):
        return True
    if _CLIPPED.search(css.get("clip", "")) or _CLIPPED.search(css.get("clip-path", "")):
        return True
    cut_off = css.get("overflow") in {"hidden", "clip"}
    return cut_off and any(_is_tiny(css.get(name, "")) for name in ("width", "height", "max-width", "max-height"))


def _is_tiny(length: str) -> bool:
    return bool(length) and bool(_NONE.fullmatch(length) or _TINY.fullmatch(length))


def _is_out_of_view(css: dict[str, str]) -> bool:
    moved = ["text-indent", "margin-left", "margin-top"]
    if css.get("position", "static") != "static":
        moved += ["left", "right", "top", "bottom"]
    away = any(_FAR.fullmatch(css.get(name, "")) for name in moved)
    return away or bool(_MOVED_AWAY.search(css.get("transform", "")))


def _has_no_color(css: dict[str, str]) -> bool:
    color = css.get("color", "")
    if not color:
        return False
    if _TRANSPARENT.fullmatch(color):  # unless a background shows through the letters
        return "text" not in (css.get("background-clip"), css.get("-webkit-background-clip"))
    ground = _COLOR.search(css.get("background-color") or css.get("background", ""))
    return ground is not None and _same_form(color) == _same_form(ground.group())


def _same_form(color: str) -> str:
    color = color.replace(" ", "")
    short = _SHORT_HEX.fullmatch(color)
    return short.expand(r"#\1\1\2\2\3\3") if short else _NAMED.get(color, color)
