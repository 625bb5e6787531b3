"""The language models as they are configured: `[[model]]` tables, or their names alone."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode


def _address(value: str) -> str:
    if urlsplit(value).scheme not in {"http", "https"}:
        raise ValueError(f"{value!r} is no address; it must begin with http:// or https://")
    return value


Address = Annotated[str, AfterValidator(_address)]


class ModelSettings(BaseModel):
    """A ``[[model]]``: a language model that writes answers; several are tried in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z0-9]+:\S+$",
        description="`vendor:name`, such as `openai:gpt-5-mini`. Its key comes from the vendor's usual variable.",
    )
    base_url: Address | None = Field(None, description="Its server, where that is not the vendor's own.")
    context_tokens: int = Field(
        8192, ge=1024, description="The most tokens that a prompt and its answer may take together."
    )
    answer_tokens: int = Field(
        1024, ge=1, description="The most tokens of an answer; those that a model thinks in count too."
    )
    temperature: float | None = Field(None, ge=0, le=2, description="Absent: the vendor's default.")
    input_price: float | None = Field(None, ge=0, description="The price of a million tokens of prompts.")
    output_price: float | None = Field(None, ge=0, description="The price of a million tokens of answers.")

    @property
    def vendor(self) -> str:
        """Who serves it."""
        return self.name.partition(":")[0]


def _models(value: Any) -> Any:
    """Return the tables of models that were given as a name, as a list of names, or as tables."""
    if isinstance(value, str):
        value = json.loads(value) if value.lstrip().startswith("[") else [value]
    return [{"name": one} if isinstance(one, str) else one for one in value]


Models = Annotated[tuple[ModelSettings, ...], NoDecode, BeforeValidator(_models)]
