"""Recognises tables whose columns are set apart by spaces, as instruments and old programs write them: a title above, a ruler under the
names, no name over the first column."""

from __future__ import annotations

import re
from dataclasses import dataclass

SAMPLE_ROWS = 400

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_NOTHING = {"NA", "NaN", "nan", "N/A", "-", ".", "*"}
_RULER = re.compile(r"[-=_*+|\s]+")
# Fewer rows than these may look alike by chance.
_LEAST_ROWS = 3


@dataclass
class Spaced:
    skip: int  # lines above the names; above the rows, where the names are given
    header: list[str]
    names: list[str] | None  # where no line names the columns as pandas would read it
    rows: int | None  # where a note follows them


def find(text: str, is_csv: bool) -> Spaced | None:
    """`is_csv`: the file says that it has commas; two words in a row may be a name then."""
    lines = text.splitlines()
    filled = [(i, words(line)) for i, line in enumerate(lines) if line.strip()][:SAMPLE_ROWS]
    if len(filled) < 2:
        return None
    widths = [len(row) for _, row in filled]
    width = max(set(widths), key=widths.count)
    end = len(filled) - next(i for i, seen in enumerate(reversed(widths)) if seen == width)
    foot = len(filled) - end
    filled = filled[:end]
    start = len(filled)
    while start and len(filled[start - 1][1]) == width:
        start -= 1
    rows = [row for _, row in filled[start:]]
    if width < 2 or (start + foot) * 2 > len(filled) or len(rows) < 2:
        return None
    numeric = [i for i in range(width) if _is_numeric([row[i] for row in rows[1:]])]
    if 2 * len(numeric) < width or (start and len(rows) < _LEAST_ROWS):
        return None
    named = not all(_is_numeric([rows[0][i]]) for i in numeric)
    if is_csv and width < 3 and (named or len(numeric) < width):
        return None
    line = filled[start][0]
    if named:
        return Spaced(line, rows[0], None, len(rows) - 1 if foot else None)
    above = [row for i, row in filled[:start] if not _RULER.fullmatch(lines[i])]
    names = [f"column_{i + 1}" for i in range(width)]
    if above and len(above[-1]) == width:
        names = above[-1]
    elif above and len(above[-1]) == width - 1 and not any(NUMBER.fullmatch(word) for word in above[-1]):
        names = names[:1] + above[-1]
    elif not start and len(rows) < _LEAST_ROWS:
        return None
    return Spaced(line, names, names, len(rows) if foot else None)


def words(line: str) -> list[str]:
    """The words of a line, quoted ones whole."""
    return [word.strip("\"'") for word in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", line)]


def _is_numeric(column: list[str]) -> bool:
    held = [word for word in column if word not in _NOTHING]
    return bool(held) and all(NUMBER.fullmatch(word) for word in held)
