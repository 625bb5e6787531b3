"""PDFs as small as they can be, written line by line: what the tests of reading them need."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 612, 792
_FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}


@dataclass(frozen=True)
class Line:
    """A line of text at a place on a page, in points from the lower left corner."""

    text: str
    x: float
    y: float
    size: float = 10
    font: str = "regular"
    hidden: bool = False


def lines(text: str, x: float, y: float, size: float = 10, font: str = "regular") -> list[Line]:
    """Return lines set one below the other, at 1.2 times the size of the type."""
    return [Line(line, x, y - 1.2 * size * at, size, font) for at, line in enumerate(text.strip().split("\n"))]


def make_pdf(
    pages: Sequence[Sequence[Line]],
    *,
    title: str | None = None,
    outline: Sequence[tuple[str, int]] = (),
    rotate: int = 0,
) -> bytes:
    """Return a PDF. ``outline`` has bookmarks: a title and the number of its page, all of one level."""
    objects: list[bytes] = [b"", b""]  # the catalog and the tree of pages come last
    fonts = {
        name: _add(objects, f"<</Type/Font/Subtype/Type1/BaseFont/{base}/Encoding/WinAnsiEncoding>>".encode())
        for name, base in _FONTS.items()
    }
    resources = "/Resources<</Font<<" + "".join(f"/{name} {at} 0 R" for name, at in fonts.items()) + ">>>>"
    kids = []
    for page in pages:
        content = _add(objects, stream("\n".join(map(_operators, page)).encode("cp1252")))
        box = f"/MediaBox[0 0 {WIDTH} {HEIGHT}]/Rotate {rotate}"
        kids.append(_add(objects, f"<</Type/Page/Parent 2 0 R{box}{resources}/Contents {content} 0 R>>".encode()))
    marks = _outline(objects, outline, kids) if outline else ""
    objects[0] = f"<</Type/Catalog/Pages 2 0 R{marks}>>".encode()
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{at} 0 R' for at in kids)}]>>".encode()
    info = f"/Info {_add(objects, f'<</Title({title})>>'.encode())} 0 R" if title is not None else ""
    return _file(objects, info)


def stream(content: bytes) -> bytes:
    """Return a compressed stream."""
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)


def bomb(size: int) -> bytes:
    """Return a PDF whose one page unpacks to so many bytes of nothing."""
    packer = zlib.compressobj(9)
    block = b" " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<<>>/Contents 4 0 R>>".encode()
    content = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, content], "")


def _operators(line: Line) -> str:
    text = line.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {3 if line.hidden else 0} Tr /{line.font} {line.size} Tf {line.x} {line.y} Td ({text}) Tj ET"


def _outline(objects: list[bytes], outline: Sequence[tuple[str, int]], kids: list[int]) -> str:
    root = _add(objects, b"")
    first = len(objects) + 1
    for at, (title, page) in enumerate(outline):
        after = f"/Next {first + at + 1} 0 R" if at + 1 < len(outline) else ""
        before = f"/Prev {first + at - 1} 0 R" if at else ""
        _add(objects, f"<</Title({title})/Parent {root} 0 R{after}{before}/Dest[{kids[page - 1]} 0 R/Fit]>>".encode())
    last = len(objects)
    objects[root - 1] = f"<</Type/Outlines/First {first} 0 R/Last {last} 0 R/Count {len(outline)}>>".encode()
    return f"/Outlines {root} 0 R"


def _add(objects: list[bytes], body: bytes) -> int:
    objects.append(body)
    return len(objects)


def _file(objects: list[bytes], info: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{info}>>\nstartxref\n{table}\n%%EOF".encode()
    return bytes(out)
