"""What goes on beside the requests: ingests, schedules, tidying, backups, following a snapshot store."""
