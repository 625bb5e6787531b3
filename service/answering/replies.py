"""Replies: what is said without a search."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RepliesSettings(BaseModel):
    """A ``[site.replies]``: what is said without a search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hello: str = Field("Hello! What would you like to know?", description="To a greeting.")
    thanks: str = Field("You are welcome.", description="To thanks.")
    goodbye: str = Field("Goodbye!", description="To a farewell.")
    about: str = Field(
        "I answer questions from this site's own content, in quotes with links to where they stand. "
        "When the content does not hold the answer, I say so.",
        description="To questions about the assistant itself.",
    )
    person: str = Field(
        "I am an automated assistant. To reach a person of this site, use what is offered below, or its contact page.",
        description="To the wish to talk to a person.",
    )
    refused: str = Field("I did not find an answer to this in the content.", description="When the content has none.")
    closest: str = Field(
        "I am not sure that the content answers this. The closest I found:",
        description="Before quotes that may or may not answer.",
    )
    interrupted: str = Field(
        "The answer broke off here. This is what the content says:",
        description="Between an answer that its model broke off and the quotes that follow instead.",
    )
    unavailable: str = Field(
        "This is what the content says, quoted:",
        description="Before quotes that stand in for an answer because no model could be reached.",
    )
    clarify: str = Field("Which one do you mean?", description="When a question can mean several things.")
    vague: str = Field(
        "What is your question about? Please name it, so that I can look for it.",
        description="When a question says too little to search for.",
    )
