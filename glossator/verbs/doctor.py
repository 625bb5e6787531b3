"""``glossator doctor``"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from content.embedding import DEFAULT_MODEL, FLOAT32, Embedder
from content.errors import ConfigurationError, GlossatorError, NoSnapshot
from content.onnx import ONNX_RUNTIME, OnnxEmbedder
from glossator.languages import understanding
from glossator.models import configured_embedder, configured_reranker, ingesting_embedder
from glossator.output import print_json, say, shown
from service.generation.configured import configured_models
from service.generation.trial import tried
from service.settings import LOOPBACK, Settings, config_path

_LOW_SPACE = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: ``status`` is ok, note or problem; ``remedy`` is what to do."""

    name: str
    status: str
    found: str
    remedy: str = ""


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is configured, what is missing, and what to do about it."""
    checks = list(_checks(context.obj))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            _show(check)
    if any(check.status == "problem" for check in checks):
        raise typer.Exit(1)


def _checks(settings: Settings) -> Iterator[Check]:
    yield Check(
        "version",
        "ok",
        f"glossator {version('glossator')}, Python {platform.python_version()}, {os.cpu_count()} cores",
    )
    yield _configuration()
    yield _data_folder(settings.data_dir)
    embedder = configured_embedder(settings)
    yield _model(embedder)
    yield _encoder(embedder)
    yield from _precision(settings)
    yield from _languages(embedder)
    yield from _reranker(settings)
    yield _snapshot(settings, embedder)
    for source in settings.source:
        there = Path(source.location).expanduser().exists()
        remedy = "" if there else "Correct its location in glossator.toml."
        yield Check("source", "ok" if there else "problem", f"{source.location} → {source.collection}", remedy)
    for site in settings.site:
        origins = ", ".join(site.allowed_origins) or "none: only this service's own page may ask"
        yield Check("site", "ok", f"{site.id}: allowed origins {origins}")
    if settings.host not in LOOPBACK:
        remedy = "Put a reverse proxy with HTTPS before it and set public_url."
        yield Check("address", "note", f"{settings.host}:{settings.port}, reachable from other machines", remedy)
    else:
        yield Check("address", "ok", f"{settings.host}:{settings.port}, this machine only")
    yield from _models(settings)


def _configuration() -> Check:
    path = config_path()
    if path.is_file():
        return Check("configuration", "ok", str(path.resolve()))
    return Check(
        "configuration",
        "note",
        f"no {path}: defaults and GLOSSATOR_* variables hold",
        "See docs/settings.md.",
    )


def _data_folder(folder: Path) -> Check:
    nearest = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return Check("data folder", "problem", f"{folder.resolve()} cannot be written", "Set GLOSSATOR_DATA_DIR.")
    free = shutil.disk_usage(nearest).free
    found = f"{folder.resolve()}, {free / 2**30:.1f} GiB free"
    return Check(
        "data folder",
        "note" if free < _LOW_SPACE else "ok",
        found,
        "Free some space." if free < _LOW_SPACE else "",
    )


def _model(embedder: Embedder) -> Check:
    try:
        card = embedder.card
    except GlossatorError as error:
        return Check("embedding model", "problem", str(error))
    proof = "as published" if card.name == DEFAULT_MODEL else "not a known one"
    return Check(
        "embedding model",
        "ok",
        f"{card.name}, window {card.max_tokens} tokens, SHA-256 {card.sha256} ({proof}), "
        f"late interaction {'on' if card.late_interaction else 'off'}",
    )


def _encoder(embedder: Embedder) -> Check:
    if not isinstance(embedder, OnnxEmbedder):
        return Check("encoder", "note", "PyTorch", "pip install 'glossator[openvino]' halves the time of a question.")
    try:
        there = embedder.is_exported
    except GlossatorError as error:
        return Check("encoder", "problem", str(error))
    if not there:
        return Check("encoder", "note", "PyTorch, until the model is exported", "glossator ingest does it.")
    name = "ONNX Runtime" if embedder.runtime == ONNX_RUNTIME else f"OpenVINO, computing in {embedder.precision}"
    return Check("encoder", "ok", f"{name}, with {embedder.path}")


def _precision(settings: Settings) -> Iterator[Check]:
    """Say what passages are embedded with, where that is not what questions are."""
    if settings.passage_precision == FLOAT32:
        return
    try:
        ingesting_embedder(settings)
    except ConfigurationError as error:
        yield Check("precision", "problem", str(error))
    else:
        yield Check("precision", "ok", f"passages in {settings.passage_precision}")


def _languages(embedder: Embedder) -> Iterator[Check]:
    try:
        found = understanding(embedder)
    except GlossatorError:
        return  # that the model is unusable has been said
    understood = ", ".join(found.understood) or "none of those tried"
    others = f"; not {', '.join(found.others)}: there, passages are found by their words alone" if found.others else ""
    remedy = "For content in those, set GLOSSATOR_EMBEDDING_MODEL to a multilingual model." if found.others else ""
    yield Check("languages", "ok", f"the model understands {understood}{others}.", remedy)


def _reranker(settings: Settings) -> Iterator[Check]:
    reranker = configured_reranker(settings)
    if reranker is None:
        return
    try:
        reranker("ready", ["ready"])
    except GlossatorError as error:
        yield Check("reranker", "problem", str(error))
    else:
        yield Check("reranker", "ok", reranker.name)


def _models(settings: Settings) -> Iterator[Check]:
    """Try each language model with one token."""
    models = configured_models(settings)
    if not models:
        yield Check("answers", "ok", "extractive: in quotes, without a language model")
        return
    yield Check("answers", "ok", f"by language models, verification {settings.verification}; quotes where none answers")
    for model in models:
        trial = asyncio.run(tried(model))
        yield Check("language model", "ok" if trial.answers else "problem", trial.said, trial.remedy)
    if settings.verification != "strict":
        yield Check("verification", "note", settings.verification, "Visitors may read what no passage supports.")


def _snapshot(settings: Settings, embedder: Embedder) -> Check:
    try:
        manifest = settings.archive.open_current(embedder.card).manifest
    except NoSnapshot:
        return Check("snapshot", "note", "nothing has been published yet", "Run: glossator ingest FOLDER")
    except GlossatorError as error:
        return Check("snapshot", "problem", str(error))
    languages = ", ".join(f"{name} ({state.language})" for name, state in manifest.collections.items())
    found = (
        f"{manifest.snapshot_id}: {manifest.pages} pages, {manifest.passages} passages, {manifest.terms} terms; "
        f"collections: {languages}"
    )
    return Check("snapshot", "ok", found)


def _show(check: Check) -> None:
    sign = {
        "ok": "[green]ok[/green]     ",
        "note": "[yellow]note[/yellow]   ",
        "problem": "[bold red]problem[/bold red]",
    }
    remedy = f"  {shown(check.remedy)}" if check.remedy else ""
    say(f"{sign[check.status]}  [bold]{check.name}[/bold]: {shown(check.found)}{remedy}")
