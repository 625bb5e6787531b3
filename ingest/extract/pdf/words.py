"""Words of a PDF page: what stands where, in which type. All that is asked of PDFium is asked here."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.draft import clean

_INVISIBLE = {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
_LEAST_SIZE = 1.5  # points; nobody reads smaller type
_SCAN = 0.5  # of the page that a picture covers where invisible text is what was recognised in it
_BOLD_NAME = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|consol|typewriter|cmtt|menlo", re.IGNORECASE)
_BOLD = 700
_REGULAR = 400
_BLANK = {0, 0xFFFE}
_LINE_HYPHEN = 0x2  # what PDFium puts for a hyphen at the end of a line
_WRITTEN = {
    **dict.fromkeys((_LINE_HYPHEN, 0xAD, 0x2010, 0x2011), "-"),
    **dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
}


@dataclass(frozen=True, slots=True)
class Type:
    """How a word is set: size in points, weight as in CSS (400 regular, 700 bold), whether all letters are as wide."""

    size: float
    weight: int
    mono: bool
    hidden: bool
    upright: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its box in points from the lower left corner of the page; y grows upwards.

    ``glued`` where no space parts it from the word before.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    type: Type
    glued: bool = False


def page_words(page: pypdfium2.PdfPage) -> list[Word]:
    """Return the words of a page that a reader sees, in the order in which the file has them."""
    text_page = page.get_textpage()
    words = list(_Reader(page, text_page).words())
    text_page.close()
    hidden = [word for word in words if word.type.hidden]
    if hidden and not _is_scan(page):
        words = [word for word in words if not word.type.hidden]
    width, height = page.get_size()
    return [word for word in words if word.type.upright and _is_on(word, width, height)]


class _Reader:
    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> None:
        self._raw = text_page.raw
        self._count = max(0, text_page.count_chars())
        self._turn = page.get_rotation()
        left, bottom, right, top = page.get_cropbox()
        self._left, self._bottom, self._width, self._height = left, bottom, right - left, top - bottom
        self._box = pdfium.FS_RECTF()
        self._box_address = ctypes.byref(self._box)
        self._types: dict[int | None, Type] = {}

    def words(self) -> Iterator[Word]:
        """Yield the words in the order of the file."""
        codes = [pdfium.FPDFText_GetUnicode(self._raw, at) for at in range(self._count)]
        start: int | None = None
        glued = False
        for at, code in enumerate([*codes, 32]):
            blank = code in _BLANK or chr(code).isspace()
            if start is not None and (blank or codes[at - 1] == _LINE_HYPHEN):
                yield self._word(codes, start, at, glued)
                start, glued = None, not blank
            if start is None and not blank:
                start = at
            glued = glued and not blank

    def _word(self, codes: list[int], start: int, end: int, glued: bool) -> Word:
        first, last = self._char_box(start), self._char_box(end - 1)
        return Word(
            text=_string(codes[start:end], backwards=first[0] < last[0]),
            left=min(first[0], last[0]),
            bottom=min(first[1], last[1]),
            right=max(first[2], last[2]),
            top=max(first[3], last[3]),
            type=self._type(start),
            glued=glued,
        )

    def _char_box(self, at: int) -> tuple[float, float, float, float]:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._raw, at, self._box_address)
        left, right = box.left - self._left, box.right - self._left
        bottom, top = box.bottom - self._bottom, box.top - self._bottom
        match self._turn:  # as the page is shown
            case 90:
                return bottom, self._width - right, top, self._width - left
            case 180:
                return self._width - right, self._height - top, self._width - left, self._height - bottom
            case 270:
                return self._height - top, left, self._height - bottom, right
        return left, bottom, right, top

    def _type(self, at: int) -> Type:
        found = pdfium.FPDFText_GetTextObject(self._raw, at)
        key = ctypes.cast(found, ctypes.c_void_p).value
        if key not in self._types:
            self._types[key] = self._read_type(at, found)
        return self._types[key]

    def _read_type(self, at: int, found: ctypes.c_void_p) -> Type:
        matrix, flags, name = pdfium.FS_MATRIX(), ctypes.c_int(), ctypes.create_string_buffer(256)
        pdfium.FPDFText_GetMatrix(self._raw, at, ctypes.byref(matrix))
        pdfium.FPDFText_GetFontInfo(self._raw, at, name, len(name), ctypes.byref(flags))
        size = pdfium.FPDFText_GetFontSize(self._raw, at) * math.hypot(matrix.c, matrix.d)
        font = name.value.decode("utf-8", errors="replace")
        weight = pdfium.FPDFText_GetFontWeight(self._raw, at)
        angle = math.degrees(pdfium.FPDFText_GetCharAngle(self._raw, at)) + self._turn  # both clockwise
        invisible = bool(found) and pdfium.FPDFTextObj_GetTextRenderMode(found) in _INVISIBLE
        return Type(
            size=round(size, 1),
            weight=max(_BOLD, weight) if _BOLD_NAME.search(font) else weight if weight > 0 else _REGULAR,
            mono=bool(_MONO_NAME.search(font)),
            hidden=invisible or size < _LEAST_SIZE,
            upright=abs((angle + 180) % 360 - 180) < 10,
        )


def _string(codes: list[int], *, backwards: bool) -> str:
    text = "".join(map(chr, codes))
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_WRITTEN).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    right_to_left = backwards and unicodedata.bidirectional(text[0]) in {"R", "AL"}
    return clean(text[::-1] if right_to_left else text)


def _is_on(word: Word, width: float, height: float) -> bool:
    return 0 <= (word.left + word.right) / 2 <= width and 0 <= (word.bottom + word.top) / 2 <= height


def _is_scan(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    for picture in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) >= _SCAN * width * height:
            return True
    return False
