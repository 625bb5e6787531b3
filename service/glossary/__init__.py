"""The published glossary: its pages, made on the server from a snapshot, for the service and as files."""
