"""Passwords: hashed with Argon2id, off the event loop, and checked in the same time for nobody."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

SHORTEST = 12  # characters
LONGEST = 200  # characters; hashing takes longer for longer ones

_hasher = PasswordHasher()  # the parameters that RFC 9106 recommends


async def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return await asyncio.to_thread(_hasher.hash, password)


async def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one; False where nothing is kept."""
    return await asyncio.to_thread(_fits, password, kept)


def _fits(password: str, kept: str | None) -> bool:
    try:
        _hasher.verify(kept or _nobodys(), password)
    except VerifyMismatchError:
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")
