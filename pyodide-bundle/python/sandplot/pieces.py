"""Reads a text table as `pd.read_csv` does, a large one in pieces: in half the memory, and so that it can be said how far it is.

Pandas decides a column's type by what it has before it. Pieces that do not agree are either joined as the whole would have been read
(gaps among texts, integers among fractions), or their columns are read once more, as texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import progress

# Below this everything is read at once.
LARGE = 8 * 1024 * 1024
PIECE = 8 * 1024 * 1024
_SAMPLE = 64 * 1024


def read(path: Path, options: dict[str, Any]) -> pd.DataFrame:
    size = path.stat().st_size
    if size <= LARGE:
        return _at_once(path, options, size)
    mixed: set[Any] = set()
    while True:
        texts = {**options.get("dtype", {}), **dict.fromkeys(mixed, str)}
        frame, found = _in_pieces(path, {**options, "dtype": texts} if texts else options, size)
        if frame is None:
            return _at_once(path, options, size)
        if not found - mixed:
            return frame
        # What is no text in all pieces may be written in ways that only its text keeps.
        mixed |= found


def _opened(path: Path, encoding: str) -> Any:
    # Bytes where pandas decodes them itself, which is faster.
    return open(path, "rb") if encoding == "utf-8" else open(path, encoding=encoding, newline="")


def _at_once(path: Path, options: dict[str, Any], size: int) -> pd.DataFrame:
    with _opened(path, options["encoding"]) as file:
        return pd.read_csv(progress.Counted(file, size), **options)


def _in_pieces(path: Path, options: dict[str, Any], size: int) -> tuple[pd.DataFrame | None, set[Any]]:
    """The frame, and its columns whose pieces do not agree; no frame where one needs the whole."""
    with open(path, "rb") as file:
        start = file.read(_SAMPLE)
    rows = max(1000, PIECE * start.count(b"\n") // _SAMPLE)
    pieces: list[list[Any]] = []
    names: pd.Index | None = None
    length = 0
    with (
        _opened(path, options["encoding"]) as file,
        pd.read_csv(progress.Counted(file, size), chunksize=rows, **options) as reader,
    ):
        for piece in reader:
            # Rows with one field more than names have an index of their own.
            if not isinstance(piece.index, pd.RangeIndex):
                return None, set()
            names = piece.columns
            length += len(piece)
            pieces.append([piece.iloc[:, i].array for i in range(len(names))])
    if names is None or not names.is_unique:
        return None, set()
    columns: dict[Any, Any] = {}
    mixed: set[Any] = set()
    for i, name in enumerate(names):
        arrays = [piece[i] for piece in pieces]
        for piece in pieces:
            piece[i] = None
        joined = _joined(arrays)
        if joined is None:
            mixed.add(name)
        else:
            columns[name] = joined
    if mixed:
        return pd.DataFrame(columns=names), mixed
    return pd.DataFrame(columns, index=pd.RangeIndex(length), copy=False), set()


def _joined(arrays: list[Any]) -> Any:
    """One array of them, as the whole would have been read; None if only its text can tell."""
    kinds = {str(array.dtype) for array in arrays}
    if len(kinds) == 1:
        return pd.concat([pd.Series(array, copy=False) for array in arrays], ignore_index=True).array
    texts = next((array.dtype for array in arrays if isinstance(array.dtype, pd.StringDtype)), None)
    if texts is not None:
        if all(array.dtype == texts or _is_empty(array) for array in arrays):
            held = [array if array.dtype == texts else pd.array([np.nan] * len(array), dtype=texts) for array in arrays]
            return pd.concat([pd.Series(array, copy=False) for array in held], ignore_index=True).array
        return None
    if kinds <= {"int64", "float64"}:
        return np.concatenate([np.asarray(array, "float64") for array in arrays])
    return None


def _is_empty(array: Any) -> bool:
    return array.dtype.kind == "f" and bool(np.isnan(array).all())
