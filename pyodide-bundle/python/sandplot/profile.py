"""Describes a table without giving its rows: names, types, missing and distinct values, ranges, common kinds.

The page shows all of it to the person and sends on what the person's level of privacy lets pass (app/disclosure.js): kinds and
samples, which quote cells, only where the person says so.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from . import bars
from .edits import Changes
from .tables import Tables
from .text import cell, cut, instant, number, well_formed

MOST_KINDS = 50
SHOWN_KINDS = 8
LONGEST_KIND = 40
SAMPLES = 5

PREVIEW_ROWS = 20
PREVIEW_COLUMNS = 200

_TYPES = {
    "string": "text",
    "boolean": "boolean",
    "integer": "integer",
    "floating": "number",
    "decimal": "number",
    "mixed-integer-float": "number",
    "date": "date",
    "datetime": "date",
    "datetime64": "date",
    "timedelta": "duration",
    "timedelta64": "duration",
    "time": "text",
    "categorical": "text",
    "empty": "empty",
}


def of(name: str, tables: Tables, changes: Changes | None) -> dict[str, Any]:
    """One table of the profile."""
    frame, units = tables[name], tables.units.get(name, {})
    columns = [_column(values, column, units.get(cell(column))) for column, values in frame.items()]
    if changes:
        for column, source in zip(columns, changes.sources, strict=True):
            if changes.types.get(source) == "category":
                column["role"] = "category"
    return {
        "name": name,
        "file": well_formed(tables.sources[name]),
        "fingerprint": tables.fingerprints[name],
        "rows": len(frame),
        "columns": columns,
    }


def preview(name: str, frame: pd.DataFrame, changes: Changes | None) -> dict[str, Any]:
    """The first rows as text and how values are spread, for the person's own eyes: it stays in the tab."""
    head = frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    changes = changes or Changes(sources=[cell(column) for column in frame.columns])
    return {
        "name": name,
        "columns": [cell(column) for column in head.columns],
        "rows": [[cut(cell(value), 200) for value in row] for row in head.itertuples(index=False, name=None)],
        "sources": changes.sources,
        "leftOut": changes.left_out,
        "lost": changes.lost,
        "bars": [bars.of(frame.iloc[:, i]) for i in range(min(len(frame.columns), PREVIEW_COLUMNS))],
    }


def _column(values: pd.Series, name: Any, unit: str | None) -> dict[str, Any]:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        described = _numbers(values.to_numpy(), name)
        if unit:
            described["unit"] = unit
        if described["type"] == "integer" and _is_identifier(described, len(values)):
            described["role"] = "identifier"
        return described
    missing = int(values.isna().sum())
    kind = _type(values, missing)
    described: dict[str, Any] = {"name": cell(name), "type": kind, "missing": missing, "distinct": 0}
    if kind == "empty":
        return described
    try:
        described["distinct"] = int(values.nunique())
    except TypeError:  # lists and dicts from JSON cannot be compared by hash
        values = values.map(cell, na_action="ignore")
        described["distinct"] = int(values.nunique())
    if kind in ("integer", "number"):
        described.update(_range(values))
    elif kind == "date":
        described.update(_dates(values))
    elif kind in ("text", "boolean"):
        top = _top(values, len(values) - missing, described["distinct"])
        if top:
            described["top"] = top
        role = _role(described, values, len(values))
        if role:
            described["role"] = role
    if kind != "empty":
        described["samples"] = [cut(cell(value), LONGEST_KIND) for value in values.dropna().unique()[:SAMPLES]]
    return described


def _role(described: dict[str, Any], values: pd.Series, rows: int) -> str | None:
    if described["type"] == "text" and (_is_identifier(described, rows) or _is_coded(values)):
        return "identifier"
    if described["type"] != "text" or "top" not in described:
        return None
    words = {kind.strip().lower() for kind in described["top"]}
    return "yes/no" if words in _YES_NO else "category"


# Names under which tables keep keys.
_KEY = re.compile(
    r"(^|[^a-zA-Z])(id|ids|uuid|guid|key|isbn|ean|gtin|sku|iban|ssn|zip|plz|postcode|fips)([^a-zA-Z]|$)|[a-z](Id|ID|Key)$",
    re.I,
)
_CAMEL = re.compile(r"[a-z](Id|ID|Key|No)$")
_CODED = re.compile(r"0\d+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-f]{24,64}")
_YES_NO = (
    {"yes", "no"},
    {"y", "n"},
    {"true", "false"},
    {"t", "f"},
    {"ja", "nein"},
    {"oui", "non"},
    {"si", "no"},
    {"sí", "no"},
)


