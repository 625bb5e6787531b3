"""Answers from what is known: over HTTP, on a page, in a widget and on the command line."""
