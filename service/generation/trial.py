"""Trials: one token is asked of a language model, to see whether it answers."""

from __future__ import annotations

from dataclasses import dataclass

from content.errors import GlossatorError, ModelFailed
from service.generation.provider import LanguageModel


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: whether the model answered, what there is to say, and what to do about it."""

    answers: bool
    said: str
    remedy: str = ""


async def tried(model: LanguageModel) -> Trial:
    """Ask a model for one token, and close its connections."""
    server = model.settings.base_url or "its vendor's server"
    try:
        used = await model.ping()
    except ModelFailed as error:
        return Trial(False, str(error), error.remedy)
    except GlossatorError as error:
        return Trial(False, str(error))
    finally:
        await model.close()
    return Trial(True, f"{model.name} at {server} answers, its first token after {used.first_token_ms} ms")