def _is_identifier(described: dict[str, Any], rows: int) -> bool:
    """Says which, not how much: a key by its name that hardly repeats."""
    name = described["name"]
    named = _KEY.search(name) or _CAMEL.search(name)
    return bool(named) and (described["distinct"] >= 0.5 * max(rows - described["missing"], 1) or "id" in name.lower())


def _is_coded(values: pd.Series) -> bool:
    sample = values.dropna().head(50)
    return (
        len(sample) > 0
        and all(isinstance(value, str) for value in sample)
        and (
            all(_CODED.fullmatch(value) for value in sample)
            or (
                all(value.isdigit() for value in sample)
                and any(value.startswith("0") and len(value) > 1 for value in values.dropna())
            )
        )
    )


def _numbers(values: np.ndarray, name: Any) -> dict[str, Any]:
    """The common case without pandas' cost for every step: a table may have ten thousand columns."""
    held = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    missing = len(values) - len(held)
    described: dict[str, Any] = {"name": cell(name), "type": "empty", "missing": missing, "distinct": 0}
    if len(held):
        # Integers with gaps come as floats; to a reader they are still integers.
        is_whole = values.dtype.kind != "f" or (missing > 0 and bool((held == np.floor(held)).all()))
        described["type"] = "integer" if is_whole and np.isfinite(held).all() else "number"
        described["distinct"] = len(pd.unique(held))
        finite = held[np.isfinite(held)]
        if len(finite):
            described["min"], described["max"] = _short(number(finite.min())), _short(number(finite.max()))
            places = [len(finite) // 4, len(finite) // 2, 3 * len(finite) // 4]
            parted = np.partition(finite, places)
            described["quantiles"] = [_short(number(parted[place])) for place in places]
        described["samples"] = [cell(value) for value in pd.unique(held[:1000])[:SAMPLES]]
    return described


def _type(values: pd.Series, missing: int) -> str:
    if missing == len(values):
        return "empty"
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return "text"
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    if pd.api.types.is_integer_dtype(kind):
        return "integer"
    if pd.api.types.is_numeric_dtype(kind):
        return "number" if missing == 0 or not _is_whole(values) else "integer"
    if pd.api.types.is_datetime64_any_dtype(kind):
        return "date"
    if pd.api.types.is_timedelta64_dtype(kind):
        return "duration"
    if isinstance(kind, pd.StringDtype):
        return "text"
    return _TYPES.get(pd.api.types.infer_dtype(values, skipna=True), "mixed")


def _is_whole(values: pd.Series) -> bool:
    """Integers with gaps come as floats; to a reader they are still integers."""
    held = values.dropna().to_numpy()
    return bool(np.isfinite(held).all() and (held == np.floor(held)).all())


def _range(values: pd.Series) -> dict[str, Any]:
    held = pd.to_numeric(values, errors="coerce").dropna()
    if pd.api.types.is_float_dtype(held.dtype):
        held = held[np.isfinite(held)]
    if held.empty:
        return {}
    least, most = number(held.min()), number(held.max())
    return {} if least is None or most is None else {"min": _short(least), "max": _short(most)}


def _short(value: int | float | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() and abs(value) <= 2**53 else float(f"{value:.12g}")


def _dates(values: pd.Series) -> dict[str, Any]:
    try:
        held = values.dropna()
        return {"min": instant(held.min()), "max": instant(held.max())}
    except (TypeError, ValueError, AttributeError):
        return {}


def _top(values: pd.Series, present: int, distinct: int) -> list[str]:
    """The most common kinds; nothing unless the values repeat often enough to be kinds."""
    if not 0 < distinct <= MOST_KINDS or (distinct > 2 and distinct * 2 > present):
        return []
    if distinct <= 2 and present < 2 * distinct:
        return []
    counts = values.value_counts().head(SHOWN_KINDS)
    kinds = [cell(kind) for kind in counts.index]
    if sum(len(kind) for kind in kinds) > 2 * LONGEST_KIND * len(kinds):
        return []
    return [cut(kind, LONGEST_KIND) for kind in kinds]
