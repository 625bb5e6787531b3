"""The command line that joins ingest and service, and the client."""
