"""Opens the person's files: finds out what each is, has it read, and says what is in it.

The reading itself is in the files beside this one, one for each format. What was read once is kept for later interpreters
(frames.py), and what the person said about columns is applied to a copy (edits.py).
"""

from __future__ import annotations

import encodings
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from . import (
    edits,
    fingerprint,
    frames,
    html_table,
    json_table,
    kinds,
    letters,
    parquet_table,
    profile,
    progress,
    sqlite_table,
    text_table,
    unpack,
    workbook,
)
from .cannot_read import CannotRead, Needs
from .kinds import Kinds
from .tables import Tables, loaded
from .text import said

_dumps = json.dumps

MOST_TABLES = 32

# Endings of what cannot be read here: what is said of it, and what the format is called.
_FOREIGN = {
    ".feather": ("columnar", "Feather"),
    ".arrow": ("columnar", "Arrow"),
    ".orc": ("columnar", "ORC"),
    ".sav": ("statistics", "SPSS"),
    ".dta": ("statistics", "Stata"),
    ".sas7bdat": ("statistics", "SAS"),
    ".rds": ("statistics", "R"),
    ".pkl": ("pickle", "Pickle"),
    ".xlsb": ("sheet", "Excel (.xlsb)"),
    ".ods": ("sheet", "OpenDocument"),
    ".numbers": ("sheet", "Numbers"),
    ".pdf": ("document", "PDF"),
    ".docx": ("document", "Word"),
    ".7z": ("packed", "7z"),
    ".rar": ("packed", "RAR"),
}

# What was found in a file while another one of the same request still lacks something: see Needs.
_found: dict[str, list[tuple[str, pd.DataFrame]]] = {}


def load(request_json: str, tell: progress.Tell | None = None) -> str:
    """Opens all files anew, and says to `tell` how far it is; see the package's contract for both formats."""
    request = json.loads(request_json)
    _forget_failures()
    progress.listen(tell)
    name = ""
    try:
        read = Tables()
        for file in request["files"]:
            name = str(file["name"])
            progress.of_file(name)
            if file["path"] not in _found:
                _found[file["path"]] = _read(Path(file["path"]), name)
            mark = fingerprint.of(Path(file["path"]))
            for title, frame in _found[file["path"]]:
                read.put(title, name, frame, mark)
            if len(read) > MOST_TABLES:
                raise CannotRead("tables", most=MOST_TABLES)
        _found.clear()
        loaded.replace(read)
        _measured.clear()
        return adjust(json.dumps(request.get("edits") or {}))
    except Needs as missing:
        return _dumps({"ok": False, "needs": missing.what, "path": missing.path})
    except CannotRead as error:
        return _refused(error)
    except MemoryError:
        return _refused(CannotRead("memory", name=name), memory=True)
    except Exception as error:  # noqa: BLE001 - whatever a file may hold, its owner gets a sentence
        return _refused(CannotRead("failed", name=name, cause=f"{type(error).__name__}: {error}"))
    finally:
        progress.listen(None)


def adjust(edits_json: str) -> str:
    """Applies what the person said about columns to what was read, and describes the outcome."""
    adjusted, changes = edits.apply(loaded.read, json.loads(edits_json))
    loaded.show(adjusted)
    described, previews = [], []
    texts: list[tuple[str, Any]] = []
    for table, frame in adjusted.items():
        change = changes[table]
        columns = _measure(table, frame, change)
        described.append(profile.of(table, adjusted, change, columns))
        previews.append(profile.preview(table, frame, change, columns))
        for i, (name, column) in enumerate(zip(frame.columns, columns, strict=True)):
            known = column.kinds or kinds.of(frame.iloc[:, i])
            texts.append((str(name), known.values if known else ()))
    answer = {"ok": True, "profile": {"tables": described}, "previews": previews, "letters": letters.of(texts)}
    return _dumps(answer, ensure_ascii=False, allow_nan=False)


def freeze() -> list[Any]:
    """What was read, in parts that a later interpreter opens in a moment when they are put together."""

    def kinds_of(table: str, position: int) -> Kinds | None:
        known = _measured.get((table, position, None))
        return known.kinds if known else kinds.of(loaded.read[table].iloc[:, position])

    # What is costly to find out goes along, so that a column can be changed at once later on.
    measured = {key: replace(known, kinds=None) for key, known in _measured.items()}
    return frames.freeze(loaded.read, kinds_of, measured)


