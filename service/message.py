"""Messages of visitors: what is refused before anything is done with it."""

from __future__ import annotations

import re

from content.errors import InvalidQuestion
from service.settings import Settings

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def checked(text: str, field: str, settings: Settings) -> str:
    """Return a message without the white space around it. Raises InvalidQuestion."""
    text = text.strip()
    if not text:
        raise InvalidQuestion(f"{field} is empty; ask something")
    if len(text) > settings.max_message_chars:
        raise InvalidQuestion(
            f"{field} has {len(text):,} characters; at most {settings.max_message_chars:,} are read. Ask shorter."
        )
    found = _CONTROL.search(text)
    if found:
        raise InvalidQuestion(f"{field} holds the control character U+{ord(found.group()):04X}; send plain text")
    return text
