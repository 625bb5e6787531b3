"""Vendors: any-llm's client for a model, and what its errors mean for the owner of the site.

https://docs.mozilla.ai/any-llm: one call over the clients of the vendors, keys from each vendor's usual variable.
The library takes seconds to import, so it is imported where it is first needed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from content.errors import ConfigurationError, MissingPackage, ModelFailed
from service.language_models import ModelSettings

if TYPE_CHECKING:
    from any_llm import AnyLLM, AnyLLMError

# The vendors whose client any-llm does not bring itself and an extra of ours does.
_EXTRAS = ("gemini", "ollama", "xai")
_REMEDIES = {
    401: "Check the key in {key}.",
    403: "Check the key in {key}, and what it may do.",
    404: "Check the model's name, and base_url.",
    402: "Its account has run out of money.",
    429: "Its account is at its limit; slow down, or raise the limit.",
}
_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)  # statuses after which another try may do better


Close = Callable[[], Awaitable[None]]


def client(settings: ModelSettings, connect_seconds: float, total_seconds: float) -> tuple[AnyLLM, Close | None]:
    """Return a client for a model, and what closes its connections, where there is such a thing.

    It repeats no call by itself and follows no deadline but these; the others are ours. Raises ConfigurationError,
    MissingPackage.
    """
    try:
        from any_llm import AnyLLM
        from any_llm.exceptions import AnyLLMError, MissingApiKeyError, UnsupportedProviderError
    except ImportError as error:
        raise MissingPackage(
            f"model {settings.name!r} needs the package any-llm-sdk. Install it: pip install 'glossator[models]'"
        ) from error
    try:
        provider = AnyLLM.get_provider_class(settings.vendor)
        options = _options(provider, connect_seconds, total_seconds)
        created = AnyLLM.create(settings.vendor, api_base=settings.base_url, unified_exceptions=True, **options)
    except UnsupportedProviderError as error:
        known = ", ".join(sorted(AnyLLM.get_supported_providers()))
        raise ConfigurationError(
            f"model {settings.name!r}: there is no vendor {settings.vendor!r}. Name one of: {known}"
        ) from error
    except MissingApiKeyError as error:
        raise ConfigurationError(
            f"model {settings.name!r} needs a key. Set the environment variable {error.env_var_name}."
        ) from error
    except ImportError as error:
        package = f"glossator[{settings.vendor}]" if settings.vendor in _EXTRAS else f"any-llm-sdk[{settings.vendor}]"
        raise MissingPackage(
            f"model {settings.name!r} needs its vendor's package. Install it: pip install '{package}'"
        ) from error
    except AnyLLMError as error:
        raise ConfigurationError(f"model {settings.name!r}: {error.message}") from error
    return created, _close(created, options)


def streaming_options(model: AnyLLM) -> dict[str, Any]:
    """Return what a vendor must be told so that it counts the tokens of a stream."""
    from any_llm.providers.openai.base import BaseOpenAIProvider

    return {"stream_options": {"include_usage": True}} if isinstance(model, BaseOpenAIProvider) else {}


def failed(name: str, error: Exception) -> ModelFailed:
    """Return what a library's error means, with a remedy and whether another try may do better."""
    from any_llm.exceptions import AnyLLMError, ContextLengthExceededError

    if not isinstance(error, AnyLLMError):
        return ModelFailed(f"{name}: it sent what cannot be read ({type(error).__name__})")
    status = error.status_code
    said = " ".join(error.message.split())[:300]
    remedy = _REMEDIES.get(status or 0, "").format(key=_key_variable(name))
    if isinstance(error, ContextLengthExceededError):
        remedy = "Lower its context_tokens."
    if status is None and not remedy:
        remedy = "Is its server up, and base_url right?"
    passing = status in _PASSING or (status is None and _connection(error))
    return ModelFailed(f"{name}: {said}", remedy, _wait(error) if passing else None)


def _key_variable(name: str) -> str:
    from any_llm import AnyLLM

    return str(AnyLLM.get_provider_class(name.partition(":")[0]).ENV_API_KEY_NAME)


def _connection(error: AnyLLMError) -> bool:
    """Whether an error is one of the network, by the names that the vendors' clients give them."""
    kind = type(error.original_exception).__name__
    return any(word in kind for word in ("Connect", "Network", "Timeout", "Protocol", "ReadError"))


def _wait(error: AnyLLMError) -> float:
    """Return the seconds that a vendor asks to wait, 0 where it says nothing or names a date."""
    asked = getattr(error, "retry_after", None)
    try:
        return max(0.0, float(asked)) if asked else 0.0
    except ValueError:
        return 0.0


def _options(provider: type[AnyLLM], connect_seconds: float, total_seconds: float) -> dict[str, Any]:
    """Return what a vendor's client is made with. A few cannot be told; for these only our own deadlines hold."""
    from any_llm.providers.anthropic.base import BaseAnthropicProvider
    from any_llm.providers.openai.base import BaseOpenAIProvider

    if issubclass(provider, BaseOpenAIProvider):
        import openai

        return {"max_retries": 0, "timeout": openai.Timeout(total_seconds, connect=connect_seconds)}
    if issubclass(provider, BaseAnthropicProvider):
        import anthropic

        return {"max_retries": 0, "timeout": anthropic.Timeout(total_seconds, connect=connect_seconds)}
    if provider.PROVIDER_NAME == "gemini":
        import httpx

        connections = httpx.AsyncClient(timeout=httpx.Timeout(total_seconds, connect=connect_seconds))
        return {"max_retries": 0, "http_options": {"httpx_async_client": connections}}
    return {}


def _close(created: Any, options: dict[str, Any]) -> Close | None:
    """Return what closes the connections of a client that was made with these options."""
    if "http_options" in options:
        close: Close = options["http_options"]["httpx_async_client"].aclose
        return close
    return created.client.close if "timeout" in options else None
