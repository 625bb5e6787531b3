"""The store: what visitors and owners leave behind, in SQLite or PostgreSQL, behind a spool on disk."""
