"""The steps of a question's way: what is asked back, quoted, cited, linked, said without a search."""
