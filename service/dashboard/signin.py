"""``/admin/sign-in`` and ``/admin/sign-out``"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from content.errors import SignInNeeded, TooMany
from service.access import password
from service.api.admin import signin as api
from service.api.admin.principal import COOKIE, Viewer
from service.api.visitor import TheServices
from service.dashboard.failure import is_page
from service.dashboard.navigation import ROOT
from service.dashboard.view import HEADERS, go_to, render
from service.errors import status_of

router = APIRouter(prefix=ROOT, include_in_schema=False)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    services: TheServices,
    email: Annotated[str, Form(max_length=320)] = "",
    secret: Annotated[str, Form(alias="password", max_length=password.LONGEST)] = "",
    back: Annotated[str, Form(max_length=2000)] = ROOT,
) -> Response:
    """Sign in and go where one wanted to be."""
    response = RedirectResponse(_own(back), 303, HEADERS)
    try:
        await api.login(request, api.SignIn(email=email, password=secret), response, services)
    except ValidationError:
        return _again("Write your e-mail address and your password.", email, back, 422)
    except (SignInNeeded, TooMany) as error:
        text = str(error).rstrip(".")
        return _again(f"{text[:1].upper()}{text[1:]}.", email, back, status_of(error))
    return response


@router.get("/sign-in")
def form() -> HTMLResponse:
    """Return the form."""
    return _again(None, "", ROOT, 200)


@router.post("/sign-out")
async def sign_out(
    who: Viewer, services: TheServices, cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> Response:
    """End the session."""
    response = go_to(f"{ROOT}/sign-in")
    await api.logout(response, who, services, cookie)
    return response


def _again(problem: str | None, email: str, back: str, status: int) -> HTMLResponse:
    return HTMLResponse(render("sign-in.html", problem=problem, email=email, back=_own(back)), status, HEADERS)


def _own(address: str) -> str:
    """Return an address if it is a page of the dashboard, else the overview: nobody is sent elsewhere by a link."""
    return address if is_page(address.partition("?")[0]) and "\\" not in address else ROOT
