"""Formats: what can be read, and by which suffixes of files it is known."""

from enum import StrEnum


class Format(StrEnum):
    """The formats that are read."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    RST = "rst"
    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    ODF = "odf"
    RTF = "rtf"
    EPUB = "epub"
    SHEET = "sheet"
    CSV = "csv"
    JSON = "json"
    EML = "eml"
    MSG = "msg"
    VTT = "vtt"
    SRT = "srt"


# Formats that are text to begin with; all others are parsed in a child process.
TEXTS = frozenset({Format.MARKDOWN, Format.HTML, Format.TEXT})

# Formats whose files visitors open themselves; the others are shown by a page or a player, without the suffix.
FILES = frozenset(Format) - TEXTS - {Format.RST, Format.VTT, Format.SRT}

SUFFIXES = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".rst": Format.RST,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".docm": Format.DOCX,
    ".pptx": Format.PPTX,
    ".pptm": Format.PPTX,
    ".odt": Format.ODF,
    ".odp": Format.ODF,
    ".rtf": Format.RTF,
    ".epub": Format.EPUB,
    ".xlsx": Format.SHEET,
    ".xlsm": Format.SHEET,
    ".xlsb": Format.SHEET,
    ".xls": Format.SHEET,
    ".ods": Format.SHEET,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".json": Format.JSON,
    ".eml": Format.EML,
    ".msg": Format.MSG,
    ".vtt": Format.VTT,
    ".srt": Format.SRT,
}
