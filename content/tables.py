"""The tables of a catalog."""

SCHEMA = """
CREATE TABLE page (
    number INTEGER PRIMARY KEY,
    collection TEXT NOT NULL, page_id TEXT NOT NULL, title TEXT NOT NULL, url TEXT, text TEXT NOT NULL,
    blocks TEXT NOT NULL, entry TEXT, digest TEXT NOT NULL, source TEXT NOT NULL,
    first_row INTEGER NOT NULL, passages INTEGER NOT NULL,
    UNIQUE (collection, page_id)
);
CREATE TABLE passage (
    row INTEGER PRIMARY KEY,
    page INTEGER NOT NULL REFERENCES page (number),
    passage_id TEXT NOT NULL UNIQUE, heading TEXT NOT NULL, anchor TEXT, kind TEXT NOT NULL, text TEXT NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL
);
CREATE TABLE term (
    collection TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, aliases TEXT NOT NULL,
    definition TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, related TEXT NOT NULL,
    page_id TEXT NOT NULL, url TEXT,
    PRIMARY KEY (collection, slug)
) WITHOUT ROWID;
"""
_PLACES = """TABLE place (
    page INTEGER NOT NULL, start INTEGER NOT NULL, locator TEXT NOT NULL,
    PRIMARY KEY (page, start)
) WITHOUT ROWID;
"""
_ADDRESSES = """TABLE address (
    collection TEXT NOT NULL, url TEXT NOT NULL, page_id TEXT NOT NULL,
    PRIMARY KEY (collection, url)
) WITHOUT ROWID;
"""
_LINKS = """TABLE link (
    page INTEGER NOT NULL, start INTEGER NOT NULL, target TEXT NOT NULL,
    PRIMARY KEY (page, start, target)
) WITHOUT ROWID;
"""
_ANCHORS = """TABLE anchors (
    page INTEGER PRIMARY KEY, names TEXT NOT NULL
);
"""
INDEX = "CREATE INDEX address_of_page ON address (collection, page_id);"
_REVISIONS = """TABLE revision (
    page INTEGER PRIMARY KEY, published TEXT NOT NULL, changed TEXT NOT NULL
);
"""
_ORIGINS = """TABLE origin (
    page INTEGER PRIMARY KEY, document BLOB NOT NULL, blocks BLOB NOT NULL, furniture BLOB NOT NULL
);
"""
_MAKER = "TABLE maker (digest TEXT NOT NULL);"
ADDED = {
    "place": _PLACES,
    "address": _ADDRESSES,
    "link": _LINKS,
    "revision": _REVISIONS,
    "anchors": _ANCHORS,
    "maker": _MAKER,
    "origin": _ORIGINS,
}  # since the first catalogs were published
