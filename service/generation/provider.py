"""Providers: a language model, called so that whatever it does, each call ends in time.

A call yields text and ends within its deadlines, or raises ModelFailed. Which deadline holds is decided at each wait,
since the event loop may read one answer from several tasks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from content.errors import Busy, ModelFailed
from service.generation.prompt import Message
from service.generation.vendor import Close, client, failed, streaming_options
from service.language_models import ModelSettings
from service.model import Usage

if TYPE_CHECKING:
    from any_llm import AnyLLM

_log = logging.getLogger("glossator.generation")

_LONGEST = 100_000  # characters that are read of one answer, thinking included
_AFTER_THE_END = 1.0  # seconds for the count of tokens, which some vendors send after the end
_BACKOFF = 0.5  # seconds before the first retry, twice as long before the next
_PING_TOKENS = 1
_RETRY_AFTER = 2  # seconds that a visitor is asked to wait where all models are busy


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a call may take, in seconds: to connect, to its first token, from token to token, and as a whole.

    A call is repeated ``retries`` times at most, and never after its first token.
    """

    connect: float = 5
    first_token: float = 20
    idle: float = 15
    total: float = 90
    retries: int = 2


class LanguageModel:
    """A language model; ``concurrency`` calls of it run at a time, and ``queue`` wait for that."""

    def __init__(self, settings: ModelSettings, deadlines: Deadlines, concurrency: int = 8, queue: int = 16) -> None:
        self.settings = settings
        self.name = settings.name
        self._deadlines = deadlines
        self._concurrency = concurrency
        self._most = concurrency + queue
        self._admitted = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: AnyLLM | None = None
        self._hang_up: Close | None = None
        self._running = asyncio.Semaphore(concurrency)

    def ready(self) -> None:
        """Raise Busy where too many calls wait already."""
        if self._admitted >= self._most:
            raise Busy(f"{self._admitted} answers are being written already. Try again in a moment.", _RETRY_AFTER)

    async def load(self) -> AnyLLM:
        """Return the client of the running event loop. Raises ConfigurationError, MissingPackage."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:  # connections belong to the loop that opened them
            limits = self._deadlines
            made = await asyncio.to_thread(client, self.settings, limits.connect, limits.total)
            self._client, self._hang_up = made
            self._loop, self._running = loop, asyncio.Semaphore(self._concurrency)
        return self._client

    async def close(self) -> None:
        """Close its connections; it can be called again all the same."""
        if self._hang_up is not None and self._loop is asyncio.get_running_loop():
            await self._hang_up()
        self._client = self._hang_up = None

    async def ping(self) -> Usage:
        """Ask for one token, and return what that took. Raises what ``load`` and ``stream`` raise."""
        used = Usage(self.name)
        async with aclosing(self.stream([Message("user", "Say yes.")], answer_tokens=_PING_TOKENS)) as pieces:
            async for piece in pieces:
                used = piece if isinstance(piece, Usage) else used
        return used

    async def stream(
        self, messages: Sequence[Message], *, answer_tokens: int | None = None, seconds: float | None = None
    ) -> AsyncGenerator[str | Usage]:
        """Yield what the model writes as it comes, then what it took.

        ``seconds`` is how long it may take where that is less than the deadlines allow. Raises ModelFailed where it
        does not answer, breaks off, or passes a deadline, after what it took; Busy where too many calls wait.
        """
        self.ready()
        answering = await self.load()
        self._admitted += 1
        try:
            await self._turn()
            call = _Call(self.settings, self._deadlines, seconds)
            try:
                piece = await call.begin(answering, messages, answer_tokens or self.settings.answer_tokens)
                while piece is not None:
                    if piece:
                        yield piece
                    piece = await call.read()
            except ModelFailed as error:
                call.failure = str(error)
                yield call.usage()
                raise
            finally:
                self._running.release()
                await call.close()
        finally:
            self._admitted -= 1
        yield call.usage()

    async def _turn(self) -> None:
        """Wait until one more call may run."""
        try:
            async with asyncio.timeout(self._deadlines.first_token):
                await self._running.acquire()
        except TimeoutError as error:
            raise ModelFailed(f"{self.name}: too many calls of it are running", "Raise model_concurrency.") from error


class _Call:
    """One call of a model, from its first try to its end."""

    def __init__(self, settings: ModelSettings, deadlines: Deadlines, seconds: float | None) -> None:
        self._settings = settings
        self._deadlines = deadlines
        self._total = deadlines.total if seconds is None else min(seconds, deadlines.total)
        self._started = time.monotonic()
        self._first: float | None = None
        self._chunks: Any = None  # any-llm's stream: an asynchronous iterator that can be closed
        self._read = 0
        self._ended = False
        self._tokens: Any = None
        self.failure = ""

    async def begin(self, model: AnyLLM, messages: Sequence[Message], answer_tokens: int) -> str | None:
        """Return the first piece of the answer, repeating what failed before there was one."""
        attempt = 0
        until = min(self._started + self._deadlines.first_token, self._started + self._total)
        while True:
            try:
                return await self._within(until, self._try(model, messages, answer_tokens))
            except ModelFailed as error:
                wait = None if error.retry_after is None else max(error.retry_after, _BACKOFF * 2**attempt)
                if wait is None or attempt >= self._deadlines.retries or time.monotonic() + wait >= until:
                    raise
                _log.info("asked again in %.1f s: %s", wait, error)
                await asyncio.sleep(wait)
                attempt += 1

    async def read(self) -> str | None:
        """Return the next piece, empty for a sign of life such as thinking, or None at the end."""
        until = min(time.monotonic() + self._deadlines.idle, self._started + self._total)
        return await self._within(until, self._next())

    async def close(self) -> None:
        """Hang up, which stops the vendor's work too, and log what the call took."""
        if self._chunks is not None:
            await self._chunks.aclose()
        used = self.usage()
        outcome = f"failed: {used.failure}" if used.failure else "done" if self._ended else "stopped"
        _log.info(
            "%s %s after %d ms (first token %s ms), %d + %d tokens, cost %s",
            used.model, outcome, used.took_ms, used.first_token_ms, used.input_tokens, used.output_tokens, used.cost,
        )  # fmt: skip

    def usage(self) -> Usage:
        """Return what the call has taken so far."""
        input_tokens = getattr(self._tokens, "prompt_tokens", None) or 0
        output_tokens = getattr(self._tokens, "completion_tokens", None) or 0
        prices = self._settings.input_price, self._settings.output_price
        cost = None
        if self._tokens is not None and prices != (None, None):
            cost = round((input_tokens * (prices[0] or 0) + output_tokens * (prices[1] or 0)) / 1e6, 8)
        return Usage(
            model=self._settings.name,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost=cost,
            first_token_ms=None if self._first is None else round((self._first - self._started) * 1000),
            took_ms=round((time.monotonic() - self._started) * 1000),
            failure=self.failure,
        )

    async def _within(self, until: float, work: Coroutine[Any, Any, str | None]) -> str | None:
        """Return what the work returns; raises ModelFailed where that takes too long."""
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await work
        except TimeoutError as error:
            if self._ended:  # only its tokens have not been counted
                return None
            took = time.monotonic() - self._started
            waited = "it sent nothing in time" if self._first is None else "it stopped in its answer"
            raise ModelFailed(
                f"{self._settings.name}: {waited} ({took:.1f} s)", "Is its server overloaded? See model_*_seconds."
            ) from error

    async def _try(self, model: AnyLLM, messages: Sequence[Message], answer_tokens: int) -> str | None:
        if self._chunks is not None:
            await self._chunks.aclose()
            self._chunks = None
        from any_llm.exceptions import AnyLLMError

        try:
            self._chunks = await model.acompletion(
                self._settings.name.partition(":")[2],
                [{"role": message.role, "content": message.content} for message in messages],
                stream=True,
                max_tokens=answer_tokens,
                temperature=self._settings.temperature,
                **streaming_options(model),
            )
        except (AnyLLMError, ValidationError, NotImplementedError) as error:
            raise failed(self._settings.name, error) from error
        piece: str | None = ""
        while piece == "" and self._first is None:
            piece = await self._next()
        return piece

    async def _next(self) -> str | None:
        from any_llm.exceptions import AnyLLMError

        if self._ended:
            await self._counted()
            return None
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration as error:
            raise ModelFailed(f"{self._settings.name}: its answer was cut off") from error
        except (AnyLLMError, ValidationError) as error:
            raise failed(self._settings.name, error) from error
        return self._taken(chunk)

    def _taken(self, chunk: Any) -> str:
        """Return the text of a chunk."""
        self._tokens = chunk.usage or self._tokens
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        said = choice.delta.content or ""
        thought = choice.delta.reasoning.content if choice.delta.reasoning else ""
        if (said or thought) and self._first is None:
            self._first = time.monotonic()
        self._read += len(said) + len(thought or "")
        if self._read > _LONGEST:
            raise ModelFailed(f"{self._settings.name}: its answer has more than {_LONGEST:,} characters")
        if choice.finish_reason == "content_filter":
            raise ModelFailed(f"{self._settings.name}: its vendor's filter refused the answer")
        self._ended = choice.finish_reason is not None
        return said

    async def _counted(self) -> None:
        """Wait a moment for the count of tokens behind the end; whatever else comes there says nothing any more."""
        from any_llm.exceptions import AnyLLMError

        try:
            async with asyncio.timeout(_AFTER_THE_END):
                while self._tokens is None:
                    self._tokens = (await anext(self._chunks)).usage
        except (TimeoutError, StopAsyncIteration, AnyLLMError, ValidationError):
            return
