"""Takes the cells out of a traceback before it is told to the model: `could not convert string to float: 'Jane Doe'` quotes one.

What stands in the program, in a column's name or in Python's own vocabulary stays; of the rest, texts in quotes, texts that are the
value of a cell, and long numbers go. It keeps an honest program's message from giving a row away. A program that wants to tell could
write around it; what is sent is therefore shown, and sending is bounded.
"""

from __future__ import annotations

import builtins
import re
from typing import Any

import numpy as np
import pandas as pd

from .text import cell

GONE = "…"
SHORTEST = 3
LONGEST_NUMBER = 4  # digits that may stay: counts, shapes, lines
MOST_VALUES = 2_000_000

_QUOTED = re.compile(r"'((?:[^'\\\n]|\\.){1,2000})'|\"((?:[^\"\\\n]|\\.){1,2000})\"|“([^”\n]{1,2000})”")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d.,:/-]*\d(?![\w])")
_DATED = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")


def told(traceback: str, tables: Any, program: str) -> str:
    """The traceback as it may leave the tab."""
    known = "\n".join([program, *tables, *(cell(name) for frame in tables.values() for name in frame.columns)])
    known += "\n".join(tables.sources.values())
    # Lines of the program stand in it already.
    lines = traceback.split("\n")
    own = {line.strip() for line in program.split("\n") if line.strip()}
    kept = [line if _is_frame(line, own) else _line(line, known) for line in lines]
    return _without_cells("\n".join(kept), tables, known)


def _is_frame(line: str, own: set[str]) -> bool:
    text = line.strip()
    return (
        text in own
        or text.startswith(("Traceback (most", 'File "program.py"', "raised in "))
        or set(text) <= set("~^ ")
    )


def _line(line: str, known: str) -> str:
    line = _QUOTED.sub(lambda quote: _quote(quote, known), line)
    line = _DATED.sub(lambda date: date[0] if date[0] in known else GONE, line)
    return _NUMBER.sub(lambda number: number[0] if _is_plain(number[0]) or number[0] in known else GONE, line)


def _quote(quote: re.Match[str], known: str) -> str:
    inner = next(part for part in quote.groups() if part is not None)
    if len(inner) < SHORTEST or inner in known or _is_vocabulary(inner):
        return quote[0]
    return f"{quote[0][0]}{GONE}{quote[0][-1]}"


def _is_plain(number: str) -> bool:
    return sum(sign.isdigit() for sign in number) <= LONGEST_NUMBER


def _is_vocabulary(text: str) -> bool:
    """Names of Python, numpy and pandas, and of their types: `str`, `DataFrame`, `datetime64[ns]`."""
    if not re.fullmatch(r"[A-Za-z_][\w.]*(\[[a-z]+\])?", text):
        return False
    last = re.sub(r"\[.*", "", text).split(".")[-1]
    return any(hasattr(place, last) for place in (builtins, np, pd, pd.DataFrame, pd.Series, str)) or last in (
        "NoneType module function method utf datetime64 timedelta64".split()
    )


def _without_cells(text: str, tables: Any, known: str) -> str:
    looked = 0
    for frame in tables.values():
        for i in range(len(frame.columns)):
            values = frame.iloc[:, i]
            if not (values.dtype == object or isinstance(values.dtype, (pd.StringDtype, pd.CategoricalDtype))):
                continue
            try:
                kinds = values.dropna().unique()
            except TypeError:
                continue
            for kind in kinds:
                looked += 1
                if looked > MOST_VALUES:
                    return text
                if isinstance(kind, str) and len(kind) >= SHORTEST and kind in text and kind not in known:
                    text = re.sub(rf"(?<!\w){re.escape(kind)}(?!\w)", GONE, text)
    return text
