"""Tokens: random and long, so that a plain hash of them is kept, which cannot be searched for."""

from __future__ import annotations

import hashlib


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
