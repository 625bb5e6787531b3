"""The theme: a site's colour on the glossary's pages, as dark or as light as it must be to be read.

Contrast is that of WCAG 2.2, where text needs 4.5 to 1 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from __future__ import annotations

_READABLE = 4.5
_STEPS = 20
_LIGHT_PAPER, _DARK_PAPER = "#fdfcfa", "#1a1917"  # as in glossary.css
_BLACK, _WHITE = "#000000", "#ffffff"

Rgb = tuple[float, float, float]


def theme(color: str | None) -> str:
    """Return the style sheet that gives the pages a colour (``#rrggbb``), none of its own for None."""
    if color is None:
        return "/* The site names no colour. */\n"
    light, dark = readable(color, _LIGHT_PAPER, _BLACK), readable(color, _DARK_PAPER, _WHITE)
    return (
        f"@media screen {{\n  :root {{ --accent: {light}; --on-accent: {_WHITE}; }}\n}}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent: {dark}; --on-accent: {_DARK_PAPER}; }}\n}}\n"
    )


def readable(color: str, paper: str, towards: str) -> str:
    """Return a colour, mixed with as little of another as makes it readable on this paper."""
    start, end = _parsed(color), _parsed(towards)
    for step in range(_STEPS):
        mixed = _mixed(start, end, step / _STEPS)
        if contrast(mixed, paper) >= _READABLE:
            return mixed
    return towards


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1..21."""
    darker, lighter = sorted((_luminance(_parsed(first)), _luminance(_parsed(second))))
    return (lighter + 0.05) / (darker + 0.05)


def _parsed(color: str) -> Rgb:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _mixed(start: Rgb, end: Rgb, share: float) -> str:
    channels = (round(255 * (a + (b - a) * share)) for a, b in zip(start, end, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _luminance(color: Rgb) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
