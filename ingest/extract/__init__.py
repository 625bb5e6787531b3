"""From bytes to drafts of pages: one module a format."""

from collections.abc import Callable
from enum import StrEnum

from content.errors import NoText
from ingest.draft import Draft
from ingest.extract.encoding import decode
from ingest.extract.html import extract_html
from ingest.extract.markdown import extract_markdown
from ingest.extract.plain import extract_plain


class Format(StrEnum):
    """The formats that are read."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"


_EXTRACTORS: dict[Format, Callable[[str], list[Draft]]] = {
    Format.MARKDOWN: extract_markdown,
    Format.HTML: extract_html,
    Format.TEXT: extract_plain,
}


def extract(data: bytes | str, form: Format, *, charset: str | None = None) -> list[Draft]:
    """Return what a document holds: one draft, or one an entry where it is a glossary on a single page.

    ``charset`` is the encoding that came along with bytes, such as that of an HTTP header. Raises PageError where
    nothing readable is in it, NoText where it is empty.
    """
    text = decode(data, html=form is Format.HTML, charset=charset) if isinstance(data, bytes) else data
    drafts = [draft for draft in _EXTRACTORS[form](text) if draft.text]
    if not drafts:
        raise NoText("there is no text in it")
    return drafts
