"""A service with two sites, and keys for them."""

from __future__ import annotations

import pytest

from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.api import client

SITES = [
    {"id": "default", "privacy": {"redact": []}},
    {
        "id": "shop",
        "leads": {"fields": ["name", "budget"], "required": ["budget"], "consent": "Yes, write to me."},
        "handoff": {"after_refusals": 2, "keywords": ["refund"]},
    },
]
SHOP = {"X-Glossator-Site": "shop"}


@pytest.fixture
def data_dir(tmp_path):
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", GLOSSARY))
    return tmp_path / "var"


@pytest.fixture
async def http(data_dir):
    async with client(data_dir, site=SITES, answer_threshold=0.3, closest_threshold=0.1, question_days=7) as http:
        yield http
