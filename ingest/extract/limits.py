"""Limits: how much a single document may take."""

from dataclasses import dataclass

# Of a file that holds others (DOCX, EPUB …): how many, and their size when unpacked, in bytes and over the packed size.
MOST_ENTRIES = 10_000
LARGEST_UNPACKED = 200 << 20
LARGEST_RATIO = 100
# Of what is found: in characters, and in bytes on the way from the child process.
LONGEST_TEXT = 10_000_000
LARGEST_REPLY = 256 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may take of its parser: memory in bytes, time of the processor and time in seconds."""

    memory: int = 1 << 30
    cpu_seconds: int = 20
    seconds: float = 90.0
