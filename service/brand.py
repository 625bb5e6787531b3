"""The brand of a site: how its assistant looks to visitors, and how it speaks to them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.language_models import Address

Language = Literal["en", "de", "fr", "es", "zh", "ar"]


class BrandSettings(BaseModel):
    """The part of a ``[[site]]`` that the widget shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    color: str | None = Field(
        None,
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="The accent colour, such as `#3355aa`; where its contrast is too low, a shade of it is shown.",
    )
    theme: Literal["auto", "light", "dark"] = Field("auto", description="Light or dark; `auto` is as visitors have it.")
    font: str | None = Field(
        None,
        pattern=r"^[\w ,'\"-]{1,200}$",
        description="Names of fonts that the page has, such as `Inter, sans-serif`. Absent: those of the system.",
    )
    logo: Address | None = Field(
        None, description="The address of an image above the greeting; the page's policy must let it be shown."
    )
    position: Literal["right", "left"] = Field("right", description="The corner of the launcher.")
    languages: tuple[Language, ...] = Field(
        (),
        description="What the widget may speak: `en`, `de`, `fr`, `es`, `zh`, `ar`; the first where a page or its "
        "visitor has none of them. Absent: all.",
    )
    formality: Literal["formal", "friendly"] = Field(
        "formal", description="How the widget addresses visitors in languages that make a difference (Sie or du)."
    )
    privacy_url: Address | None = Field(None, description="The site's privacy policy, linked below the chat.")
