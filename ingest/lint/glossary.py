"""Which collections are glossaries, in which an entry may be short and every name should have one."""

from __future__ import annotations

from content.snapshot import Snapshot

_TERMS = 0.2  # of the pages of a glossary define a term


def glossaries(snapshot: Snapshot) -> frozenset[str]:
    """Return the collections of which many pages define a term."""
    states = snapshot.manifest.collections
    return frozenset(name for name, state in states.items() if state.terms and state.terms >= _TERMS * state.pages)
