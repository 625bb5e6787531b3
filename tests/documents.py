"""The documents that are made from the code: ``python -m tests.documents`` writes them, a test compares them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from service.answering.replies import RepliesSettings
from service.app import create_app
from service.language_models import ModelSettings
from service.policy import AccessSettings, HandoffSettings, LeadSettings, NotifySettings, PrivacySettings
from service.settings import Settings, load_settings
from service.site import SiteSettings
from service.sources import SourceSettings
from tests.fakes import HashingEmbedder

DOCS = Path(__file__).parents[1] / "docs"

_INTRODUCTION = """# Settings

Settings come from `glossator.toml` in the folder where `glossator` is started (or the file that `GLOSSATOR_CONFIG` names),
then from environment variables, then from options of the command line; later over earlier. A variable is called
`GLOSSATOR_` and the setting's name in capitals, such as `GLOSSATOR_DATA_DIR`; lists are written as JSON. Secrets belong in the
environment alone. A setting that does not exist or has a wrong value is refused, and the error names it.

```toml
data_dir = "/var/lib/glossator"
public_url = "https://ask.example.com"

[[source]]
location = "glossary"                      # a folder, a file, a .jsonl feed or an address
base_url = "https://www.example.com/glossary/"

[[source]]
location = "https://help.example.com/"
kind = "crawl"                             # all of the site, by its links
collection = "help"

[[site]]
title = "Ask Example"
allowed_origins = ["https://www.example.com"]
color = "#3355aa"
[site.replies]
person = "Write to help@example.com, and a person answers within a day."
```
"""

_PARTS: dict[str, tuple[type[BaseModel], str]] = {
    "replies": (RepliesSettings, "what is said without a search"),
    "access": (AccessSettings, "who may ask, and how often"),
    "leads": (LeadSettings, "visitors who leave their address"),
    "handoff": (HandoffSettings, "when a person takes over"),
    "notify": (NotifySettings, "who outside is told"),
    "privacy": (PrivacySettings, "what is kept of visitors"),
}


def settings() -> str:
    """Return docs/settings.md."""
    parts = [
        _INTRODUCTION,
        _table("All settings", Settings, skip={"source", "site"}),
        _table("`[[model]]`: a language model", ModelSettings),
        _table("`[[source]]`: where pages come from", SourceSettings),
        _table("`[[site]]`: an assistant as visitors meet it", SiteSettings, skip=set(_PARTS)),
        *(_table(f"`[site.{name}]`: {what}", model) for name, (model, what) in _PARTS.items()),
    ]
    return "\n".join(parts)


def openapi(data_dir: Path) -> str:
    """Return docs/openapi.json."""
    document: dict[str, Any] = create_app(load_settings(data_dir=data_dir), HashingEmbedder()).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _table(heading: str, model: type[BaseModel], skip: frozenset[str] | set[str] = frozenset()) -> str:
    lines = [f"## {heading}\n", "| setting | default | what it is |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        if name not in skip:
            lines.append(f"| `{name}` | {_default(field.default)} | {field.description} |")
    return "\n".join(lines) + "\n"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    if value is None or value == ():
        return "–"
    return f"`{value}`"


def main() -> None:
    """Write the documents."""
    (DOCS / "settings.md").write_text(settings(), encoding="utf-8")
    (DOCS / "openapi.json").write_text(openapi(DOCS), encoding="utf-8")


if __name__ == "__main__":
    main()
