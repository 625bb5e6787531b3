import asyncio
import gzip
import random
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from content.errors import NotFetched
from ingest.web.body import Caps, receive, unpack

TEXT = random.Random(7).randbytes(200_000) + "Ein Wörterbuch. ".encode() * 2000


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", bare_deflate),
    ("br", lambda data: brotli.compress(data, quality=3)),
    ("zstd", zstandard.compress),
]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_encodings(encoding, pack):
    assert unpack(pack(TEXT), encoding, Caps()) == TEXT
    assert unpack(pack(b""), f" {encoding.upper()} ", Caps()) == b""
    assert unpack(b"", encoding, Caps()) == b""


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_bombs(encoding, pack):
    bomb = pack(bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(NotFetched, match="unpack to more than"):
        unpack(bomb, encoding, Caps())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_what_is_broken(encoding, pack):
    with pytest.raises(NotFetched, match="broken"):
        unpack(b"no such thing" * 10, encoding, Caps())
    if encoding != "zstd":
        with pytest.raises(NotFetched, match="broken"):
            unpack(pack(TEXT)[:-10], encoding, Caps())


def test_the_cap_on_what_is_unpacked():
    noise = random.Random(1).randbytes(2_000_000)
    caps = Caps(unpacked=1_000_000)
    with pytest.raises(NotFetched, match="1,000,000"):
        unpack(gzip.compress(noise), "gzip", caps)
    assert unpack(gzip.compress(noise), "gzip", caps, cut=True) == noise[:1_000_000]


def test_small_pages_may_be_packed_well():
    page = b"<p>same</p>" * 5000
    assert unpack(gzip.compress(page), "gzip", Caps()) == page


def test_gzip_files_of_several_parts():
    assert unpack(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0", "gzip", Caps()) == b"one two"


@pytest.mark.parametrize("encoding", ["compress", "gzip, br", "aes128gcm"])
def test_encodings_that_nobody_asked_for(encoding):
    with pytest.raises(NotFetched, match="not asked for"):
        unpack(b"x", encoding, Caps())


def test_a_body_without_end():
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 1
            yield bytes(100_000)

    with pytest.raises(NotFetched, match="20,000,000"):
        asyncio.run(receive(endless(), Caps()))
    assert read == 201
    assert len(asyncio.run(receive(endless(), Caps(sent=150_000), cut=True))) == 150_000


def test_the_bomb_of_the_list(hostile):
    bomb = (hostile / "docs" / "gen_html" / "content_encoding_bomb_256MB.gz").read_bytes()
    with pytest.raises(NotFetched, match="unpack to more than"):
        unpack(bomb, "gzip", Caps())
