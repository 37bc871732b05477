"""The letters of the tables that not every font has, so that the page can have the fonts of them come. Found when tables are opened, before
any program runs: what is fetched then tells nothing that a program wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Chinese, Japanese, Korean: letters, their punctuation, and what is drawn as wide as they are.
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffef"
    "\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U000323af]"
)
# A chart has no room for more names than these of a column.
MOST_VALUES = 20_000


def of(columns: Iterable[tuple[str, Iterable[object]]]) -> str:
    """Each of them once, in order. `columns` are names, each with its distinct texts."""
    found: set[str] = set()
    for name, values in columns:
        found.update(_WIDE.findall(name))
        for number, value in enumerate(values):
            if number == MOST_VALUES:
                break
            if isinstance(value, str) and not value.isascii():
                found.update(_WIDE.findall(value))
    return "".join(sorted(found))
