"""The generator that the settings ask for."""

from __future__ import annotations

from dataclasses import dataclass

from content.embedding import Embedder
from content.reranking import Reranker
from service.generation.extractive import ExtractiveGenerator
from service.generation.generator import Generator
from service.generation.grounded import GroundedGenerator
from service.generation.provider import Deadlines, LanguageModel
from service.generation.rewriting import Rewriter
from service.generation.support import Verifier
from service.settings import Settings
from service.worker import Worker


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes answers, the ``models`` that are called for it, and who reads follow-ups."""

    generator: Generator
    models: tuple[LanguageModel, ...] = ()
    rewriter: Rewriter | None = None

    async def load(self) -> None:
        """Load the models' clients. Raises ConfigurationError, MissingPackage."""
        for model in self.models:
            await model.load()

    async def close(self) -> None:
        """Close the models' connections."""
        for model in self.models:
            await model.close()


def configured_models(settings: Settings) -> tuple[LanguageModel, ...]:
    """Return the language models, in the order in which they are tried."""
    deadlines = Deadlines(
        connect=settings.model_connect_seconds,
        first_token=settings.model_first_token_seconds,
        idle=settings.model_idle_seconds,
        total=settings.model_total_seconds,
        retries=settings.model_retries,
    )
    return tuple(
        LanguageModel(model, deadlines, settings.model_concurrency, settings.model_queue) for model in settings.models
    )


def configured_writing(settings: Settings, embedder: Embedder, worker: Worker, reranker: Reranker | None) -> Writing:
    """Return who writes answers: models where there are any, and whoever quotes the content in any case."""
    quoting = ExtractiveGenerator(embedder, worker)
    models = configured_models(settings)
    if not models:
        return Writing(quoting)
    verifier = Verifier(embedder, reranker)
    generator = GroundedGenerator(
        models, verifier, settings.verification, quoting, embedder, worker, settings.model_total_seconds
    )
    seconds = settings.model_rewrite_seconds
    return Writing(generator, models, Rewriter(models[0], seconds) if seconds else None)
