"""Forms made from models: every kind of field there and back."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from content.errors import InvalidQuestion
from service.dashboard.form import Control, controls, parsed, validated
from service.site import SiteSettings


class Inner(BaseModel):
    on: bool = True
    days: int | None = Field(3, ge=1, description="How `many`.")


class Pair(BaseModel):
    first: str
    second: str


class Outer(BaseModel):
    name: str = "x"
    note: str | None = None
    color: str | None = None
    words: tuple[str, ...] = ()
    maybe: tuple[str, ...] | None = None
    side: Literal["left", "right"] = "left"
    kinds: tuple[Literal["a", "b"], ...] = ("a",)
    pairs: tuple[Pair, ...] = ()
    names: dict[str, str] = {}
    inner: Inner = Inner()


def sent(made: tuple[Control, ...]) -> dict[str, list[str]]:
    """Return what a browser sends of controls."""
    form: dict[str, list[str]] = {}
    for one in made:
        if one.kind == "group":
            form |= sent(one.controls)
        elif one.kind == "choices":
            form[one.name] = list(one.value)
        elif one.kind != "check":
            form[one.name] = [str(one.value)]
        elif one.value:
            form[one.name] = ["true"]
    return form


@pytest.mark.parametrize(
    "filled",
    [
        Outer(),
        Outer(
            name="y\nz", note="n", color="#123456", words=("a b", "c"), maybe=("d",), side="right", kinds=(),
            pairs=(Pair(first="<", second='"'),), names={"a": "b"}, inner=Inner(on=False, days=None),
        ),
    ],
)  # fmt: skip
def test_what_is_filled_in_comes_back(filled):
    assert validated(Outer, parsed(Outer, sent(controls(filled)))) == filled


def test_every_setting_of_a_site_comes_back():
    site = SiteSettings(id="shop", title="Shop", suggestions=("One?",), collections=("docs",))
    again = parsed(SiteSettings, sent(controls(site, leave_out=("id",)))) | {"id": "shop"}
    assert validated(SiteSettings, again) == site


def test_kinds_and_hints():
    kinds = {one.name: one.kind for one in controls(Outer())}
    assert kinds == {
        "name": "text", "note": "text", "color": "color", "words": "lines", "maybe": "lines", "side": "choice",
        "kinds": "choices", "pairs": "json", "names": "json", "inner": "group",
    }  # fmt: skip
    [inner] = [one for one in controls(Outer()) if one.name == "inner"]
    assert [(one.name, one.kind, one.hint) for one in inner.controls] == [
        ("inner.on", "check", ""),
        ("inner.days", "number", "How many."),
    ]


def test_what_is_wrong_is_said():
    with pytest.raises(InvalidQuestion, match=r"inner\.days: "):
        validated(Outer, parsed(Outer, {"inner.days": ["0"]}))
    with pytest.raises(InvalidQuestion, match="names: this is no JSON"):
        parsed(Outer, {"names": ["{"]})
