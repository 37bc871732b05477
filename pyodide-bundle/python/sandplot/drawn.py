"""What a figure shows, as tables and in a few numbers: for those who read it instead of seeing it. Each library's marks are found by
its own `drawn_*` module; this one only knows series. Everything is bounded, and a figure whose marks are not understood has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from .text import cell, cut, number, well_formed

MOST_PANELS = 12
MOST_SERIES = 24
MOST_ROWS = 1000
# Of all tables of a figure.
MOST_CELLS = 20_000
# Of those that are told in words.
MOST_TRENDS = 6


@dataclass
class Series:
    name: str
    kind: str  # as the facts call it: line, bar, scatter
    x: Sequence[Any]
    y: Sequence[Any]
    label: Callable[[Any], str] = cell  # how the figure writes an x


@dataclass
class Panel:
    title: str
    x: str
    y: str
    series: list[Series] = field(default_factory=list)
    # Names of columns and rows, where the marks are no series and have a table of their own.
    table: tuple[list[str], list[list[str]]] | None = None


def described(panels: list[Panel]) -> dict[str, Any]:
    """`tables` for the figure, `trends` for its facts."""
    with_marks = [panel for panel in panels if any(len(series.x) for series in panel.series)][:MOST_PANELS]
    tables: list[dict[str, Any]] = []
    room = MOST_CELLS
    for panel in with_marks:
        table = _table(panel, room)
        room -= len(table["columns"]) * (len(table["rows"]) + 1)
        if room < 0:
            break
        tables.append(table)
    every = [(panel.title if len(with_marks) > 1 else "", one) for panel in with_marks for one in panel.series]
    trends = (trend for trend in (_trend(one, title) for title, one in every[:MOST_SERIES]) if trend is not None)
    return {"tables": tables, "trends": list(islice(trends, MOST_TRENDS))}


def _table(panel: Panel, room: int) -> dict[str, Any]:
    if panel.table is not None:
        columns, rows = panel.table
        return _bounded(panel.title, columns, rows[: most_rows(columns, len(rows), room)], len(rows))
    series = [one for one in panel.series if len(one.x)][:MOST_SERIES]
    first = series[0]
    x, y = panel.x or "x", panel.y or "y"
    places = _places(first)
    if all(one is first or (len(one.x) == len(first.x) and _places(one) == places) for one in series):
        names = [one.name or (y if len(series) == 1 else f"{y} {at + 1}") for at, one in enumerate(series)]
        columns, total = [x, *names], len(first.x)
        most = most_rows(columns, total, room)
        rows = [
            [place, *(cell(value) for value in values)]
            for place, *values in zip(places[:most], *(one.y[:most] for one in series), strict=False)
        ]
    else:
        columns, total = ["series", x, y], sum(len(one.x) for one in series)
        most = most_rows(columns, total, room)
        rows = [
            [one.name, one.label(at), cell(value)]
            for one in series
            for at, value in zip(one.x[:most], one.y[:most], strict=False)
        ][:most]
    return _bounded(panel.title, columns, rows, total)


def _bounded(title: str, columns: list[str], rows: list[list[str]], total: int) -> dict[str, Any]:
    return {
        "title": title,
        "columns": [well_formed(cut(name, 80)) for name in columns],
        "rows": [[well_formed(cut(value, 200)) for value in row] for row in rows],
        "totalRows": total,
    }


def most_rows(columns: list[str], total: int, room: int) -> int:
    """How many of a table's rows fit into a room of so many cells, beside its names."""
    return max(0, min(MOST_ROWS, total, room // len(columns) - 1))


def _places(series: Series) -> list[str]:
    return [series.label(at) for at in series.x[:MOST_ROWS]]


def _trend(series: Series, panel: str) -> dict[str, Any] | None:
    """Where a series begins, ends, is lowest and highest. `panel` is the title of its panel if there are several."""
    try:
        values = np.asarray(series.y)
        if values.dtype.kind not in "iuf":
            values = np.asarray(pd.to_numeric(pd.Series(list(series.y)), errors="coerce"))
        values = values.astype(float)
    except (TypeError, ValueError):
        return None
    there = np.flatnonzero(np.isfinite(values))
    if len(there) < 2:
        return None
    low, high = there[values[there].argmin()], there[values[there].argmax()]
    ends = {"first": there[0], "last": there[-1], "low": low, "high": high}
    marks = {
        name: {"x": well_formed(cut(series.label(series.x[at]), 80)), "y": number(values[at])}
        for name, at in ends.items()
    }
    name = ", ".join(dict.fromkeys(word for word in (panel, series.name) if word))
    return {"series": well_formed(cut(name, 80)), "kind": series.kind, **marks}
