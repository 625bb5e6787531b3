"""What a site does with its visitors' messages and addresses: the parts of a ``[[site]]`` beside its looks."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from service.people.mailbox import Mailbox

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? (\d\d:\d\d)-(\d\d:\d\d)")


def _hours(value: str) -> str:
    opening(value)
    return value


def _zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Berlin")
    return value


def opening(hours: str) -> tuple[frozenset[int], time, time]:
    """Return the days of the week (0 is Monday) and the times of an entry such as ``mon-fri 09:00-17:00``.

    Raises ValueError.
    """
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f"{hours!r} are no hours; write them as mon-fri 09:00-17:00")
    first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
    days = frozenset((first + i) % 7 for i in range((last - first) % 7 + 1))
    begins, ends = time.fromisoformat(found[3]), time.fromisoformat(found[4].replace("24:00", "23:59:59"))
    if begins >= ends:
        raise ValueError(f"{hours!r} end before they begin; write two entries for a night")
    return days, begins, ends


Hours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
Environment = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccessSettings(_Part):
    """A ``[site.access]``: who may ask, and how often."""

    require_session: bool = Field(
        False, description="Whether visitors need a session of `POST /v1/sessions` for everything else."
    )
    visitor_per_minute: int | None = Field(
        None,
        ge=1,
        description="How many requests an address may send in a minute. Absent: 60 for addresses elsewhere, any number "
        "for this machine itself.",
    )
    site_per_minute: int | None = Field(
        None,
        ge=1,
        description="How many requests all visitors together may send in a minute. Absent: 3000 from elsewhere.",
    )


class LeadSettings(_Part):
    """A ``[site.leads]``: whether and how visitors may leave their address."""

    enabled: bool = Field(True, description="Whether they may.")
    when: Literal["before", "during", "after"] = Field(
        "during",
        description="When a chat offers the form. `before`: before the first question, once a visit; visitors can skip "
        "it unless `required` names a field. `during`: where the content held no answer. `after`: at the end of a "
        "conversation, which is when an answer is rated, a person leaves, or a new conversation begins.",
    )
    fields: tuple[str, ...] = Field(
        ("name", "company", "message"),
        description="What the form asks for beside the e-mail address; names other than these are the site's own.",
    )
    required: tuple[str, ...] = Field(
        (),
        description="Those of the fields that must be filled in. The form has no use without the e-mail address; "
        "`email` says that it cannot be skipped either, where it comes `before`.",
    )
    consent: str = Field(
        "I agree that my details are stored so that I can be answered.",
        description="The text that visitors agree to; it is kept with each lead, as it was.",
    )

    @property
    def asked(self) -> tuple[str, ...]:
        """What the form asks for beside the e-mail address: the fields, and whatever else is required."""
        return tuple(name for name in dict.fromkeys((*self.fields, *self.required)) if name != "email")


class HandoffSettings(_Part):
    """A ``[site.handoff]``: whether and when a person takes over."""

    enabled: bool = Field(True, description="Whether visitors may ask for a person.")
    hours: tuple[Hours, ...] = Field(
        (), description="When somebody is there, such as `mon-fri 09:00-17:00`. Absent: always."
    )
    timezone: Zone = Field("UTC", description="The time zone of the hours.")
    after_refusals: int | None = Field(
        None, ge=1, description="A person is called after this many refusals in a row, such as 2. Absent: never."
    )
    below_score: float | None = Field(
        None, ge=0, le=1, description="A person is called where the best passage scores below this. Absent: never."
    )
    keywords: tuple[str, ...] = Field(
        (), description="A person is called where a message holds one of these words or phrases."
    )

    @property
    def has_rules(self) -> bool:
        """Whether a person is called in some conversations without being asked for."""
        return self.enabled and (bool(self.keywords) or self.after_refusals is not None or self.below_score is not None)

    def is_open(self, when: datetime) -> bool:
        """Whether somebody is there at a moment."""
        there = when.astimezone(zoneinfo.ZoneInfo(self.timezone))
        spans = [opening(one) for one in self.hours]
        return not spans or any(
            there.weekday() in days and begins <= there.time() < ends for days, begins, ends in spans
        )


class NotifySettings(_Part):
    """A ``[site.notify]``: who outside is told of new leads and handoffs."""

    webhook: str | None = Field(
        None, pattern=r"^https?://", max_length=2000, description="The address that they are posted to as JSON, signed."
    )
    webhook_secret: Environment | None = Field(
        None, description="The environment variable that holds the secret which the posts are signed with."
    )
    allow_private: bool = Field(
        False,
        description="Whether the host of `webhook` may lie in a private network, for tests and intranets. Only "
        "the configuration can say so, not the dashboard.",
    )
    email: Mailbox | None = Field(None, description="The e-mail address that they are sent to (`smtp_host`).")

    @model_validator(mode="after")
    def _signed(self) -> NotifySettings:
        if self.webhook and not self.webhook_secret:
            raise ValueError("a webhook needs webhook_secret: its receiver must be able to tell our posts from others'")
        return self


class PrivacySettings(_Part):
    """A ``[site.privacy]``: what is kept of visitors, and for how long."""

    redact: tuple[Literal["email", "phone", "card"], ...] = Field(
        ("email", "phone", "card"),
        description="What is made unreadable in messages before they are kept: e-mail addresses, telephone and card "
        "numbers.",
    )
    phone_region: str = Field(
        "US",
        pattern=r"^[A-Z]{2}$",
        description="The country whose telephone numbers are known without their country code, such as `DE`.",
    )
    conversation_days: int | None = Field(
        365, ge=1, description="How long conversations are kept after their last message. None: for good."
    )
    lead_days: int | None = Field(730, ge=1, description="How long leads are kept. None: for good.")
