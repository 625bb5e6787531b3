"""Calls of models over the vendors' own protocols and clients, with every fault: each ends in time."""

from __future__ import annotations

import asyncio
import socket
from contextlib import aclosing

import pytest

from content.errors import Busy, ConfigurationError, MissingPackage, ModelFailed
from service.generation.prompt import Message
from service.generation.provider import Deadlines, LanguageModel
from service.language_models import ModelSettings
from service.model import Usage
from tests.vendors import Fault, Vendor, serving

pytestmark = pytest.mark.anyio

PROTOCOLS = ["openai", "anthropic", "gemini"]
SOON = Deadlines(connect=0.5, first_token=1.0, idle=0.6, total=4.0, retries=2)
PATIENT = Deadlines()
ASKED = [Message("system", "Be brief."), Message("user", "What is it?")]
TEXT = "Attention weighs the parts of its input by how relevant they are. It came in 2014."


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch):
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "DEEPSEEK_API_KEY",
        "DASHSCOPE_API_KEY",
        "ZAI_API_KEY",
    ):
        monkeypatch.setenv(name, "not-a-real-key")


@pytest.fixture
async def model():
    """Make models that call a vendor, and close them."""
    made: list[LanguageModel] = []

    def make(vendor: Vendor, deadlines: Deadlines = PATIENT, name: str | None = None, **options) -> LanguageModel:
        made.append(_model(vendor, deadlines, name, **options))
        return made[-1]

    yield make
    for one in made:
        await one.close()


def _model(vendor: Vendor, deadlines: Deadlines, name: str | None, **options) -> LanguageModel:
    settings = ModelSettings(
        name=name or f"{vendor.protocol}:some-model", base_url=vendor.url, input_price=2.0, output_price=10.0
    )
    return LanguageModel(settings, deadlines, **options)


async def read(called: LanguageModel, usages: list[Usage] | None = None) -> tuple[str, Usage]:
    """Return all that a call gives."""
    text, usages = "", [] if usages is None else usages
    async with aclosing(called.stream(ASKED)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Usage):
                usages.append(piece)
            else:
                text += piece
    (usage,) = usages
    return text, usage


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_comes_with_its_tokens_and_cost(protocol, model):
    async with serving(Vendor(protocol, TEXT)) as vendor:
        text, usage = await read(model(vendor))
    assert text == TEXT
    assert (usage.input_tokens, usage.output_tokens) == (120, 30)
    assert usage.cost == pytest.approx((120 * 2 + 30 * 10) / 1e6)
    assert usage.first_token_ms is not None
    assert not usage.failure


@pytest.mark.parametrize("name", ["deepseek:x", "dashscope:x", "zai:x", "vllm:x", "llamacpp:x"])
async def test_other_vendors_of_the_same_protocol(name, model):
    async with serving(Vendor("openai", TEXT)) as vendor:
        text, _ = await read(model(vendor, name=name))
    assert text == TEXT


BEFORE = [
    Fault.UNAUTHORIZED, Fault.LIMITED, Fault.LIMITED_WITH_DATE, Fault.BROKEN, Fault.HANG, Fault.HANG_AFTER_HEADERS,
    Fault.DRIP, Fault.NOT_JSON, Fault.ONE_LINE,
]  # fmt: skip
AFTER = [Fault.STALL, Fault.CUT, Fault.CLOSED, Fault.NOT_JSON_LATER, Fault.ENDLESS]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", BEFORE + AFTER)
async def test_every_fault_ends_in_a_failure_that_says_what_it_was(protocol, fault, model):
    async with serving(Vendor(protocol, TEXT, fault)) as vendor:
        called = model(vendor, SOON)
        usages = []
        with pytest.raises(ModelFailed, match=protocol):
            async with asyncio.timeout(SOON.total + 2):
                await read(called, usages)
        called.ready()
    assert usages[-1].failure
    repeated = {Fault.LIMITED, Fault.BROKEN}
    assert len(vendor.requests) == (1 if fault in AFTER else len(vendor.requests))
    assert (len(vendor.requests) > 1) <= (fault in repeated)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_second_end_changes_nothing(protocol, model):
    async with serving(Vendor(protocol, TEXT, Fault.SECOND_END)) as vendor:
        text, _ = await read(model(vendor))
    assert text == TEXT


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", [Fault.LIMITED, Fault.BROKEN])
async def test_what_passes_is_tried_again(protocol, fault, model):
    async with serving(Vendor(protocol, TEXT, fault, faulty_calls=1)) as vendor:
        text, _ = await read(model(vendor))
    assert text == TEXT
    assert len(vendor.requests) == 2


async def test_tries_are_counted(model):
    async with serving(Vendor("openai", TEXT, Fault.BROKEN)) as vendor:
        with pytest.raises(ModelFailed):
            await read(model(vendor, Deadlines(first_token=10, retries=1)))
    assert len(vendor.requests) == 2


async def test_a_server_that_is_not_there(model):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        vendor = Vendor("openai", url=f"http://127.0.0.1:{unused.getsockname()[1]}/v1")
        with pytest.raises(ModelFailed) as failure:
            await read(model(vendor))
    assert "base_url" in failure.value.remedy


async def test_a_refused_key_names_its_variable(model):
    async with serving(Vendor("openai", TEXT, Fault.UNAUTHORIZED)) as vendor:
        with pytest.raises(ModelFailed) as failure:
            await read(model(vendor))
    assert "OPENAI_API_KEY" in failure.value.remedy


async def test_hanging_up_stops_the_vendors_work(model):
    async with serving(Vendor("openai", TEXT * 50, pause=0.05)) as vendor:
        pieces = model(vendor).stream(ASKED)
        await anext(pieces)
        await pieces.aclose()
        async with asyncio.timeout(1):
            await vendor.left.wait()


async def test_calls_are_bounded_and_so_is_the_queue(model):
    async with serving(Vendor("openai", TEXT, pause=0.05)) as vendor:
        called = model(vendor, concurrency=2, queue=1)
        await called.load()
        running = [asyncio.create_task(read(called)) for _ in range(3)]
        await vendor.called.acquire()
        await vendor.called.acquire()
        with pytest.raises(Busy) as busy:
            called.ready()
        assert busy.value.retry_after > 0
        done = await asyncio.gather(*running)
    assert [text for text, _ in done] == [TEXT] * 3
    assert vendor.most_running == 2


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("nonsense:x", ConfigurationError, "there is no vendor 'nonsense'"),
        ("xai:grok", MissingPackage, r"pip install 'glossator\[xai\]'"),
    ],
)
async def test_what_cannot_be_called_is_named(name, error, said):
    with pytest.raises(error, match=said):
        await LanguageModel(ModelSettings(name=name), SOON).load()


async def test_a_missing_key_is_named(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ConfigurationError, match="ANTHROPIC_API_KEY"):
        await LanguageModel(ModelSettings(name="anthropic:claude"), SOON).load()
