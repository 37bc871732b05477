"""Reads the rows off a vega-lite specification: the columns that its channels name, or what the chart sums up of them. What it bins is
given as it is before that."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from .drawn import MOST_CELLS, MOST_PANELS, MOST_SERIES, Panel, Series, described, most_rows
from .facts_altair import _is_binned, _label, _panel, _rows, _title, _views
from .text import cell, cut

_CHANNELS = ("column", "row", "facet", "color", "shape", "detail", "x", "x2", "y", "y2", "theta", "size", "text")


def of(spec: dict[str, Any]) -> dict[str, Any]:
    try:
        views = list(_views(spec, spec.get("data")))
        panels = [_summed(view, _rows(data, spec), spec) for view, data in views[:MOST_PANELS]]
        drawn = described([panel for panel, _ in panels])
        # Of what stands on the chart as it stands in the data, all columns that have a channel are more to read.
        is_summed = bool(drawn["tables"]) and all(summed for panel, summed in panels if panel.series)
        return {"tables": drawn["tables"] if is_summed else _tables(spec), "trends": drawn["trends"]}
    except Exception:  # noqa: BLE001 - a figure is shown whether its marks can be read or not
        return {"tables": [], "trends": []}


_WORKS = {
    "sum": "sum",
    "mean": "mean",
    "average": "mean",
    "median": "median",
    "min": "min",
    "max": "max",
    "distinct": "nunique",
    "count": "size",
}


def _summed(view: dict[str, Any], rows: list[Any], spec: dict[str, Any]) -> tuple[Panel, bool]:
    """The series of a view, and whether the chart sums its rows up."""
    encoding = view.get("encoding") or {}
    x, y, theta = (_channel(encoding, name) for name in ("x", "y", "theta"))
    colour = next((_channel(encoding, name) for name in ("color", "fill", "stroke") if name in encoding), {})
    if theta:
        place, value, colour = colour, theta, {}
    elif _is_measure(y) and not (_is_measure(x) and x.get("aggregate") and not y.get("aggregate")):
        place, value = x, y
    else:
        place, value = y, x
    kind = _panel(view, None, spec)["kinds"][0]
    if kind == "heatmap" and colour.get("type") == "quantitative" and not colour.get("aggregate"):
        return _cells(view, rows, x.get("field"), y.get("field"), colour.get("field")), False
    panel = Panel(_title(view.get("title")), _label(place), _label(value))
    work = value.get("aggregate")
    frame = pd.DataFrame([row for row in rows if isinstance(row, dict)])
    field, at = value.get("field"), place.get("field")
    is_known = at in frame and (field in frame or work == "count") and (work is None or work in _WORKS)
    is_plain = not any(_is_binned(one) or "timeUnit" in one for one in (place, value))
    if not is_known or not is_plain or not _is_measure(value):
        return panel, False
    by = colour.get("field") if colour.get("type") in ("nominal", "ordinal") and colour.get("field") in frame else None
    if place.get("type") in ("quantitative", "temporal"):
        frame = frame.sort_values(at, kind="stable")
    kinds: list[tuple[Hashable, pd.DataFrame]] = (
        list(frame.groupby(by, sort=False)) if by is not None and by != at else [("", frame)]
    )
    for name, group in kinds[:MOST_SERIES]:
        if work == "count":
            found = group.groupby(at, sort=False).size()
        elif work:
            found = group.groupby(at, sort=False)[field].agg(_WORKS[work])
        else:
            found = group.set_index(at)[field]
        panel.series.append(Series(cell(name), kind, list(found.index), list(found)))
    return panel, bool(work)


def _cells(view: dict[str, Any], rows: list[Any], across: Any, down: Any, value: Any) -> Panel:
    panel = Panel(_title(view.get("title")), str(across), str(down))
    whole = [row for row in rows if isinstance(row, dict) and all(name in row for name in (across, down, value))]
    places = [f"{cell(row[down])}, {cell(row[across])}" for row in whole]
    panel.series.append(Series("", "heatmap", places, [row[value] for row in whole]))
    return panel


def _channel(encoding: dict[str, Any], name: str) -> dict[str, Any]:
    given = encoding.get(name)
    return given if isinstance(given, dict) else {}


def _is_measure(channel: dict[str, Any]) -> bool:
    return channel.get("type") == "quantitative" or channel.get("aggregate") in _WORKS


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
