"""An ingest of a folder with the embedder that needs no model, as a process that can be killed."""

import sys
from pathlib import Path

from tests.fakes import ingest_folder

if __name__ == "__main__":
    ingest_folder(Path(sys.argv[1]), Path(sys.argv[2]))
