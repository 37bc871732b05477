"""Reads the person's files into frames, and says what is in them.

The rule for text tables: wherever a plain `pd.read_csv(file)` would be right, `df` is exactly what it gives, names and
values, with these exceptions, because programs and the profile gain from them:
- columns in which every value is a date, written as `2024-01-31` (with or without a time), `31.01.2024`,
  `2024/01/31`, `31 Jan 2024` or with slashes where only one reading is possible, become datetimes; months alone
  (`2024-01`), years and times of day do not;
- numbers with leading zeros (postcodes, ids) stay text;
- columns in which every value is a number and some have thousands marks (`1,234`) become numbers.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from . import profile, sniff
from .convert import convert
from .tables import Tables, loaded
from .text import cell

_dumps = json.dumps

# Unpacked; far beyond what fits into a tab together with the frame made of it.
MOST_BYTES = 1_000_000_000

_PACKED = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_OTHER = {
    ".parquet": "Parquet files cannot be read here. Save the table as CSV and drop that.",
    ".feather": "Feather files cannot be read here. Save the table as CSV and drop that.",
    ".sav": "SPSS files cannot be read here. Save the table as CSV and drop that.",
    ".ods": "OpenDocument sheets cannot be read here. Save the sheet as .xlsx or CSV and drop that.",
    ".numbers": "Numbers files cannot be read here. Export the sheet as .xlsx or CSV and drop that.",
    ".pdf": "A PDF holds no table that could be read. Drop a CSV, JSON or Excel file.",
}


class CannotRead(Exception):
    """A file that is no table. The message is a sentence for the person who dropped it."""


def load(files_json: str) -> str:
    """Reads all files anew; see the package's contract for both formats."""
    tables = Tables()
    name = ""
    try:
        for file in json.loads(files_json):
            name = str(file["name"])
            found = _read(Path(file["path"]), name)
            for title, frame in found:
                tables.put(title, name, frame)
    except CannotRead as error:
        return _dumps({"ok": False, "message": str(error)})
    except MemoryError:
        return _dumps({"ok": False, "message": f"“{name}” is too large for the memory of this tab. Try a part of it."})
    except Exception as error:  # noqa: BLE001 - whatever a file may hold, its owner gets a sentence
        return _dumps(
            {"ok": False, "message": f"“{name}” cannot be read ({type(error).__name__}: {error}). Save it as CSV."}
        )

    loaded.replace(tables)
    described = [profile.of(table, tables.sources[table], frame) for table, frame in tables.items()]
    previews = [profile.preview(table, frame) for table, frame in tables.items()]
    result = {"ok": True, "profile": {"tables": described}, "previews": previews}
    return _dumps(result, ensure_ascii=False, allow_nan=False)


