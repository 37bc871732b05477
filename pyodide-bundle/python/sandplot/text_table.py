"""Reads text tables: whatever sniff.py found out is given to pandas, and what pandas refuses is tried in the way its author meant.

The rule: wherever a plain `pd.read_csv(file)` would be right, the frame is exactly what it gives, names and values, with these
exceptions, because programs and the profile gain from them:
- columns in which every value is a date, written as `2024-01-31` (with or without a time), `31.01.2024`,
  `2024/01/31`, `31 Jan 2024` or with slashes where only one reading is possible, become datetimes; months alone
  (`2024-01`), years and times of day do not; whole numbers such as 20240131 become datetimes where all are dates and the column's
  name or their number says that this is no chance;
- columns of nothing but yes and no, in any of some languages, become booleans;
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

from . import padded, pieces, sniff
from .cannot_read import CannotRead
from .convert import convert
from .names import unique


def read(path: Path, name: str) -> pd.DataFrame:
    try:
        layout = sniff.layout(path, name)
    except sniff.NotText:
        raise CannotRead("not_text", name=name) from None
    try:
        frame, padded = _parse(path, layout)
    except pd.errors.EmptyDataError:
        raise CannotRead("text_empty", name=name) from None
    except (pd.errors.ParserError, UnicodeError, ValueError, csv.Error) as error:
        raise CannotRead("text", name=name, cause=str(error)) from error
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
    if layout.names:
        options.update(header=None, names=unique(layout.names), index_col=False)
    if layout.rows:
        options["nrows"] = layout.rows
    if layout.encoding in ("utf-8", "utf-8-sig"):
        options["encoding_errors"] = "replace"
    texts = {name for name in _padded_in(layout) if (layout.names or layout.header).count(name) == 1}
    frame = _parse_ragged(path, _as_texts(options, texts), layout)
    whole = [name for name, kind in frame.dtypes.items() if kind == "int64"]
    late = padded.columns(path, options, list(frame.columns), whole) if whole and frame.columns.is_unique else set()
    if late:
        texts |= late
        frame = _parse_ragged(path, _as_texts(options, texts), layout)
    return frame, texts & set(frame.columns)


def _as_texts(options: dict[str, Any], columns: set[Any]) -> dict[str, Any]:
    return {**options, "dtype": dict.fromkeys(columns, str)} if columns else options


def _padded_in(layout: sniff.Layout) -> list[Any]:
    """Columns that are seen to be padded in the first rows already: the file need not be read again for them."""
    names = layout.names or layout.header
    return [names[i] for i in sorted(layout.padded) if i < len(names)]


def _parse_ragged(path: Path, options: dict[str, Any], layout: sniff.Layout) -> pd.DataFrame:
    """Rows with more fields than the header has make the frame wider rather than fail."""
    options = dict(options)
    for _ in range(12):
        try:
            return pieces.read(path, options)
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
    return pieces.read(path, {**options, "on_bad_lines": "skip"})
