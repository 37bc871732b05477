"""Names of columns: unique as pandas makes them."""

from __future__ import annotations


def unique(names: list[str]) -> list[str]:
    """`a`, `a.1`, `a.2`; nameless columns by their position."""
    taken: set[str] = set()
    given: list[str] = []
    for i, name in enumerate(names):
        base = name or f"Unnamed: {i}"
        candidate, turn = base, 0
        while candidate in taken:
            turn += 1
            candidate = f"{base}.{turn}"
        taken.add(candidate)
        given.append(candidate)
    return given
