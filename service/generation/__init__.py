"""Generation: who writes an answer, from nothing but the passages that were found."""
