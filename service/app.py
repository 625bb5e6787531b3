"""The application: what it is made of, what lives as long as it does, and how errors become replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from content.archive import Archive
from content.asked import AskedQuestions
from content.embedding import Embedder
from content.errors import Busy, GlossatorError
from content.reranking import Reranker
from service.answer import ExtractiveGenerator
from service.api import chat, health, pages, search, sites, terms, web
from service.api.visitor import Services
from service.asked import AskedRecord
from service.assistant import Assistant, Thresholds
from service.conversation import Conversations
from service.cors import CrossOrigin
from service.errors import status_of
from service.library import Library
from service.problem import FieldError, Problem, ProblemBodies, problem
from service.request_id import HEADER, RequestId
from service.schedule import Schedule
from service.settings import Settings
from service.worker import Worker

_log = logging.getLogger("glossator.service")
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
    app.state.services = _services(settings, embedder, reranker)
    app.state.schedule = Schedule(settings)
    for module in (search, chat, terms, pages, sites, health):
        app.include_router(module.router)
    app.router.routes.extend(web.routes())
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_LARGEST_BODY)
    app.add_middleware(CrossOrigin, settings=settings)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False)
    app.add_middleware(ProblemBodies)
    app.add_middleware(RequestId)
    app.add_exception_handler(GlossatorError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)
    return app


def _services(settings: Settings, embedder: Embedder, reranker: Reranker | None) -> Services:
    worker = Worker(settings.max_waiting)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    return Services(
        settings=settings,
        library=Library(Archive(settings.data_dir), embedder),
        assistant=Assistant(embedder, ExtractiveGenerator(embedder, worker), worker, thresholds, reranker),
        conversations=Conversations(settings.max_conversations, settings.conversation_minutes * 60),
        asked=AskedRecord(AskedQuestions(settings.data_dir, settings.question_days)),
        worker=worker,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await asyncio.to_thread(services.library.refresh)
    await services.assistant.load()
    services.asked.start()
    schedule: Schedule = app.state.schedule
    watching = [asyncio.create_task(work) for work in (services.library.watch(), schedule.watch())]
    try:
        yield
    finally:
        for task in watching:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        services.worker.close()
        services.asked.close()


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GlossatorError)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else None
    return problem(status_of(error), str(error), headers=headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(
            400, f"the body is not valid JSON: {found[0].get('ctx', {}).get('error', 'it cannot be parsed')}"
        )
    errors = tuple(FieldError(".".join(map(str, one["loc"][1:])) or str(one["loc"][0]), one["msg"]) for one in found)
    return problem(422, "; ".join(f"{one.field}: {one.detail}" for one in errors), errors)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


async def _on_fault(request: Request, error: Exception) -> Response:
    request_id = request.state.request_id
    _log.error("request %s failed", request_id, exc_info=error)
    detail = f"the service failed on this request. Its log has more under the request id {request_id}."
    # This reply is sent outside of all middleware, so it takes its id along itself.
    return problem(500, detail, headers={HEADER: request_id})
