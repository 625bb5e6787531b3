"""The application: what it is made of, what lives as long as it does, and how errors become replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from content.asked import AskedQuestions
from content.embedding import Embedder
from content.errors import Busy, GlossatorError
from content.reranking import Reranker
from service import dashboard
from service.access.cors import CrossOrigin
from service.access.identity import Identity
from service.access.limits import Limits
from service.answering.curated import Curated
from service.api import (
    admin,
    chat,
    completions,
    conversations,
    feedback,
    glossary,
    handoffs,
    health,
    leads,
    mcp,
    messages,
    metrics,
    pages,
    search,
    sessions,
    shares,
    sites,
    terms,
    web,
)
from service.api.visitor import Services
from service.asked import AskedRecord
from service.assistant import Assistant, Thresholds
from service.conversation import Conversations
from service.dashboard.failure import failed as page_failed
from service.dashboard.failure import is_page
from service.errors import status_of
from service.generation.configured import Writing, configured_writing
from service.generation.extractive import ExtractiveGenerator
from service.glossary.shelf import Shelf
from service.learn.learner import Learner
from service.learn.reports import Reports
from service.library import Library
from service.openai.error import OpenAIErrors, failed, speaks_openai
from service.people.desk import Desk
from service.people.notify import Notifier
from service.problem import ProblemBodies, problem
from service.request_id import HEADER, RequestId
from service.settings import Settings
from service.sites import Sites
from service.store.store import Store
from service.telemetry.access import Access
from service.telemetry.facts import sampling
from service.telemetry.metrics import Metrics
from service.telemetry.stage import Stages
from service.telemetry.tracing import Tracing
from service.upkeep.draining import draining
from service.upkeep.follower import Follower, configured_depot
from service.upkeep.ingests import Ingests
from service.upkeep.schedule import Schedule
from service.upkeep.steward import Steward
from service.wire import FieldError, Problem
from service.worker import Worker

_log = logging.getLogger("glossator.service")
_VISITORS = (
    search, chat, completions, messages, terms, pages, sites, sessions, feedback, leads, handoffs, conversations,
    shares, health, metrics, glossary,
)  # fmt: skip
_LARGEST_BODY = 1024 * 1024  # bytes


def create_app(settings: Settings, embedder: Embedder, reranker: Reranker | None = None) -> FastAPI:
    """Return the application. It loads model and snapshot when it starts, not before."""
    app = FastAPI(
        title="Glossator",
        summary="Answers from your own content, in quotes with links.",
        version=version("glossator"),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        responses={
            "4XX": {"model": Problem, "description": "The request cannot be served as it is."},
            "5XX": {"model": Problem, "description": "The service cannot serve the request now."},
        },
    )
    app.state.services = services = create_services(settings, embedder, reranker)
    app.state.schedule = Schedule(settings)
    for router in (*(module.router for module in _VISITORS), *admin.routers, *dashboard.routers):
        app.include_router(router)
    app.router.routes.extend(web.routes())
    app.state.mcp = mcp.Endpoint(services)
    app.router.routes.append(Route("/mcp", app.state.mcp))
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_LARGEST_BODY)
    app.add_middleware(CrossOrigin, sites=services.sites, public_url=settings.public_url)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False)
    app.add_middleware(ProblemBodies)
    app.add_middleware(OpenAIErrors)
    app.add_middleware(Access, metrics=services.metrics, tracing=services.tracing)
    app.add_middleware(RequestId)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    app.add_exception_handler(GlossatorError, _on_error)
    app.add_exception_handler(completions.UnknownModel, _on_unknown_model)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)
    return app


def create_services(settings: Settings, embedder: Embedder, reranker: Reranker | None = None) -> Services:
    """Return what answers questions; it works while it is ``running``."""
    worker = Worker(settings.max_waiting, embedder)
    store = Store(settings.data_dir, settings.database_url, settings.spool_mib * 1024 * 1024)
    known = Sites(settings.sites)
    curated = Curated(store, embedder, worker, settings.curated_threshold)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    writing = configured_writing(settings, embedder, worker, reranker)
    counted, tracing = Metrics(), Tracing(settings.otlp_endpoint)
    stage = Stages(counted, tracing)
    library = _library(settings, embedder)
    # What is asked again by itself costs no model's tokens: what the content holds can be quoted.
    quoting = Assistant(embedder, Writing(ExtractiveGenerator(embedder, worker)), worker, thresholds, reranker, curated)
    return Services(
        settings=settings,
        embedder=embedder,
        library=library,
        assistant=Assistant(embedder, writing, worker, thresholds, reranker, curated, stage),
        conversations=Conversations(settings.max_conversations, settings.conversation_minutes * 60),
        asked=AskedRecord(AskedQuestions(settings.data_dir, settings.question_days)),
        shelf=Shelf(),
        worker=worker,
        store=store,
        sites=known,
        desk=Desk(store),
        curated=curated,
        identity=Identity(settings.data_dir),
        limits=Limits(settings),
        ingests=Ingests(settings, store),
        learner=Learner(store, library, quoting, embedder, worker, known, curated),
        reports=Reports(store.database, library, known, settings.report_seconds),
        metrics=counted,
        tracing=tracing,
        draining=asyncio.Event(),
    )


def _library(settings: Settings, embedder: Embedder) -> Library:
    archive, depot = settings.archive, configured_depot(settings)
    if depot is None:
        return Library(archive, embedder)
    follower = Follower(depot, archive, embedder, settings.snapshot_poll, settings.keep_snapshots)
    return Library(archive, embedder, follower)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Load the model and the snapshot, and keep up with newer snapshots until left."""
    await asyncio.to_thread(services.library.refresh)
    await services.assistant.load()
    services.asked.start()
    await asyncio.to_thread(services.identity.load)
    services.limits.connect()
    await services.store.start()
    notifier = Notifier(services.settings, services.store, services.sites)
    steward = Steward(
        services.store, services.sites, services.desk, services.curated, notifier, services.learner, services.reports
    )
    await steward.catch_up()
    services.tracing.start()
    try:
        async with _going_on(services.library.watch()), _going_on(steward.watch()), _going_on(sampling(services)):
            yield
    finally:
        await services.ingests.stop()
        await services.store.close()
        await services.assistant.close()
        services.worker.close()
        services.asked.close()
        await asyncio.to_thread(services.tracing.close)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    async with running(services), _going_on(app.state.schedule.watch()), _going_on(app.state.mcp.run()):
        with draining(services.draining, services.settings.drain_seconds):
            yield


