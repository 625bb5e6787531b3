"""The store's two databases, and a backup of one."""

from __future__ import annotations

import pytest

from content.archive import Archive
from service.upkeep import backup
from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.store import rows
from tests.service.store.conftest import server, store, url  # noqa: F401
from tests.service.store.test_drain import drained


@pytest.fixture
async def backed_up(store, tmp_path):  # noqa: F811
    """A backup of leads in the database, one in the spool, a snapshot and a secret."""
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", GLOSSARY))
    (tmp_path / "var" / "secret").write_text("s" * 40)
    await drained(store, rows.message(vector="AAAA", embedded_by="m"), rows.lead(id="drained"))
    await store.spool.append(rows.lead(id="spooled"))
    await backup.write(store, Archive(tmp_path / "var"), tmp_path / "file")
    return tmp_path / "file"
