"""Reads text tables: whatever sniff.py found out is given to pandas, and what pandas refuses is tried in the way its author meant.

The rule: wherever a plain `pd.read_csv(file)` would be right, the frame is exactly what it gives, names and values, with these
exceptions, because programs and the profile gain from them:
- columns in which every value is a date, written as `2024-01-31` (with or without a time), `31.01.2024`,
  `2024/01/31`, `31 Jan 2024` or with slashes where only one reading is possible, become datetimes; months alone
  (`2024-01`), years and times of day do not;
- numbers with leading zeros (postcodes, ids) stay text;
- columns in which every value is a number and some have thousands marks (`1,234`), percent signs or one currency's sign
  become numbers.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pandas as pd

from . import sniff
from .cannot_read import CannotRead
from .convert import convert
from .names import unique


def read(path: Path, name: str) -> pd.DataFrame:
    try:
        layout = sniff.layout(path, name)
    except sniff.NotText:
        raise CannotRead(
            f"“{name}” is no text table: it holds binary data. Choose a CSV, JSON or Excel file."
        ) from None
    try:
        frame, padded = _parse(path, layout)
    except pd.errors.EmptyDataError:
        raise CannotRead(f"“{name}” has no columns. Its first line should name them.") from None
    except (pd.errors.ParserError, UnicodeError, ValueError, csv.Error) as error:
        raise CannotRead(f"“{name}” cannot be read as a table: {error}. Check its quotes and its delimiter.") from error
    return convert(frame, padded)


def _parse(path: Path, layout: sniff.Layout) -> tuple[pd.DataFrame, set[Any]]:
    """The frame, and the columns that were kept as text for their leading zeros."""
    options: dict[str, Any] = {
        "sep": layout.delimiter,
        "encoding": layout.encoding,
        "skiprows": layout.skip,
        "decimal": layout.decimal,
        "thousands": layout.thousands,
        # In pieces, pandas may find numbers in one and text in the next, and mix them in one column.
        "low_memory": False,
    }
    if layout.headless:
        options.update(header=None, names=[f"column_{i + 1}" for i in range(len(layout.header))], index_col=False)
    if layout.encoding in ("utf-8", "utf-8-sig"):
        options["encoding_errors"] = "replace"
    frame = _parse_ragged(path, options, layout)
    whole = [name for name, kind in frame.dtypes.items() if kind == "int64"]
    padded = _padded(path, options, whole) if whole and frame.columns.is_unique else set()
    if padded:
        texts = dict.fromkeys(padded, str)
        frame = _parse_ragged(path, {**options, "dtype": texts}, layout)
    return frame, padded


def _parse_ragged(path: Path, options: dict[str, Any], layout: sniff.Layout) -> pd.DataFrame:
    """Rows with more fields than the header has make the frame wider rather than fail."""
    options = dict(options)
    for _ in range(12):
        try:
            return pd.read_csv(path, **options)
        except pd.errors.ParserError as error:
            saw = re.search(r"Expected (\d+) fields in line \d+, saw (\d+)", str(error))
            if saw is None:
                # An unclosed quote swallows the rest of the file: without quoting it can be read.
                if "EOF inside string" in str(error) and "quoting" not in options:
                    options["quoting"] = csv.QUOTE_NONE
                    continue
                raise
            names = options.get("names") or unique([name.strip("\ufeff") for name in layout.header])
            wider = int(saw[2])
            if wider > len(names) + 200:
                options["on_bad_lines"] = "skip"
                continue
            names = names + [f"Unnamed: {i}" for i in range(len(names), wider)]
            options.update(names=names, header=None, skiprows=layout.header_end, index_col=False)
    return pd.read_csv(path, **{**options, "on_bad_lines": "skip"})


def _padded(path: Path, options: dict[str, Any], columns: list[Any]) -> set[Any]:
    """Of the integer columns, those in which a number is written with a leading zero."""
    if options["encoding"].startswith("utf-16") or options["encoding"].startswith("utf-32"):
        suspicious = True
    else:
        with open(path, "rb") as file:
            # Reading columns again as text costs as much as the first time, so the bytes are asked first.
            suspicious = any(_ZERO_FIRST.search(block) for block in iter(lambda: file.read(16 * 1024 * 1024), b""))
    if not suspicious:
        return set()
    texts = pd.read_csv(path, **{**options, "dtype": dict.fromkeys(columns, str), "usecols": columns})
    return {column for column in columns if texts[column].str.match(r"\s*0\d").any()}


# A field of digits that begins with a zero; dates and times do not match, as something else follows their digits.
_ZERO_FIRST = re.compile(rb"[,;\t|\n \"]0\d+[\",;\t|\r\n ]")
