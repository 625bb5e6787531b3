"""Makes what is known: bytes become pages, pages passages, passages a published snapshot."""
