"""What the tests of the service share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.service.api import client


@pytest.fixture
async def http(glossary_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A service that answers from the small glossary."""
    async with client(glossary_dir, answer_threshold=0.3, closest_threshold=0.1) as http:
        yield http
