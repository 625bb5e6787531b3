"""Leads and handoffs are told outside: by a webhook and by mail, each on a server of this machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from service.people.notify import Notifier
from tests.service.admin.acting import ask, lead, settled
from tests.service.api import client

pytestmark = pytest.mark.anyio

SECRET = "a secret of this test"


@dataclass
class Receiver:
    """A server that keeps what it is told: lines of mail, or a request's head and body."""

    port: int = 0
    status: int = 204
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        head = {name.lower(): value for name, value in pairs}
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(int(head["content-length"])))
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % self.status)
        await writer.drain()
        writer.close()

    async def smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.bodies.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 kept\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()


@asynccontextmanager
async def receiving(kind: str, status: int = 204):
    receiver = Receiver(status=status)
    server = await asyncio.start_server(getattr(receiver, kind), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@asynccontextmanager
async def service(data_dir, receiver: Receiver, kind: str, **notify):
    given = {"webhook": f"http://127.0.0.1:{receiver.port}/hook", "webhook_secret": "GLOSSATOR_WEBHOOK_TEST"}
    settings = {
        "site": [{"id": "default", "notify": {"email": "owner@example.com"} if kind == "smtp" else given | notify}]
    }
    mail = {"smtp_host": "127.0.0.1", "smtp_port": receiver.port, "smtp_tls": False} if kind == "smtp" else {}
    async with client(data_dir, **settings, **mail, answer_threshold=0.3) as http:
        yield http


async def waiting(http) -> int:
    from sqlalchemy import func, select

    from service.store.schema import deliveries as table

    async with http.app.state.services.store.database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (what is waited for comes from another task)
            await asyncio.sleep(0.05)


async def sent(http) -> None:
    await settled(http)
    services = http.app.state.services
    await Notifier(services.settings, services.store, services.sites).send_due()
    async with asyncio.timeout(60):
        left = await waiting(http)
        while left:  # the service's own steward may have claimed one first
            await asyncio.sleep(0.05)
            left = await waiting(http)


async def test_a_webhook_is_signed(data_dir, monkeypatch):
    monkeypatch.setenv("GLOSSATOR_WEBHOOK_TEST", SECRET)
    async with receiving("http") as receiver, service(data_dir, receiver, "http", allow_private=True) as http:
        answer = await ask(http)
        lead_id = await lead(http, name="Ada")
        await http.post("/v1/handoffs", json={"conversation_id": answer["conversation_id"], "reason": "too hard"})
        await sent(http)
        told = {json.loads(body)["type"]: json.loads(body)["data"] for body in receiver.bodies}
        assert told["lead.created"]["id"] == lead_id
        assert told["handoff.created"]["reason"] == "too hard"
        for head, body in zip(receiver.heads, receiver.bodies, strict=True):
            signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
            mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
            assert base64.b64decode(head["webhook-signature"].removeprefix("v1,")) == mac


async def test_a_webhook_into_a_private_network_is_not_called(data_dir, monkeypatch, caplog):
    monkeypatch.setenv("GLOSSATOR_WEBHOOK_TEST", SECRET)
    async with receiving("http") as receiver, service(data_dir, receiver, "http") as http:
        await lead(http)
        await settled(http)
        services = http.app.state.services
        await Notifier(services.settings, services.store, services.sites).send_due()
        await until(lambda: "webhook for the site default" in caplog.text)
        assert receiver.bodies == []
        assert await waiting(http) == 1


async def test_what_fails_is_tried_again(data_dir, monkeypatch):
    monkeypatch.setenv("GLOSSATOR_WEBHOOK_TEST", SECRET)
    async with receiving("http", 500) as receiver, service(data_dir, receiver, "http", allow_private=True) as http:
        await lead(http)
        await settled(http)
        services = http.app.state.services
        await Notifier(services.settings, services.store, services.sites).send_due()
        await until(lambda: receiver.bodies)
        assert await waiting(http) == 1
        assert b"ada@example.com" in receiver.bodies[0]


async def test_mail(data_dir):
    async with receiving("smtp") as receiver, service(data_dir, receiver, "smtp") as http:
        await lead(http, name="Ada", message="Bcc: evil@example.com\r\nHello")
        await sent(http)
        [mail] = receiver.bodies
        head, _, body = mail.partition(b"\r\n\r\n")
        assert b"To: owner@example.com" in head
        assert b"evil" not in head
        assert b"email: ada@example.com" in body
