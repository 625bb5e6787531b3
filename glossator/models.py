"""The models that the settings name; none is loaded before it is used."""

from content.embedding import SentenceTransformerEmbedder
from content.reranking import CrossEncoderReranker
from service.settings import Settings


def configured_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """Return the embedder."""
    return SentenceTransformerEmbedder(settings.embedding_model, late_interaction=settings.late_interaction)


def configured_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """Return the reranker, None where none is configured."""
    return None if settings.reranker is None else CrossEncoderReranker(settings.reranker)
