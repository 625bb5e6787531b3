from __future__ import annotations

import pytest

from tests.service.api import client
from tests.service.dashboard.acting import sign_in
from tests.vendors import Fault, Vendor, serving

pytestmark = pytest.mark.anyio


async def test_without_a_language_model_the_page_says_how_to_configure_one(http):
    browser = await sign_in(http)
    assert "No language model is configured" in await browser.page("/admin/models")
    await browser.send("/admin/models/0/try", 404)


@pytest.mark.parametrize(
    ("fault", "said"), [(Fault.NONE, "answers, its first token after"), (Fault.UNAUTHORIZED, "OPENAI_API_KEY")]
)
async def test_a_language_model_is_tried(data_dir, monkeypatch, fault, said):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-real-key")
    async with (
        serving(Vendor("openai", fault=fault)) as vendor,
        client(data_dir, model="openai:small", model_base_url=vendor.url, model_retries=0) as http,
    ):
        browser = await sign_in(http)
        assert "openai:small" in await browser.page("/admin/models")
        shown = (await browser.send("/admin/models/0/try", 200)).text
        assert said in shown
        assert ("problem" in shown) == (fault is not Fault.NONE)
        assert "not-a-real-key" not in shown
