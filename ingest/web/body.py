"""Bodies: read and unpacked under caps that no header can talk out of.

``Content-Length`` is not believed, and no decoder is asked for more than is still allowed. A few kilobytes that unpack
to gigabytes cost no more than the cap.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import brotli
import zstandard

from content.errors import NotFetched

ACCEPTED = "gzip, deflate, br, zstd"

_STEP = 1 << 16  # bytes unpacked at a time
_ALWAYS = 1 << 16  # up to this size, in bytes, a body may be packed however well
_WINDOW = 1 << 23  # bytes; RFC 8878 asks decoders to support windows of 8 MiB


@dataclass(frozen=True, slots=True)
class Caps:
    """What a body may measure, in bytes: as it was sent, unpacked, and how many times the one may be of the other."""

    sent: int = 20_000_000
    unpacked: int = 50_000_000
    ratio: int = 100


async def receive(parts: AsyncIterator[bytes], caps: Caps, *, cut: bool = False) -> bytes:
    """Return a body as it was sent. What is beyond the cap raises NotFetched or, with ``cut``, is left unread."""
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > caps.sent:
            if cut:
                return bytes(body[: caps.sent])
            raise NotFetched(f"it has more than {caps.sent:,} bytes")
    return bytes(body)


def unpack(body: bytes, encoding: str, caps: Caps, *, cut: bool = False) -> bytes:
    """Return a body without its content encoding (RFC 9110, 8.4.1).

    What is beyond the caps raises NotFetched or, with ``cut``, is left out.
    """
    encoding = encoding.strip().lower()
    if not body or encoding in {"", "identity"}:
        return body
    decoder = _DECODERS.get(encoding)
    if decoder is None:
        raise NotFetched(f"it is encoded as {encoding[:40]!r}, which was not asked for ({ACCEPTED})")
    unpacked = bytearray()
    try:
        for part in decoder(body):
            unpacked += part
            if len(unpacked) > caps.unpacked or len(unpacked) > max(_ALWAYS, caps.ratio * len(body)):
                if cut:
                    return bytes(unpacked[: caps.unpacked])
                raise NotFetched(
                    f"its {len(body):,} bytes unpack to more than "
                    f"{min(caps.unpacked, max(_ALWAYS, caps.ratio * len(body))):,}"
                )
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise NotFetched(f"its encoding {encoding!r} is broken: {error}") from error
    return bytes(unpacked)


def gunzip(body: bytes, caps: Caps) -> bytes:
    """Return the contents of a gzip file under the caps. Raises NotFetched."""
    return unpack(body, "gzip", caps)


def _gzip(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest[:2] == b"\x1f\x8b" or rest is body:  # members may follow each other; what else follows is ignored
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        yield from _inflate(decoder, rest)
        rest = decoder.unused_data


def _deflate(body: bytes) -> Iterator[bytes]:
    # Meant is zlib's format; some servers send the bare one.
    zlib_header = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _inflate(zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS), body)


def _inflate(decoder: zlib._Decompress, rest: bytes) -> Iterator[bytes]:
    while rest and not decoder.eof:
        yield decoder.decompress(rest, _STEP)
        rest = decoder.unconsumed_tail
    while not decoder.eof and (part := decoder.flush()):  # at most what a last match repeats
        yield part
    if not decoder.eof:
        raise zlib.error("it ends too early")


def _brotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    part = decoder.process(body, output_buffer_limit=_STEP)
    while part:
        yield part
        if decoder.is_finished():
            return
        part = decoder.process(b"", output_buffer_limit=_STEP)
    if not decoder.is_finished():
        raise brotli.error("it ends too early")


def _zstd(body: bytes) -> Iterator[bytes]:
    decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    with decoder.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        while part := reader.read(_STEP):
            yield part


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