@asynccontextmanager
async def _going_on(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GlossatorError)
    request.app.state.services.metrics.errors.labels(type(error).__name__).inc()
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else None
    return _told(request, status_of(error), str(error), headers=headers)


async def _on_unknown_model(request: Request, error: Exception) -> Response:
    return failed(404, str(error), "model", "model_not_found")


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(
            400, f"the body is not valid JSON: {found[0].get('ctx', {}).get('error', 'it cannot be parsed')}"
        )
    errors = tuple(FieldError(".".join(map(str, one["loc"][1:])) or str(one["loc"][0]), one["msg"]) for one in found)
    return _told(request, 422, "; ".join(f"{one.field}: {one.detail}" for one in errors), errors)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(request, error.status_code, error.detail, headers=dict(error.headers or {}))


async def _on_fault(request: Request, error: Exception) -> Response:
    request_id = request.state.request_id
    _log.error("the request failed", exc_info=error, extra={"request_id": request_id})
    detail = f"the service failed on this request. Its log has more under the request id {request_id}."
    # This reply is sent outside of all middleware, so it takes its form and its id along itself.
    response = failed(500, detail) if speaks_openai(request.url.path) else _told(request, 500, detail)
    response.headers[HEADER] = request_id
    return response


def _told(
    request: Request,
    status: int,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Return what tells of an error: a page on the dashboard, a problem document elsewhere."""
    if is_page(request.url.path):
        return page_failed(request, status, detail, headers)
    return problem(status, detail, errors, headers)