def thaw(frozen: memoryview, edits_json: str) -> None:
    """Opens what an earlier interpreter has read; what is in it was said then."""
    read, measured = frames.thaw(frozen)
    _measured.clear()
    _measured.update(measured)
    adjusted, _changes = edits.apply(read, json.loads(edits_json))
    loaded.replace(read)
    loaded.show(adjusted)


# What was found out about columns as they are read, or as a type that was wished for: table, place in the file, type.
_measured: dict[tuple[str, int, str | None], profile.Measured] = {}


def _measure(table: str, frame: pd.DataFrame, changes: edits.Changes) -> list[profile.Measured]:
    progress.of_file(loaded.read.sources[table])
    columns: list[profile.Measured] = []
    for i, (source, position) in enumerate(zip(changes.sources, changes.positions, strict=True)):
        key = (table, position, changes.types.get(source))
        if key not in _measured:
            _measured[key] = profile.measure(frame.iloc[:, i], position)
        columns.append(_measured[key])
        progress.say(progress.TYPING, i + 1, len(changes.sources))
    return columns


def _forget_failures() -> None:
    """A codec whose file had not come yet is remembered as one that does not exist; asked again, it has come."""
    for name in [name for name, entry in encodings._cache.items() if entry is None]:
        del encodings._cache[name]


def _refused(error: CannotRead, memory: bool = False) -> str:
    _found.clear()
    return _dumps({"ok": False, "reason": said(error.code, error.values), "memory": memory})


def _read(path: Path, name: str, depth: int = 0) -> list[tuple[str, pd.DataFrame]]:
    """The tables of one file, each with the words its name is made from."""
    ending = Path(name.lower()).suffix
    if ending in _FOREIGN:
        code, form = _FOREIGN[ending]
        raise CannotRead(f"foreign_{code}", name=name, format=form)
    if path.stat().st_size == 0:
        raise CannotRead("empty", name=name)
    with open(path, "rb") as file:
        start = file.read(1024)
    if start.startswith(b"PK\x03\x04") and unpack.is_workbook(path):
        return workbook.read(path, name, packed=True)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return workbook.read(path, name, packed=False)
    if start.startswith(parquet_table.MARK):
        return [(name, parquet_table.read(path, name))]
    if start.startswith(sqlite_table.MARK):
        return sqlite_table.read(path, name)
    kind = unpack.kind_of(start)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")) or kind:
        if depth > 1:
            raise CannotRead("packed_twice", name=name)
        return _packed(path, name, kind, depth) if kind else _archive(path, name, depth)
    if ending in (".parquet", ".pq", ".sqlite", ".sqlite3", ".db"):
        raise CannotRead("misnamed", name=name)
    if ending in (".xlsx", ".xlsm", ".xls"):
        if _is_markup(start):  # what many web sites call an Excel file
            return _page(path, name)
        raise CannotRead("not_excel", name=name)
    if ending in (".json", ".jsonl", ".ndjson", ".geojson") or (ending in ("", ".txt") and _is_json(start)):
        return json_table.read(path, name, ending)
    if ending in (".html", ".htm") or _is_markup(start):
        return _page(path, name)
    return [(name, text_table.read(path, name))]


def _packed(path: Path, name: str, kind: str, depth: int) -> list[tuple[str, pd.DataFrame]]:
    target, inner = unpack.unpacked(path, name, kind)
    try:
        return _read(target, inner, depth + 1)
    finally:
        _remove(target)


def _archive(path: Path, name: str, depth: int) -> list[tuple[str, pd.DataFrame]]:
    archive = unpack.Archive(path, name)
    found: list[tuple[str, pd.DataFrame]] = []
    for member in archive.members():
        target, inner = archive.extract(member, len(found))
        try:
            found += _read(target, inner, depth + 1)
        finally:
            _remove(target)
    # One table in an archive is meant by the archive's own name as well: that is the name the person knows.
    return [(name, found[0][1])] if len(found) == 1 else found


def _page(path: Path, name: str) -> list[tuple[str, pd.DataFrame]]:
    target = html_table.to_csv(path, name)
    try:
        return [(name, text_table.read(target, target.name))]
    finally:
        _remove(target)


def _remove(path: Path) -> None:
    # What the worker has yet to make columns of stays until it has: the next try finds it and removes it.
    with open(path, "rb") as file:
        waits = file.read(4) == parquet_table.MARK and path.name not in _waited
    if waits:
        _waited.add(path.name)
        return
    _waited.discard(path.name)
    path.unlink(missing_ok=True)


_waited: set[str] = set()


def _is_markup(start: bytes) -> bool:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body"))


def _is_json(start: bytes) -> bool:
    text: Any = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.startswith((b"[{", b'{"', b"[ {", b"[\n", b"{\n"))
