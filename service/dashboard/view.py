"""The view: how a page of the dashboard is made from a template, and what every page knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Cookie, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.answering.link import vetted
from service.api.admin.principal import COOKIE, Principal
from service.api.visitor import Services, services
from service.dashboard.navigation import ROOT, chapters, is_current
from service.site import SiteSettings

FILES = Path(__file__).parent / "static"
HEADERS = {
    "Cache-Control": "no-store",  # what visitors wrote stays in no cache
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Scripts, styles and requests are our own files and routes alone. htmx puts our own fragments in place, so
    # Trusted Types, which would need a policy that lets all of them pass, would show nothing.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class View:
    """A request for a page. ``site_id`` is the one site that is looked at, None for all that are the caller's."""

    request: Request
    services: Services
    session: str | None
    site_id: str | None

    def show(self, who: Principal, template: str, **values: Any) -> HTMLResponse:
        """Return a page, or a part of one, that ``template`` makes."""
        text = render(
            template,
            who=who,
            chapters=chapters(who),
            is_current=is_current,
            path=self.request.url.path,
            csrf="" if self.session is None else self.services.identity.csrf(self.session),
            sites=self.sites(who),
            site_id=self.site_id,
            waiting=self.services.desk.waiting(who.site(self.site_id)),
            link=self.link,
            **values,
        )
        return HTMLResponse(text, headers=HEADERS)

    def sites(self, who: Principal) -> list[SiteSettings]:
        """Return the sites that somebody may look at."""
        return [site for site in self.services.sites.all() if who.site_id in {None, site.id}]

    def link(self, path: str, **query: str | None) -> str:
        """Return the address of a page, which looks at the same site."""
        said = {name: value for name, value in ({"site": self.site_id} | query).items() if value}
        return f"{path}?{urlencode(said)}" if said else path


def go_to(path: str) -> Response:
    """Return what sends the browser to another page after something was changed."""
    return Response(status_code=204, headers={**HEADERS, "HX-Redirect": path})


def render(template: str, **values: Any) -> str:
    """Return what a template makes of these values, every one escaped."""
    return _environment().get_template(template).render(root=ROOT, **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {}  # keys keep their order: that of a chart's lines
    made.filters["day"] = _day
    made.filters["minute"] = _minute
    made.filters["ago"] = _ago
    made.filters["percent"] = lambda share: "–" if share is None else f"{share:.0%}"
    made.filters["vetted"] = vetted
    made.globals["version"] = version("glossator")
    return made


def _day(when: datetime) -> str:
    return f"{when.day} {when:%b %Y}"


def _minute(when: datetime) -> str:
    return f"{_day(when)}, {when:%H:%M} UTC"


def _ago(when: datetime) -> str:
    """Return how long ago a moment is, to its largest unit."""
    gone = int((datetime.now(UTC) - when).total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = gone // length
        if count >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


async def view(
    request: Request,
    parts: Annotated[Services, Depends(services)],
    site: Annotated[str, Query(max_length=64)] = "",
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> View:
    """Return what a page is made with. Whether the site is the caller's is for the page to ask."""
    return View(request, parts, cookie, site or None)


TheView = Annotated[View, Depends(view)]
