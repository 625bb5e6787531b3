"""Notifications: leads and handoffs are told outside, by signed webhook and by e-mail, until they arrive."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx

from content.errors import GlossatorError, NotFound
from content.guard import Guard
from content.network import GuardedTransport, Network
from service.policy import NotifySettings
from service.settings import Settings
from service.sites import Sites
from service.store import deliveries, handoffs, leads
from service.store.deliveries import Delivery
from service.store.rows import Handoff, Lead
from service.store.schema import now
from service.store.store import Store

_log = logging.getLogger("glossator.notify")
_SECONDS = 10.0  # for a receiver to answer
_PASSWORD = "GLOSSATOR_SMTP_PASSWORD"  # noqa: S105 (the name of the variable)


class NotDelivered(GlossatorError):
    """A receiver did not take a notification; it is tried again."""


@dataclass(frozen=True, slots=True)
class _Receiver:
    host: str
    port: int
    origin: str


class Notifier:
    """Sends what is due. ``network`` is where webhooks are posted to; addresses in private networks are refused."""

    def __init__(self, settings: Settings, store: Store, sites: Sites, network: Network | None = None) -> None:
        self._settings = settings
        self._store = store
        self._sites = sites
        self._network = network or Network()

    async def send_due(self) -> None:
        """Send what is due; what fails is tried again later, at last given up. Raises StoreUnavailable."""
        for delivery in await deliveries.claim(self._store.database):
            try:
                await self._send(delivery)
            except NotFound:
                await deliveries.done(self._store.database, delivery)  # erased meanwhile, or its site is gone
            except (GlossatorError, httpx.HTTPError, aiosmtplib.SMTPException, OSError, ValueError) as error:
                # What a receiver says may hold what it was told, so its kind alone is kept.
                reason = str(error) if isinstance(error, GlossatorError) else type(error).__name__
                _log.warning("%s for the site %s: %s", delivery.channel, delivery.site_id, reason)
                await deliveries.failed(self._store.database, delivery, reason)
            else:
                await deliveries.done(self._store.database, delivery)

    async def _send(self, delivery: Delivery) -> None:
        site = self._sites.get(delivery.site_id)
        if site is None:
            raise NotFound("the site is gone")
        if delivery.channel == "webhook" and site.notify.webhook:
            subject = await self._subject(delivery)
            await self._post(site.notify.webhook, site.notify, delivery, subject)
        elif delivery.channel == "email" and site.notify.email and self._settings.smtp_host:
            await self._mail(self._settings.smtp_host, site.notify.email, site.title, await self._subject(delivery))

    async def _subject(self, delivery: Delivery) -> Lead | Handoff:
        found = leads.found if delivery.kind == "leads" else handoffs.found
        return await found(self._store.database, delivery.subject_id, delivery.site_id)

    async def _post(self, url: str, rules: NotifySettings, delivery: Delivery, subject: Lead | Handoff) -> None:
        secret = os.environ.get(rules.webhook_secret or "")
        if not secret:
            raise NotDelivered(f"the environment variable {rules.webhook_secret} (notify.webhook_secret) is not set")
        kind = "lead.created" if isinstance(subject, Lead) else "handoff.created"
        body = json.dumps({"type": kind, "data": asdict(subject)}, default=str, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | signature(secret, delivery.id, now() // 1000, body)
        address = httpx.URL(url)
        port = address.port or (443 if address.scheme == "https" else 80)
        receiver = _Receiver(address.host, port, f"{address.scheme}://{address.host}:{port}")
        guard = Guard(receiver, allow_private=rules.allow_private, ports=(80, 443, 8443))
        transport = GuardedTransport(self._network, guard, self._network.trust())
        async with httpx.AsyncClient(transport=transport, timeout=_SECONDS, follow_redirects=False) as client:
            reply = await client.post(address, content=body, headers=headers)
        if not reply.is_success:
            raise NotDelivered(f"the webhook answered {reply.status_code}")

    async def _mail(self, host: str, to: str, title: str, subject: Lead | Handoff) -> None:
        settings = self._settings
        message = EmailMessage()
        what = "A visitor left their address" if isinstance(subject, Lead) else "A visitor asks for a person"
        message["Subject"] = f"{what}: {' '.join(title.split())}"
        message["From"] = settings.smtp_from or settings.smtp_user or to
        message["To"] = to
        message.set_content(_text(subject))
        await aiosmtplib.send(
            message,
            hostname=host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=os.environ.get(_PASSWORD) if settings.smtp_user else None,
            use_tls=settings.smtp_tls and settings.smtp_port == 465,
            start_tls=settings.smtp_tls and settings.smtp_port != 465,
            timeout=_SECONDS,
        )


def signature(secret: str, delivery_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that show whom a post is from (standardwebhooks.com): HMAC-SHA256 of id, time and body."""
    signed = f"{delivery_id}.{seconds}.".encode() + body
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": delivery_id, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{digest}"}


def _text(subject: Lead | Handoff) -> str:
    said: dict[str, Any] = asdict(subject)
    shown = ("email", "name", "company", "message", "contact", "cause", "reason", "conversation_id", "created_at")
    lines = [f"{name}: {said[name]}" for name in shown if said.get(name)]
    lines += [f"{name}: {value}" for name, value in said.get("fields", {}).items()]
    return "\n".join(lines) + "\n"
