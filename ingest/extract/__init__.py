"""From bytes to drafts of pages: one module a format."""

from __future__ import annotations

from collections.abc import Callable

from content.errors import NoText, PageError
from ingest.draft import Draft
from ingest.extract.encoding import decode
from ingest.extract.format import SUFFIXES, TEXTS, Format
from ingest.extract.html import extract_html
from ingest.extract.markdown import extract_markdown
from ingest.extract.parser import Parser
from ingest.extract.plain import extract_plain
from ingest.extract.transcript import extract_transcript

_TEXT_EXTRACTORS: dict[Format, Callable[[str], list[Draft]]] = {
    Format.MARKDOWN: extract_markdown,
    Format.HTML: extract_html,
    Format.TEXT: lambda text: extract_transcript(text) or extract_plain(text),
}


def extract(
    data: bytes | str, form: Format, parser: Parser | None = None, *, charset: str | None = None
) -> list[Draft]:
    """Return what a document holds: one draft, or one an entry where it is a glossary on a single page.

    ``charset`` is the encoding that came along with bytes, such as that of an HTTP header. What is not text is handed
    to ``parser``, which whoever reads several documents keeps; without one, a child process is started for this one
    alone. Raises PageError where nothing readable is in it, NoText where it is empty.
    """
    if form in TEXTS:
        drafts = _extract_text(data, form, charset)
    else:
        document = data.encode() if isinstance(data, str) else data
        if not document:
            raise PageError("it is empty")
        drafts = parser.parse(document, form) if parser else _parse_once(document, form)
    drafts = [draft for draft in drafts if draft.text]
    if not drafts:
        raise NoText("there is no text in it")
    return drafts


def _extract_text(data: bytes | str, form: Format, charset: str | None) -> list[Draft]:
    text = decode(data, html=form is Format.HTML, charset=charset) if isinstance(data, bytes) else data
    try:
        return _TEXT_EXTRACTORS[form](text)
    except RecursionError as error:
        raise PageError("what is in it is nested too deeply") from error


def _parse_once(document: bytes, form: Format) -> list[Draft]:
    with Parser() as parser:
        return parser.parse(document, form)


__all__ = ["SUFFIXES", "Format", "Parser", "extract"]
