"""The embedding model that the settings name."""

from content.embedding import SentenceTransformerEmbedder
from service.settings import Settings


def configured_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """Return the embedder; it loads nothing yet."""
    return SentenceTransformerEmbedder(settings.embedding_model, late_interaction=settings.late_interaction)
