"""``GET /healthz`` and ``GET /readyz``"""

from __future__ import annotations

from fastapi import APIRouter

from service.api.visitor import TheServices
from service.wire import Health, Ready

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process is alive."""
    return Health()


@router.get("/readyz", responses={503: {"description": "There is no snapshot to answer from."}})
async def readyz(services: TheServices) -> Ready:
    """Say whether questions can be answered, and from what."""
    manifest = services.library.current.manifest
    return Ready(
        "ready",
        manifest.snapshot_id,
        manifest.created,
        manifest.pages,
        manifest.passages,
        manifest.terms,
        services.library.problem,
    )
