"""An ingest of a folder with the embedder that needs no model, as a process that can be killed.

python -m tests.e2e.publish DATA_DIR PAGES [SNAPSHOT_STORE]
"""

import sys
from pathlib import Path

from content.depot import Depot
from tests.fakes import ingest_folder

if __name__ == "__main__":
    ingest_folder(Path(sys.argv[1]), Path(sys.argv[2]), depot=Depot(sys.argv[3], grace=60) if sys.argv[3:] else None)
