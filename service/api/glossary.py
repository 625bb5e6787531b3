"""The glossary as pages: ``/glossary`` and below, ``/sitemap.xml`` and ``/robots.txt``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from content.errors import NotFound
from service.api.visitor import Services, TheServices, find_site
from service.glossary.addresses import Addresses
from service.glossary.shelf import Rendered
from service.glossary.site import FILES, Filter, GlossarySite, terms_of
from service.glossary.theme import theme
from service.sites import public_collections

router = APIRouter(include_in_schema=False)

_SECONDS = 300  # that a browser keeps a page before it asks again
_HTML = "text/html; charset=utf-8"
_LONGEST_QUERY = 200  # characters
_ALWAYS = {
    "Cache-Control": f"public, max-age={_SECONDS}",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # The pages run nothing but their own script and show nothing from elsewhere.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
}
_FILES = {
    "glossary.css": "text/css; charset=utf-8",
    "filter.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_READING = ["GET", "HEAD"]


@router.api_route("/glossary", methods=_READING)
def index(request: Request, services: TheServices, query: str = "", collection: str = "") -> Response:
    """Return all terms from A to Z, or those whose names begin with the query's words."""
    shown = Filter(query.strip()[:_LONGEST_QUERY], collection or None)
    return _reply(request, services, 0, services.settings.public_url, lambda site: _html(site.index(shown)))


@router.api_route("/glossary/feed.atom", methods=_READING)
def feed(request: Request, services: TheServices) -> Response:
    """Return the changes of the glossary as an Atom feed."""
    root = _root(request, services)
    return _reply(request, services, 1, root, lambda site: Rendered(site.feed(), "application/atom+xml"))


@router.api_route("/sitemap.xml", methods=_READING)
def sitemap(request: Request, services: TheServices) -> Response:
    """Return the addresses of the glossary's pages."""
    root = _root(request, services)
    return _reply(request, services, 0, root, lambda site: Rendered(site.sitemap(), "application/xml"))


@router.api_route("/robots.txt", methods=_READING)
def robots(request: Request, services: TheServices) -> Response:
    """Tell crawlers where the pages are, and that the interface for programs is none of theirs."""
    said = f"User-agent: *\nDisallow: /v1/\n\nSitemap: {_root(request, services).rstrip('/')}/sitemap.xml\n"
    return Response(said, media_type="text/plain; charset=utf-8", headers=_ALWAYS)


@router.api_route("/glossary/assets/theme.css", methods=_READING)
def colours(services: TheServices) -> Response:
    """Return the style sheet of the site's colour."""
    site = find_site(services.sites, services.settings.glossary_site)
    return Response(theme(site.color), headers=_ALWAYS, media_type=_FILES["glossary.css"])


@router.api_route("/glossary/assets/{name}", methods=_READING)
def asset(name: str) -> Response:
    """Return a file that the pages need."""
    if name not in _FILES:
        raise NotFound(f"there is no file {name!r}")
    return FileResponse(FILES / name, media_type=_FILES[name], headers=_ALWAYS)


@router.api_route("/glossary/{slug}", methods=_READING)
def term(request: Request, services: TheServices, slug: str, collection: str = "") -> Response:
    """Return the page of a term, or one of choices where several collections have this slug."""

    def page(site: GlossarySite) -> Rendered:
        found = site.find(slug, collection or None)
        return _html(site.choices(found), 300) if len(found) > 1 else _html(site.term(found[0]))

    return _reply(request, services, 1, services.settings.public_url, page)


def _reply(
    request: Request, services: Services, depth: int, base: str | None, page: Callable[[GlossarySite], Rendered]
) -> Response:
    """Return a page that stands this far below the root, or say that the browser's copy is as good."""
    snapshot = services.library.current
    site = find_site(services.sites, services.settings.glossary_site)
    said = f"{snapshot.snapshot_id} {version('glossator')} {site.model_dump_json()} {base}"
    tag = f'W/"{hashlib.sha256(said.encode()).hexdigest()[:24]}"'
    changed = format_datetime(datetime.fromisoformat(snapshot.manifest.created), usegmt=True)
    headers = {**_ALWAYS, "ETag": tag, "Last-Modified": changed}
    if tag in request.headers.get("if-none-match", ""):  # it may list several
        return Response(status_code=304, headers=headers)

    def pages() -> GlossarySite:
        terms = terms_of(snapshot, public_collections(site, snapshot))
        return GlossarySite(snapshot, site, terms, Addresses.served(terms, base))

    try:
        made = services.shelf.page(tag, f"{request.url.path}?{request.url.query}", lambda: page(pages()))
    except NotFound as error:
        return Response(pages().message("Not found", str(error), depth), 404, _ALWAYS, _HTML)
    return Response(made.body, made.status, headers, made.media_type)


def _html(text: str, status: int = 200) -> Rendered:
    return Rendered(text.encode(), _HTML, status)


def _root(request: Request, services: Services) -> str:
    """Return the address of the service as its owner states it, else as the visitor wrote it."""
    return services.settings.public_url or str(request.base_url)
