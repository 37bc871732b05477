"""Reads Excel files: every sheet with something in it is a table. A title above the header is passed over, and a header of two
rows, the upper one merged over several columns, becomes one."""

from __future__ import annotations

import importlib.util
import re
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from . import unpack
from .cannot_read import CannotRead, Needs
from .convert import convert
from .names import unique
from .text import cell

# Beyond the sheet's own limit lies a file that was made to be heavy.
MOST_CELLS = 20_000_000


def read(path: Path, name: str, packed: bool) -> list[tuple[str, pd.DataFrame]]:
    """`packed`: the format since 2007, a zip of XML."""
    package = "openpyxl" if packed else "xlrd"
    if importlib.util.find_spec(package) is None:
        raise Needs(package)
    if packed:
        unpack.check_workbook(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know
            sheets = pd.read_excel(path, sheet_name=None, header=None, engine=package)
            merged = _merged(path) if packed else {}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises nearly anything on files that are not quite right
        reason = str(error).split("\n")[0][:200]
        raise CannotRead("workbook", name=name, cause=reason) from error
    tidy = {title: _table(sheet, merged.get(title, [])) for title, sheet in sheets.items()}
    filled = {title: sheet for title, sheet in tidy.items() if sheet is not None}
    if not filled:
        raise CannotRead("workbook_empty", name=name)
    if len(filled) == 1:
        return [(name, next(iter(filled.values())))]
    stem = re.sub(r"\.xl\w+$", "", name, flags=re.IGNORECASE)
    return [(f"{stem}_{title}", sheet) for title, sheet in filled.items()]


def _merged(path: Path) -> dict[str, list[tuple[int, int, int, int]]]:
    """Title -> the merged ranges of the first rows, as first row, last row, first column, last column, from 0."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        if not any(b"<mergeCell " in archive.read(part) for part in archive.namelist() if "worksheets/sheet" in part):
            return {}
    import openpyxl

    # Only a workbook that is read whole knows its merged cells.
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: [
            (part.min_row - 1, part.max_row - 1, part.min_col - 1, part.max_col - 1)
            for part in sheet.merged_cells.ranges
            if part.min_row <= 20
        ]
        for sheet in book.worksheets
    }


def _table(sheet: pd.DataFrame, merged: list[tuple[int, int, int, int]]) -> pd.DataFrame | None:
    sheet = sheet.dropna(how="all", axis=1)
    filled = sheet.notna().sum(axis=1)
    if sheet.empty or not filled.any():
        return None
    width = int(filled.max())
    # A title or a note above the header fills few of its cells.
    start = next((i for i, count in enumerate(filled) if count >= max(2, 0.5 * width) or width == 1), 0)
    last = start
    head = _names(sheet, start, merged)
    wide = [part for part in merged if part[0] == start and part[3] > part[2]]
    tall = [part for part in merged if part[0] == start and part[1] > start]
    below = start + 1
    if below < len(sheet) and (wide or tall) and _is_header(sheet.iloc[below]):
        second = _names(sheet, below, merged)
        head = [_joined(upper, lower) for upper, lower in zip(head, second, strict=True)]
        last = below
    elif filled.iloc[start] < width and below < len(sheet) and _is_group(sheet, start, below):
        second = _names(sheet, below, [])
        head = [_joined(upper, lower) for upper, lower in zip(_carried(head), second, strict=True)]
        last = below
    rows = sheet.iloc[last + 1 :].dropna(how="all").reset_index(drop=True)
    rows.columns = unique(head)
    return convert(rows.infer_objects().apply(_settled), set())


def _names(sheet: pd.DataFrame, row: int, merged: list[tuple[int, int, int, int]]) -> list[str]:
    values = sheet.iloc[row].copy()
    for top, bottom, left, right in merged:
        if top <= row <= bottom and left in values.index and right > left:
            for column in range(left, right + 1):
                if column in values.index:
                    values[column] = sheet.at[sheet.index[top], left]
    return [cell(value).strip() for value in values]


def _is_header(row: pd.Series) -> bool:
    return all(isinstance(value, str) for value in row.dropna()) and bool(row.notna().any())


def _is_group(sheet: pd.DataFrame, start: int, below: int) -> bool:
    """Names in the lower row wherever the upper one has none, and texts only: a group stands above its columns."""
    upper, lower = sheet.iloc[start], sheet.iloc[below]
    return (
        _is_header(upper)
        and _is_header(lower)
        and int(lower.notna().sum()) >= int(upper.notna().sum()) + 2
        and not sheet.iloc[below + 1 :].map(lambda value: isinstance(value, str)).all().all()
    )


def _carried(names: list[str]) -> list[str]:
    carried, last = [], ""
    for name in names:
        last = name or last
        carried.append(last)
    return carried


def _joined(upper: str, lower: str) -> str:
    return " ".join(part for part in dict.fromkeys([upper, lower]) if part)


def _settled(values: pd.Series) -> pd.Series:
    """Numbers that stood in a column of objects for the header's sake are numbers again; texts among them keep it as it is."""
    if values.dtype != object:
        return values
    held = values.dropna()
    if held.empty or any(isinstance(value, str) for value in held.head(1000)):
        return values
    kinds: set[Any] = {type(value) for value in held}
    if kinds <= {int, float, bool} and (bool not in kinds or kinds == {bool}):
        return values.astype(bool) if kinds == {bool} and len(held) == len(values) else _numbers(values, kinds)
    if all(hasattr(value, "year") and hasattr(value, "month") for value in held):
        return pd.to_datetime(values, errors="coerce")
    return values


def _numbers(values: pd.Series, kinds: set[Any]) -> pd.Series:
    return values if kinds == {bool} else pd.to_numeric(values, errors="coerce")
