"""Describes a table without giving its rows: names, types, missing and distinct values, ranges, common kinds.

The page shows all of it to the person and sends on what the person's level of privacy lets pass (app/disclosure.js): kinds and
samples, which quote cells, only where the person says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from . import bars
from .edits import Changes
from .kinds import Kinds
from .kinds import of as kinds_of
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


@dataclass
class Measured:
    """What the values of a column say, whatever it is called."""

    facts: dict[str, Any]
    kinds: Kinds | None
    bars: list[int]
    is_coded: bool = False


def measure(values: pd.Series, position: int) -> Measured:
    kinds = kinds_of(values)
    spread = bars.of(values, kinds) if position < PREVIEW_COLUMNS else []
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return Measured(_numbers(values.to_numpy()), kinds, spread)
    if kinds is not None:
        return Measured(_texts(kinds, len(values)), kinds, spread, _is_coded(kinds.values))
    missing = int(values.isna().sum())
    kind = _type(values, missing)
    facts: dict[str, Any] = {"type": kind, "missing": missing, "distinct": 0}
    if kind == "empty":
        return Measured(facts, kinds, spread)
    try:
        facts["distinct"] = int(values.nunique())
    except TypeError:  # lists and dicts from JSON cannot be compared by hash
        values = values.map(cell, na_action="ignore")
        facts["distinct"] = int(values.nunique())
    if kind in ("integer", "number"):
        facts.update(_range(values))
    elif kind == "date":
        facts.update(_dates(values))
    elif kind in ("text", "boolean"):
        counts = values.value_counts().head(SHOWN_KINDS)
        facts.update(_top([cell(kind) for kind in counts.index], len(values) - missing, facts["distinct"]))
    facts["samples"] = [cut(cell(value), LONGEST_KIND) for value in values.dropna().unique()[:SAMPLES]]
    is_coded = kind == "text" and _is_coded(values.dropna().unique())
    return Measured(facts, kinds, spread, is_coded)


def of(name: str, tables: Tables, changes: Changes, columns: list[Measured]) -> dict[str, Any]:
    """One table of the profile."""
    frame, units = tables[name], tables.units.get(name, {})
    described = [
        _column(cell(column), measured, units.get(cell(column)), len(frame), changes.types.get(source))
        for column, measured, source in zip(frame.columns, columns, changes.sources, strict=True)
    ]
    return {
        "name": name,
        "file": well_formed(tables.sources[name]),
        "fingerprint": tables.fingerprints[name],
        "rows": len(frame),
        "columns": described,
    }


def preview(name: str, frame: pd.DataFrame, changes: Changes, columns: list[Measured]) -> dict[str, Any]:
    """The first rows as text and how values are spread, for the person's own eyes: it stays in the tab."""
    head = frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    return {
        "name": name,
        "columns": [cell(column) for column in head.columns],
        "rows": [[cut(cell(value), 200) for value in row] for row in head.itertuples(index=False, name=None)],
        "sources": changes.sources,
        "leftOut": changes.left_out,
        "lost": changes.lost,
        "bars": [measured.bars for measured in columns[:PREVIEW_COLUMNS]],
    }


def _column(name: str, measured: Measured, unit: str | None, rows: int, wished: str | None) -> dict[str, Any]:
    described = {"name": name, **measured.facts}
    kind = described["type"]
    if unit and kind in ("integer", "number"):
        described["unit"] = unit
    if kind in ("integer", "text") and (_is_identifier(described, rows) or measured.is_coded):
        described["role"] = "identifier"
    elif kind == "text" and "top" in described:
        described["role"] = "category"
    if wished == "category":
        described["role"] = "category"
    return described


# Names under which tables keep keys.
_KEY = re.compile(
    r"(^|[^a-zA-Z])(id|ids|uuid|guid|key|isbn|ean|gtin|sku|iban|ssn|zip|plz|postcode|fips)([^a-zA-Z]|$)|[a-z](Id|ID|Key)$",
    re.I,
)
_CAMEL = re.compile(r"[a-z](Id|ID|Key|No)$")
_CODED = re.compile(r"0\d+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-f]{24,64}")

def _is_identifier(described: dict[str, Any], rows: int) -> bool:
    """Says which, not how much: a key by its name that hardly repeats."""
    name = described["name"]
    named = _KEY.search(name) or _CAMEL.search(name)
    return bool(named) and (described["distinct"] >= 0.5 * max(rows - described["missing"], 1) or "id" in name.lower())


def _is_coded(kinds: Any) -> bool:
    sample = list(kinds[:50])
    return (
        len(sample) > 0
        and all(isinstance(value, str) for value in sample)
        and (
            all(_CODED.fullmatch(value) for value in sample)
            or (
                all(value.isdigit() for value in sample)
                and any(value.startswith("0") and len(value) > 1 for value in kinds)
            )
        )
    )


def _texts(kinds: Kinds, rows: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "text" if len(kinds.values) else "empty",
        "missing": kinds.missing,
        "distinct": len(kinds.values),
    }
    if len(kinds.values):
        common = [cell(kinds.values[place]) for place in kinds.most_common(SHOWN_KINDS)]
        described.update(_top(common, rows - kinds.missing, len(kinds.values)))
        described["samples"] = [cut(cell(value), LONGEST_KIND) for value in kinds.values[:SAMPLES]]
    return described


def _numbers(values: np.ndarray) -> dict[str, Any]:
    """The common case without pandas' cost for every step: a table may have ten thousand columns."""
    held = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    missing = len(values) - len(held)
    described: dict[str, Any] = {"type": "empty", "missing": missing, "distinct": 0}
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


def _top(kinds: list[str], present: int, distinct: int) -> dict[str, list[str]]:
    """The most common kinds; nothing unless the values repeat often enough to be kinds."""
    if not 0 < distinct <= MOST_KINDS or (distinct > 2 and distinct * 2 > present):
        return {}
    if distinct <= 2 and present < 2 * distinct:
        return {}
    if sum(len(kind) for kind in kinds) > 2 * LONGEST_KIND * len(kinds):
        return {}
    return {"top": [cut(kind, LONGEST_KIND) for kind in kinds]}
