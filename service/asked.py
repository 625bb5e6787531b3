"""The record of answered questions that the service leaves for ingest, written off the way of a question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from content.asked import AskedQuestion, AskedQuestions
from service.model import Done
from service.policy import PrivacySettings
from service.privacy.redaction import redacted

_log = logging.getLogger("glossator.asked")


class AskedRecord:
    """Keeps what was asked and answered: the question alone, with nothing of who asked it."""

    def __init__(self, kept: AskedQuestions) -> None:
        self._kept = kept
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="glossator-asked")
        self._failed = False

    def start(self) -> None:
        """Remove what is too old."""
        self._executor.submit(self._try, self._kept.prune)

    def keep(self, done: Done, among: Sequence[str] | None, privacy: PrivacySettings | None = None) -> None:
        """Keep the question of an answer that cites a page; ``among`` are the collections searched, None for all."""
        if not done.answer.answered or not done.answer.citations or done.found is None:
            return
        first = done.answer.citations[0]
        # What was searched for stands alone, even where the visitor's words leaned on the conversation.
        rules = privacy or PrivacySettings()
        question = redacted(done.found.question, rules.redact, rules.phone_region)
        asked = AskedQuestion(question, first.collection, first.page_id, None if among is None else tuple(among))
        self._executor.submit(self._try, self._kept.append, asked)

    def forget(self, questions: frozenset[str]) -> None:
        """Return once these questions are kept no more. Raises OSError."""
        self._executor.submit(self._kept.forget, questions).result()

    def close(self) -> None:
        """Finish writing."""
        self._executor.shutdown(wait=True)

    def _try(self, work: Callable[..., None], *arguments: AskedQuestion) -> None:
        try:
            work(*arguments)
        except OSError as error:
            if not self._failed:  # a full disk is told of once, not with every question
                _log.warning("answered questions cannot be kept for the check of ingest: %s", error)
            self._failed = True
        else:
            self._failed = False
