"""Ids that show whose they are, and visitors' sessions: both signed with the service's secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from content.errors import ConfigurationError, SignInNeeded
from service.conversation import new_id

SESSION_SECONDS = 30 * 60
_VARIABLE = "GLOSSATOR_SECRET"
SECRET_FILE = "secret"  # noqa: S105 (its name)
_SHORTEST = 32  # characters of a secret from outside
_RANDOM, _TAG = 16, 8  # bytes of an id: what nobody can guess, and what shows whose it is


@dataclass(frozen=True, slots=True)
class VisitorSession:
    """A visitor that a token speaks for."""

    site_id: str
    visitor_id: str


class Identity:
    """Makes and checks ids and sessions.

    An id of a conversation or a message holds a tag that depends on its owner: a site, or a visitor of a site. So every
    worker and replica with the same secret can tell a foreign or an invented id without asking the database, even while
    that is away.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._key = b""
        self._sessions: URLSafeTimedSerializer | None = None

    def load(self) -> None:
        """Read the secret from GLOSSATOR_SECRET or the data folder; make one there. Raises ConfigurationError."""
        self._key = _secret(self._data_dir)
        self._sessions = URLSafeTimedSerializer(
            self._key, salt="visitor session", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def new(self, owner: str) -> str:
        """Return a new id that belongs to an owner."""
        value = secrets.token_bytes(_RANDOM)
        return base64.urlsafe_b64encode(value + self._tag(value, owner)).decode()

    def owns(self, owner: str, given: str) -> bool:
        """Whether an id was given out for this owner."""
        try:
            value = base64.b64decode(given, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        return len(value) == _RANDOM + _TAG and hmac.compare_digest(value[_RANDOM:], self._tag(value[:_RANDOM], owner))

    def session(self, site_id: str, visitor_id: str | None = None) -> str:
        """Return the token of a visitor's session, a new visitor's where none is named."""
        assert self._sessions is not None, "load() comes first"
        return str(self._sessions.dumps([site_id, visitor_id or new_id()]))

    def visitor(self, token: str, site_id: str) -> VisitorSession:
        """Return whom a token speaks for. Raises SignInNeeded for one that is invalid, over or another site's."""
        assert self._sessions is not None, "load() comes first"
        try:
            site, visitor_id = self._sessions.loads(token, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            site, visitor_id = None, ""
        if site != site_id:
            raise SignInNeeded("the session is none of this site or is over; get one with POST /v1/sessions")
        return VisitorSession(site_id, visitor_id)

    def csrf(self, session_token: str) -> str:
        """Return what a page of the owner's must send along with its cookie to change anything."""
        return hmac.new(self._key, b"csrf" + session_token.encode(), hashlib.sha256).hexdigest()

    def _tag(self, value: bytes, owner: str) -> bytes:
        return hmac.new(self._key, b"id" + value + owner.encode(), hashlib.sha256).digest()[:_TAG]


def _secret(data_dir: Path) -> bytes:
    given = os.environ.get(_VARIABLE)
    if given is not None:
        if len(given) < _SHORTEST:
            raise ConfigurationError(
                f"{_VARIABLE} has {len(given)} characters; it needs {_SHORTEST} at least. "
                "Make one with: openssl rand -hex 32"
            )
        return given.encode()
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SECRET_FILE
    draft = data_dir / f".{SECRET_FILE}-{secrets.token_hex(4)}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(draft)  # of workers that start together, the first one's holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip().encode()
