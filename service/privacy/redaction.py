"""Redaction: e-mail addresses, telephone and card numbers in messages, made unreadable before they are kept."""

from __future__ import annotations

import re
from collections.abc import Collection

# An address as people write it; the local part may hold what RFC 5322 allows without quotes.
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# 13 to 19 digits (ISO/IEC 7812), alone or in groups; Luhn's check tells card numbers from other long numbers.
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")
_FEWEST_DIGITS = 7  # of a telephone number


def redacted(text: str, kinds: Collection[str], region: str) -> str:
    """Return a text with marks such as ``[email]`` in the place of what it should not hold.

    ``kinds`` are of email, phone, card; ``region`` is the country of telephone numbers without a country code.
    """
    if "email" in kinds and "@" in text:
        text = _EMAIL.sub("[email]", text)
    if sum(char.isdecimal() for char in text) < _FEWEST_DIGITS:
        return text
    if "card" in kinds:
        text = _CARD.sub(lambda found: "[card]" if _luhn(found.group()) else found.group(), text)
    return _without_phones(text, region) if "phone" in kinds else text


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number) if char.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _without_phones(text: str, region: str) -> str:
    import phonenumbers  # large tables, needed for few messages

    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, region))):
        text = f"{text[: match.start]}[phone]{text[match.end :]}"
    return text
