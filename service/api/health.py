"""``GET /healthz`` and ``GET /readyz``"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from service.api.visitor import TheServices

router = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Health:
    """The process is alive."""

    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Ready:
    """Questions are answered from this snapshot. ``problem`` is set where a newer one cannot be used."""

    status: str
    snapshot_id: str
    created: str
    pages: int
    passages: int
    terms: int
    problem: str | None


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