def _read(path: Path, name: str) -> list[tuple[str, pd.DataFrame]]:
    """The tables of one file, each with the words its name is made from."""
    ending = Path(name.lower()).suffix
    if ending in _OTHER:
        raise CannotRead(f"“{name}”: {_OTHER[ending]}")
    if path.stat().st_size == 0:
        raise CannotRead(f"“{name}” is empty. Choose a file with a header line and at least one row.")
    with open(path, "rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        return _workbook(path, name) if _is_workbook(path) else _archive(path, name)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(path, name)
    if start.startswith(b"PAR1"):
        raise CannotRead(f"“{name}”: {_OTHER['.parquet']}")
    if start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        kind = {b"\x1f": ".gz", b"B": ".bz2", b"\xfd": ".xz"}[start[:1]]
        return _packed(path, name, kind)
    if ending in (".json", ".jsonl", ".ndjson", ".geojson"):
        return [(name, _json(path, name, ending))]
    if ending in (".xlsx", ".xlsm", ".xls"):
        raise CannotRead(
            f"“{name}” is no Excel file, whatever its name says. Open it and save it again as .xlsx or CSV."
        )
    return [(name, _text(path, name))]


def _packed(path: Path, name: str, kind: str) -> list[tuple[str, pd.DataFrame]]:
    inner = name[: -len(kind)] if name.lower().endswith(kind) else name
    unpacked = path.with_name(f".unpacked-{path.name}.{Path(inner).suffix.lstrip('.') or 'csv'}")
    try:
        with _PACKED[kind](path, "rb") as source, open(unpacked, "wb") as target:
            _pour(source, target, name)
        return [(title, frame) for title, frame in _read(unpacked, inner)]
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise CannotRead(f"“{name}” is damaged and cannot be unpacked ({error}). Pack it again.") from error
    finally:
        unpacked.unlink(missing_ok=True)


def _archive(path: Path, name: str) -> list[tuple[str, pd.DataFrame]]:
    found: list[tuple[str, pd.DataFrame]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir()
                and not Path(member.filename).name.startswith(".")
                and not member.filename.startswith("__MACOSX")
            ]
            tables = [member for member in members if _looks_like_table(member.filename)] or members[:1]
            for member in tables[:50]:
                inner = Path(member.filename).name
                unpacked = path.with_name(f".unpacked-{len(found)}-{inner}")
                try:
                    with archive.open(member) as source, open(unpacked, "wb") as target:
                        _pour(source, target, name)
                    found += _read(unpacked, inner)
                finally:
                    unpacked.unlink(missing_ok=True)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise CannotRead(f"“{name}” cannot be unpacked ({error}). Pack it again without a password.") from error
    if not found:
        raise CannotRead(f"“{name}” holds no table. Put a CSV, JSON or Excel file into it.")
    # One table in an archive is meant by the archive's own name as well: that is the name the person knows.
    return [(name, found[0][1])] if len(found) == 1 else found


def _looks_like_table(name: str) -> bool:
    endings = (".csv", ".tsv", ".tab", ".txt", ".dat", ".json", ".jsonl", ".ndjson", ".xlsx", ".xls", ".gz")
    return name.lower().endswith(endings)


def _pour(source: Any, target: Any, name: str) -> None:
    written = 0
    while block := source.read(4 * 1024 * 1024):
        written += len(block)
        if written > MOST_BYTES:
            raise CannotRead(f"“{name}” unpacks to more than {MOST_BYTES // 1_000_000} MB. Try a part of it.")
        target.write(block)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _workbook(path: Path, name: str) -> list[tuple[str, pd.DataFrame]]:
    try:
        sheets = pd.read_excel(path, sheet_name=None)
    except ImportError as error:
        raise CannotRead(f"“{name}” cannot be read here ({error}). Save the sheet as CSV and drop that.") from error
    except Exception as error:  # noqa: BLE001 - openpyxl raises nearly anything on files that are not quite right
        raise CannotRead(f"“{name}” cannot be read as a workbook ({error}). Save it again as .xlsx or CSV.") from error
    filled = {title: _tidy_sheet(sheet) for title, sheet in sheets.items() if len(sheet.columns)}
    if not filled:
        raise CannotRead(f"“{name}” has only empty sheets. Choose a workbook with a header line and rows.")
    if len(filled) == 1:
        return [(name, next(iter(filled.values())))]
    stem = re.sub(r"\.xl\w+$", "", name, flags=re.IGNORECASE)
    return [(f"{stem}_{title}", sheet) for title, sheet in filled.items()]


def _tidy_sheet(sheet: pd.DataFrame) -> pd.DataFrame:
    sheet.columns = _unique([cell(column) for column in sheet.columns])
    return convert(sheet, set())


# ---------- Text tables


def _text(path: Path, name: str) -> pd.DataFrame:
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
            names = options.get("names") or _unique([name.strip("\ufeff") for name in layout.header])
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


def _unique(names: list[str]) -> list[str]:
    """Names as pandas makes them unique: `a`, `a.1`, `a.2`; nameless columns by their position."""
    taken: set[str] = set()
    unique: list[str] = []
    for i, name in enumerate(names):
        base = name or f"Unnamed: {i}"
        candidate, turn = base, 0
        while candidate in taken:
            turn += 1
            candidate = f"{base}.{turn}"
        taken.add(candidate)
        unique.append(candidate)
    return unique


# ---------- JSON


def _json(path: Path, name: str, ending: str) -> pd.DataFrame:
    try:
        encoding = sniff.encoding_of(path)
        text = path.read_text(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    except sniff.NotText:
        raise CannotRead(f"“{name}” is no JSON: it holds binary data. Choose a CSV, JSON or Excel file.") from None
    try:
        value = _json_lines(text) if ending in (".jsonl", ".ndjson") else _json_value(text)
        frame = _frame_of_json(value)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise CannotRead(f"“{name}” cannot be read as a table of JSON records: {error}.") from error
    if not len(frame.columns):
        raise CannotRead(f"“{name}” holds no records. A list of objects, or one object per line, makes a table.")
    return convert(frame, set())


def _json_value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # One object per line often comes with the plain ending.
        if error.msg == "Extra data":
            return _json_lines(text)
        raise


def _json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in io.StringIO(text) if line.strip()]


def _frame_of_json(value: Any) -> pd.DataFrame:
    if isinstance(value, dict):
        if {"columns", "data"} <= value.keys() and isinstance(value["data"], list):
            return pd.DataFrame(value["data"], columns=value["columns"])
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        if len(lists) == 1:  # the records sit in an envelope: {"data": [...]}, GeoJSON's features
            return _frame_of_json(lists[0])
        if value and all(isinstance(item, list) for item in value.values()):
            return pd.DataFrame({key: pd.Series(item) for key, item in value.items()})
        if value and all(isinstance(item, dict) for item in value.values()):
            frame = pd.DataFrame(value)
            # Column-wise, as pandas writes it, has row numbers as inner keys; else the outer keys are the rows.
            return frame if all(str(key).isdigit() for key in frame.index) else frame.T.infer_objects().reset_index()
        return pd.json_normalize(value)
    if isinstance(value, list):
        if value and all(isinstance(item, list) for item in value):
            head = value[0]
            if all(isinstance(item, str) for item in head) and len(value) > 1:
                return pd.DataFrame(value[1:], columns=_unique(head))
            return pd.DataFrame(value, columns=[f"column_{i + 1}" for i in range(max(map(len, value)))])
        if all(isinstance(item, dict) for item in value):
            is_nested = any(isinstance(inner, dict) for item in value[:1000] for inner in item.values())
            return pd.json_normalize(value) if is_nested else pd.DataFrame(value)
        return pd.DataFrame({"value": value})
    raise ValueError("it is a single value")
