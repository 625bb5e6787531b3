"""The program of the child process that parses documents: ``python -m ingest.extract.child DESCRIPTOR MEMORY SECONDS``.

It reads pairs of messages (format, document) from a connection and answers each with a reply in JSON. Only here are the
libraries imported that read documents. Memory and processor time are limited by the system, and a parser can neither
write a file nor reach the network nor start a program.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from content.errors import PageError
from ingest.draft import Draft
from ingest.extract.format import Format
from ingest.extract.limits import LARGEST_REPLY, LONGEST_TEXT

_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove")


def main() -> None:
    """Answer until the parent closes the connection."""
    descriptor, memory, cpu_seconds = map(int, sys.argv[1:])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    if sys.platform == "linux":  # elsewhere the system does not hold a process to it
        _limit(resource.RLIMIT_AS, memory)
    sys.addaudithook(_forbid)
    gc.disable()  # it would look at every cell of a table again and again; between two documents there is time
    connection: Connection[bytes, bytes] = Connection(descriptor)
    while True:
        try:
            form = Format(connection.recv_bytes().decode())
            document = connection.recv_bytes()
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_seconds + 1)
        connection.send_bytes(_reply(document, form))
        gc.collect()


def _reply(document: bytes, form: Format) -> bytes:
    try:
        reply = json.dumps(_read(document, form), ensure_ascii=False).encode()
    except MemoryError:
        return b'{"crowded": true}'
    if len(reply) > LARGEST_REPLY:
        return b'{"problem": "it has too many parts; split it"}'
    return reply


def _read(document: bytes, form: Format) -> dict[str, Any]:
    try:
        drafts = _extractor(form)(document)
    except PageError as error:
        return {"problem": str(error)}
    except MemoryError:
        raise
    except RecursionError:
        return {"problem": "what is in it is nested too deeply"}
    # Damaged and hostile documents make their libraries raise everything there is, and that is all it tells.
    except Exception as error:  # noqa: BLE001
        problem = " ".join(str(error).split())[:200]
        return {"problem": f"it cannot be read as {form.upper()}: {type(error).__name__}{problem and ': '}{problem}"}
    length = sum(len(draft.text) for draft in drafts)
    if length > LONGEST_TEXT:
        return {"problem": f"it holds {length:,} characters, more than the {LONGEST_TEXT:,} that are read; split it"}
    return {"drafts": [asdict(draft) for draft in drafts]}


def _extractor(form: Format) -> Callable[[bytes], list[Draft]]:
    """Import what reads a format."""
    match form:
        case Format.PDF:
            from ingest.extract.pdf import extract_pdf as extractor
        case Format.DOCX:
            from ingest.extract.word import extract_docx as extractor
        case Format.PPTX:
            from ingest.extract.slides import extract_pptx as extractor
        case Format.ODF:
            from ingest.extract.odf import extract_odf as extractor
        case Format.RTF:
            from ingest.extract.rtf import extract_rtf as extractor
        case Format.EPUB:
            from ingest.extract.epub import extract_epub as extractor
        case Format.SHEET:
            from ingest.extract.sheet import extract_sheet as extractor
        case Format.CSV:
            from ingest.extract.delimited import extract_csv as extractor
        case Format.JSON:
            from ingest.extract.jsontext import extract_json as extractor
        case Format.EML:
            from ingest.extract.mail import extract_eml as extractor
        case Format.MSG:
            from ingest.extract.mail import extract_msg as extractor
        case Format.RST:
            from ingest.extract.rst import extract_rst as extractor
        case Format.VTT:
            from ingest.extract.captions import extract_vtt as extractor
        case Format.SRT:
            from ingest.extract.captions import extract_srt as extractor
        case _:
            raise AssertionError(f"{form} is read without a child process")
    return extractor


def _limit(kind: int, amount: int) -> None:
    _, most = resource.getrlimit(kind)
    resource.setrlimit(kind, (amount if most == resource.RLIM_INFINITY else min(amount, most), most))


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN) or (event == "open" and _writes(arguments)):
        raise PermissionError(f"a parser of documents may not do this: {event}")


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    return bool(mode and set(mode) & set("wax+")) or bool(isinstance(flags, int) and flags & 3)


if __name__ == "__main__":
    main()
