"""Logs: one form for every line of every logger, as text for people or as JSON for programs."""

from __future__ import annotations

import logging
from typing import Literal

from service.request_id import current_request_id

LogFormat = Literal["text", "json"]

_TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
_FIELDS = ("levelname", "name", "request_id", "message")
_NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}


def configure(log_format: LogFormat) -> None:
    """Write what this process logs to standard error, Python's warnings included."""
    handler = logging.StreamHandler()
    handler.addFilter(_with_request_id)
    handler.setFormatter(_json() if log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("glossator").setLevel(logging.INFO)


def _with_request_id(record: logging.LogRecord) -> bool:
    if not hasattr(record, "request_id"):
        record.request_id = current_request_id()
    return True


def _json() -> logging.Formatter:
    from pythonjsonlogger.core import RESERVED_ATTRS
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        _FIELDS,
        timestamp="time",
        rename_fields=_NAMES,
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, with codes for terminals
        json_ensure_ascii=False,
    )
