"""The pages of Learn: what they show of what visitors asked."""

from __future__ import annotations

import re

import pytest

from tests.service.admin.acting import ask, lead, settled
from tests.service.dashboard.acting import sign_in

pytestmark = pytest.mark.anyio
BAKERY = "When does the <b>bakery</b> open?"


async def test_what_was_asked_is_on_the_pages_of_learn(http):
    for question in ("What is softmax?", "what is SOFTMAX", BAKERY):
        await ask(http, question)
    await lead(http, name="Ada")
    await settled(http)
    await http.app.state.services.learner.learn()
    browser = await sign_in(http)
    top = await browser.page("/admin/learn/questions")
    assert re.search(r'<th scope="row">What is softmax\?.*?<td class="number">2</td>', top, re.DOTALL)
    gaps = await browser.page("/admin/learn/gaps?days=7")
    assert "When does the &lt;b&gt;bakery&lt;/b&gt; open?" in gaps
    address = re.search(r'href="(/admin/learn/gaps/\d+)\?days=7"', gaps)
    assert address
    gap = await browser.page(address[1])
    outline = re.search(r'href="(/v1/admin/learn/gaps/\d+/outline)"', gap)
    assert outline
    assert "draft: true" in (await http.get(outline[1])).text
    assert "missed 1 of 1 times" in gaps
    assert re.search(
        r'<th scope="row">Softmax</th><td>default</td><td class="number">2</td>',
        await browser.page("/admin/learn/sources"),
    )
    assert "Ada" in await browser.page("/admin/learn/leads")
    assert "67%" in await browser.page("/admin/learn/conversations?by=site")
    await browser.page("/admin/learn/gaps/999", 404)
    await browser.page("/admin/learn/questions?days=0", 422)
