"""What an owner learns from what visitors ask: pure functions of the records that the store keeps.

Nothing here reads a database or embeds a text; docs/learn.md says what each figure means.
"""
