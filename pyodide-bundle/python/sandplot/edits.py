"""Applies what a person says about columns: another type, another name, left out. The values of a changed type that cannot be read
that way become gaps, and how many is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .convert import numbers_of
from .names import unique
from .tables import Tables
from .text import cell

_TRUE = {"true", "t", "yes", "y", "1", "1.0", "ja", "oui", "si", "sí", "on", "wahr", "vrai"}
_FALSE = {"false", "f", "no", "n", "0", "0.0", "nein", "non", "off", "falsch", "faux"}


@dataclass
class Changes:
    """What became of one table's columns."""

    sources: list[str] = field(default_factory=list)  # of each column that is there, the name it has in the file
    positions: list[int] = field(default_factory=list)  # and where it stands there
    left_out: list[str] = field(default_factory=list)
    lost: dict[str, int] = field(
        default_factory=dict
    )  # column in the file -> values that could not be read as the type
    types: dict[str, str] = field(default_factory=dict)  # column in the file -> what the person says it is


def apply(read: Tables, edits: dict[str, dict[str, dict[str, Any]]]) -> tuple[Tables, dict[str, Changes]]:
    """`edits`: table -> column as the file names it -> any of `name`, `type`, `omit`."""
    tables = read.like()
    changes: dict[str, Changes] = {}
    for table, frame in read.items():
        wishes = edits.get(table) or {}
        tables[table], changes[table] = _table(frame, wishes, tables.units[table])
    return tables, changes


def _table(
    frame: pd.DataFrame, wishes: dict[str, dict[str, Any]], units: dict[str, str]
) -> tuple[pd.DataFrame, Changes]:
    sources = [cell(name) for name in frame.columns]
    done = Changes(sources=sources, positions=list(range(len(sources))))
    if not wishes:
        return frame, done
    kept = [i for i, source in enumerate(sources) if not (wishes.get(source) or {}).get("omit")]
    done.left_out = [source for i, source in enumerate(sources) if i not in set(kept)]
    done.sources, done.positions = [sources[i] for i in kept], kept
    # A view of the frame as it was read: whoever writes into it writes into a copy.
    chosen = frame.iloc[:, kept].copy(deep=False)
    names = [cell(name) for name in chosen.columns]
    for i, source in enumerate(done.sources):
        wish = wishes.get(source) or {}
        if wish.get("type"):
            values = _as_type(chosen.iloc[:, i], str(wish["type"]))
            lost = int(values.isna().sum() - chosen.iloc[:, i].isna().sum())
            done.types[source] = str(wish["type"])
            if lost > 0:
                done.lost[source] = lost
            chosen.isetitem(i, values)
        if wish.get("name"):
            names[i] = str(wish["name"])
            if source in units:
                units[names[i]] = units.pop(source)
    chosen.columns = unique(names)
    return chosen, done


def _as_type(values: pd.Series, kind: str) -> pd.Series:
    match kind:
        case "text":
            if isinstance(values.dtype, np.dtype) and values.dtype.kind == "i":
                return values.astype("str")
            return values.map(lambda value: cell(value), na_action="ignore").astype("str")
        case "number":
            if pd.api.types.is_numeric_dtype(values.dtype):
                return values
            if pd.api.types.is_datetime64_any_dtype(values.dtype):
                return values.dt.year.astype("float64")
            return numbers_of(values.map(lambda value: cell(value), na_action="ignore").astype("str"))
        case "date":
            return _dates(values)
        case "boolean":
            words = values.map(lambda value: cell(value).strip().lower(), na_action="ignore")
            held = words.map(
                lambda word: True if word in _TRUE else False if word in _FALSE else None, na_action="ignore"
            )
            held = held.astype(object).where(held.notna(), None)
            return held.astype(bool) if held.notna().all() else held
        case "category":
            return values.map(lambda value: cell(value), na_action="ignore").astype("category")
    return values


def _dates(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    if pd.api.types.is_numeric_dtype(values.dtype):
        held = values.dropna()
        if len(held) and held.between(1000, 2999).all():
            return pd.to_datetime(values.astype("Int64").astype("str"), format="%Y", errors="coerce")
        if len(held) and held.between(10_000_101, 29_991_231).all():
            return pd.to_datetime(values.astype("Int64").astype("str"), format="%Y%m%d", errors="coerce")
        unit = "ms" if len(held) and held.abs().max() > 1e11 else "s"
        return pd.to_datetime(values, unit=unit, errors="coerce")
    texts = values.map(lambda value: cell(value), na_action="ignore").astype("str")
    months = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    others = pd.to_datetime(texts, format="mixed", dayfirst=_days_first(texts), errors="coerce")
    return months if months.notna().sum() >= others.notna().sum() else others


def _days_first(texts: pd.Series) -> bool:
    parts = texts.dropna().str.extract(r"^(\d\d?)\D(\d\d?)\D")
    first = pd.to_numeric(parts[0], errors="coerce").max()
    return bool(first > 12) or texts.str.contains(r"^\d\d?\.\d\d?\.", na=False).any()
