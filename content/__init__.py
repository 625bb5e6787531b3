"""What is known: pages, passages, terms, and the snapshot that holds and searches them."""
