"""Limits: how much a single document may take."""

# Of the child process that parses it: memory in bytes, processor time and time in seconds.
MEMORY = 1 << 30
CPU_SECONDS = 20
SECONDS = 90
# Of a file that holds others (DOCX, EPUB …): how many, and their size when unpacked, in bytes and over the packed size.
MOST_ENTRIES = 10_000
LARGEST_UNPACKED = 200 << 20
LARGEST_RATIO = 100
# Of what is found: in characters, and in bytes on the way from the child.
LONGEST_TEXT = 10_000_000
LARGEST_REPLY = 256 << 20
