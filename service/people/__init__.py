"""People: who waits for one, and how the owner hears of it."""
