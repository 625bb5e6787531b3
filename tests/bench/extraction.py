"""Main content of web pages: what is read of pages whose articles are known.

    python -m tests.bench.extraction EVALDATA PREDICTIONS.jsonl
    python EVALDATA/score_extraction.py --gold EVALDATA/html_extraction/dev/gold.jsonl --pred PREDICTIONS.jsonl

Writes the text of each page as ingest reads it, and prints how many pages that is a second of processor time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path

from ingest.extract import Format, extract


def main() -> None:
    """Read every page and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path)
    parser.add_argument("predictions", type=Path)
    arguments = parser.parse_args()
    folder = arguments.evaldata / "html_extraction" / "dev"
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = [(page["id"], gzip.decompress((folder / page["path"]).read_bytes())) for page in gold]
    extract(pages[0][1], Format.HTML)  # imports what reading needs
    started = time.process_time()
    read = [(page_id, extract(data, Format.HTML)) for page_id, data in pages]
    seconds = time.process_time() - started
    with arguments.predictions.open("w", encoding="utf-8") as file:
        for page_id, drafts in read:
            file.write(json.dumps({"id": page_id, "text": "\n\n".join(draft.text for draft in drafts)}) + "\n")
    print(f"{len(read)} pages, {len(read) / seconds:.0f} a second")


if __name__ == "__main__":
    main()
