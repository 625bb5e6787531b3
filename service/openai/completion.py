"""Chat completions: requests and answers in the shapes of OpenAI's API, which many clients speak.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, Field

from service.answering.markdown import escape
from service.model import Answer, Citation

ALL = "glossator"  # the model that searches all collections
_MARK = re.compile(r"(?<!\\)\[(\d+)\]")
_FENCE = re.compile(r" {0,3}(`{3,})")
_URL = "%/:?#[]@!$&'()*+,;=~"  # what an address may hold beside letters, digits, "-", "." and "_"


def _one(n: int | None) -> int | None:
    if n not in {None, 1}:
        raise ValueError("one answer is given to a request; leave n out")
    return n


def _no_tool(choice: Any) -> Any:
    if choice not in (None, "auto", "none"):
        raise ValueError("no tool is ever called here; leave tool_choice out or set it to none")
    return choice


def _as_text(wanted: dict[str, Any] | None) -> dict[str, Any] | None:
    if wanted is not None and wanted.get("type") != "text":
        raise ValueError("answers are Markdown; leave response_format out")
    return wanted


class ContentPart(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str | None = None


class MessageIn(BaseModel):
    """A message of the conversation. Those of the system and of tools are accepted and not followed."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """The message's text."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.text is not None)


class StreamOptions(BaseModel):
    """What a stream holds beside the answer."""

    include_usage: bool | None = False


class Extras(BaseModel):
    """What OpenAI's API has no field for."""

    footnotes: bool = False


class CompletionRequest(BaseModel):
    """A conversation whose last message is answered. Fields that are not listed are accepted and ignored."""

    messages: list[MessageIn] = Field(min_length=1)
    model: str = ALL
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int | None, AfterValidator(_one)] = None
    tool_choice: Annotated[Any, AfterValidator(_no_tool)] = None
    response_format: Annotated[dict[str, Any] | None, AfterValidator(_as_text)] = None
    glossator: Extras = Extras()


@dataclass(frozen=True, slots=True)
class CompletionMessage:
    """What the assistant says. ``glossator`` is the whole answer as ``/v1/chat`` gives it, with its citations."""

    content: str
    glossator: Answer
    role: Literal["assistant"] = "assistant"
    refusal: None = None


@dataclass(frozen=True, slots=True)
class CompletionChoice:
    """The one answer that a request gets. It is whole, so it always ends with ``stop``."""

    message: CompletionMessage
    index: Literal[0] = 0
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True)
class CompletionUsage:
    """The tokens that language models took, as their vendors counted them.

    Where none was called, those of the messages and of the answer, in the embedding model's vocabulary.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class ChatCompletion:
    """An answer; ``created`` is in seconds since 1970, ``system_fingerprint`` the snapshot that it is from."""

    id: str
    created: int
    model: str
    choices: tuple[CompletionChoice, ...]
    usage: CompletionUsage
    system_fingerprint: str
    object: Literal["chat.completion"] = "chat.completion"


@dataclass(frozen=True, slots=True)
class ModelItem:
    """A name that a client can choose: what is searched, and how citations are written."""

    id: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = "glossator"


@dataclass(frozen=True, slots=True)
class ModelList:
    """The names that a client can choose."""

    data: tuple[ModelItem, ...]
    object: Literal["list"] = "list"


class Footnotes:
    """Turns the marks of an answer into Markdown footnotes while it streams.

    Marks in code are the code's own. A part of an answer holds whole marks and whole lines of code, since sentences
    and quotes are sent whole.
    """

    def __init__(self) -> None:
        self._fence = ""

    def turn(self, text: str) -> str:
        """Return the next part of an answer with its marks as references to footnotes."""
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        fence = _FENCE.match(line)
        if self._fence:
            if line.strip() == self._fence:
                self._fence = ""
            return line
        if fence:
            self._fence = fence.group(1)
            return line
        return _MARK.sub(r"[^\1]", line)


def notes(citations: Iterable[Citation]) -> str:
    """Return the footnotes that stand below an answer, nothing for none."""
    lines = [f"[^{one.number}]: {_linked(one)}" for one in citations]
    return "\n\n" + "\n".join(lines) if lines else ""


def _linked(one: Citation) -> str:
    title = escape(" ".join(one.title.split()))
    if one.link is None or not one.link.startswith(("http://", "https://")):
        return title
    return f"[{title}](<{quote(one.link, safe=_URL)}>)"


def unmarked(text: str) -> str:
    """Return an answer that a client sends back without its marks."""
    return re.sub(r"(?<!\\)\[\^?\d+\]:?", "", text)
