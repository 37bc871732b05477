"""Keeps what was read in a form that opens in a moment, so that a large file is parsed once and not for every run.

The form is a pickle with texts stored once each: it is written and opened by this package in two interpreters of one page, before
any program has run in the first, and its reader is as sealed as everything else here.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .tables import Tables

# Texts that repeat less than this often are quicker written as they are.
_REPEATS = 2


def freeze(tables: Tables, path: Path) -> int:
    known = tables.like()
    kept = {
        name: (
            [str(column) if not isinstance(column, str) else column for column in frame.columns],
            frame.index,
            [_folded(frame.iloc[:, i]) for i in range(len(frame.columns))],
        )
        for name, frame in tables.items()
    }
    with open(path, "wb") as file:
        pickle.dump((vars(known), kept), file, protocol=5)
    return path.stat().st_size


def thaw(path: Path) -> Tables:
    with open(path, "rb") as file:
        known, kept = pickle.load(file)  # noqa: S301 - see above
    tables = Tables()
    vars(tables).update(known)
    for name, (columns, index, values) in kept.items():
        frame = pd.DataFrame(dict(enumerate(map(_unfolded, values))), index=index)
        frame.columns = columns
        tables[name] = frame
    return tables


def _folded(values: pd.Series) -> Any:
    if not isinstance(values.dtype, pd.StringDtype):
        return values.array if isinstance(values.dtype, pd.api.extensions.ExtensionDtype) else values.to_numpy()
    codes, kinds = pd.factorize(values)
    if len(kinds) * _REPEATS > len(values):
        return values.array
    return ("kinds", codes.astype("int32"), kinds.array)


def _unfolded(values: Any) -> Any:
    if isinstance(values, tuple):
        _, codes, kinds = values
        return kinds.take(codes.astype(np.intp), allow_fill=True) if len(kinds) else kinds
    return values
