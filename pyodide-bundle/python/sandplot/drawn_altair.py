"""Reads the rows off a vega-lite specification: the columns that its channels name. What the chart itself sums up or bins is given as
it is before that."""

from __future__ import annotations

from typing import Any

from .drawn import MOST_CELLS, MOST_PANELS, most_rows
from .facts_altair import _rows, _views
from .text import cell, cut

_CHANNELS = ("column", "row", "facet", "color", "shape", "detail", "x", "x2", "y", "y2", "theta", "size", "text")


def of(spec: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"tables": _tables(spec), "trends": []}
    except Exception:  # noqa: BLE001 - a figure is shown whether its marks can be read or not
        return {"tables": [], "trends": []}


def _tables(spec: dict[str, Any]) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = []
    seen: set[str] = set()
    room = MOST_CELLS
    for view, data in _views(spec, spec.get("data")):
        rows = [row for row in _rows(data, spec) if isinstance(row, dict)]
        encoding = view.get("encoding") or {}
        fields = list(dict.fromkeys(field for name in _CHANNELS for field in _fields(encoding.get(name))))
        columns = [field for field in fields if rows and field in rows[0]]
        key = f"{id(data)} {columns}"
        if not columns or key in seen or room < 2 * len(columns):
            continue
        seen.add(key)
        most = most_rows(columns, len(rows), room)
        shown = [[cut(cell(row.get(name)), 200) for name in columns] for row in rows[:most]]
        room -= len(columns) * (len(shown) + 1)
        tables.append(
            {"title": "", "columns": [cut(name, 80) for name in columns], "rows": shown, "totalRows": len(rows)}
        )
    return tables[:MOST_PANELS]


def _fields(channel: Any) -> list[str]:
    given = channel if isinstance(channel, list) else [channel]
    return [str(one["field"]) for one in given if isinstance(one, dict) and isinstance(one.get("field"), str)]
