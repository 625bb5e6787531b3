"""``GET /healthz`` and ``GET /readyz``"""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.api.visitor import TheServices
from service.problem import problem
from service.upkeep.readiness import complaints, degraded
from service.wire import Health, Ready

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process is alive."""
    return Health()


@router.get(
    "/readyz",
    responses={503: {"description": "No question can be answered; `errors` names each part at fault."}},
    response_model=Ready,
)
async def readyz(services: TheServices) -> Response | Ready:
    """Say whether questions can be answered, and from what."""
    wrong = tuple(complaints(services))
    if wrong:
        return problem(503, "; ".join(one.detail for one in wrong), wrong)
    manifest = services.library.current.manifest
    return Ready(
        "ready",
        manifest.snapshot_id,
        manifest.created,
        manifest.pages,
        manifest.passages,
        manifest.terms,
        "; ".join(degraded(services)) or None,
    )
