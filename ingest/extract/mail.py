"""Mails (EML and Outlook's MSG): who wrote what and when; attachments are left out."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, MIMEPart
from io import BytesIO

from oxmsg import Message

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.html import add_html
from ingest.extract.plain import extract_plain

_OLE = b"\xd0\xcf\x11\xe0"


def extract_eml(document: bytes) -> list[Draft]:
    """Return one draft, the plain text where a mail has it, else what its HTML shows."""
    mail = email.message_from_bytes(document, _class=EmailMessage, policy=email.policy.default)
    if not mail.keys():
        raise PageError("it is no mail: it begins with no header")
    body = mail.get_body(("plain", "html"))
    said = _content(body) if body is not None else ""
    is_html = body is not None and body.get_content_subtype() == "html"
    headers = {name: str(mail.get(name, "")) for name in ("From", "Date")}
    return [_draft(str(mail.get("Subject", "")), headers, said, is_html)]


def extract_msg(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError for what is no mail of Outlook."""
    if not document.startswith(_OLE):
        raise PageError("it is damaged, or no mail of Outlook")
    mail = Message.load(BytesIO(document))
    sent = mail.sent_date.isoformat(" ", "minutes") if mail.sent_date else ""
    said, is_html = (mail.body, False) if (mail.body or "").strip() else (mail.html_body, True)
    return [_draft(mail.subject or "", {"From": mail.sender or "", "Date": sent}, said or "", is_html)]


def _content(body: MIMEPart) -> str:
    try:
        return str(body.get_content())
    except LookupError:  # an encoding that does not exist
        data = body.get_payload(decode=True)
        return data.decode("utf-8", errors="replace") if isinstance(data, bytes) else ""


def _draft(subject: str, headers: dict[str, str], said: str, is_html: bool) -> Draft:
    head = "\n".join(f"{name}: {clean(value)}" for name, value in headers.items() if value)
    title = " ".join(clean(subject).split()) or None
    if is_html:
        text = DraftText()
        text.add(BlockKind.PARAGRAPH, head)
        add_html(text, clean(said))
        return text.draft(title)
    (draft,) = extract_plain(f"{head}\n\n{said}")
    return Draft(title, draft.text, draft.blocks)
