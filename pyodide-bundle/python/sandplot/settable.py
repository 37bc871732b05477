"""What the page's controls can change on a panel that was drawn: which of its axes could be logarithmic, and whether its bars can be
put in order. Told with the facts, since only the figure knows; how the program is changed for it is the page's.

`logs` names axes of numbers above zero. `sortable` says where the first of the bars stands and the others follow: to the `right`,
`up` or `down`; "" where they are no single series of named bars with nothing that would have to move along.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import UnitData
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

LEAST_BARS = 2
MOST_VALUES = 100_000


def _carefully(find: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A figure is shown whether it can be set or not."""

    @functools.wraps(find)
    def found(*given: Any) -> dict[str, Any]:
        try:
            return find(*given)
        except Exception:  # noqa: BLE001 - axes, scales and formatters may be a program's own
            return {"logs": [], "sortable": ""}

    return found


@_carefully
def of_axes(axes: Axes) -> dict[str, Any]:
    """Of a panel of matplotlib's."""
    if axes.name != "rectilinear" or axes.images:
        return {"logs": [], "sortable": ""}
    low, least = axes.dataLim.min, axes.dataLim.minpos
    logs = [
        name
        for at, (name, axis) in enumerate((("x", axes.xaxis), ("y", axes.yaxis)))
        if _has_numbers(axis) and low[at] >= 0 and math.isfinite(least[at])
    ]
    bars = axes.containers
    is_plain = not (axes.collections or axes.texts or any(map(_is_seen, axes.lines)))
    if len(bars) != 1 or not isinstance(bars[0], BarContainer) or not is_plain or len(bars[0]) < LEAST_BARS:
        return {"logs": logs, "sortable": ""}
    sideways = bars[0].orientation == "horizontal"
    axis = axes.yaxis if sideways else axes.xaxis
    if axis.get_scale() != "linear" or not _has_names(axis) or len(axis.get_majorticklocs()) != len(bars[0]):
        return {"logs": logs, "sortable": ""}
    turned = axis.get_inverted()
    return {"logs": logs, "sortable": ("down" if turned else "up") if sideways else ("" if turned else "right")}


@_carefully
def of_traces(traces: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """Of a panel of plotly's, by its traces and its two axes."""
    cartesian = all(str(trace.get("type") or "scatter") in _CARTESIAN for trace in traces)
    if not traces or not cartesian:
        return {"logs": [], "sortable": ""}
    logs = [
        name
        for name, axis in (("x", x), ("y", y))
        if str(axis.get("type") or "linear") in ("-", "linear", "log")
        and all(_is_positive(trace.get(name)) for trace in traces if trace.get(name) is not None)
    ]
    sideways = traces[0].get("orientation") == "h"
    kinds, axis = ("y", y) if sideways else ("x", x)
    named = str(axis.get("type") or "category") == "category" and all(_are_names(trace.get(kinds)) for trace in traces)
    bars = all(trace.get("type") == "bar" and (trace.get("orientation") == "h") == sideways for trace in traces)
    if not bars or not named:
        return {"logs": logs, "sortable": ""}
    turned = axis.get("autorange") == "reversed"
    return {"logs": logs, "sortable": ("down" if turned else "up") if sideways else ("" if turned else "right")}


@_carefully
def of_encoding(mark: str, encoding: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """Of a view of altair's."""
    x, y = encoding.get("x") or {}, encoding.get("y") or {}
    # What begins at zero has no place to begin at on a logarithmic axis of vega's.
    begins_at_zero = mark in ("bar", "area", "arc", "rect")
    logs = [
        name
        for name, channel in (("x", x), ("y", y))
        if not begins_at_zero and channel.get("type") == "quantitative" and _is_above_zero(channel, rows)
    ]
    sortable = ""
    if mark == "bar" and "xOffset" not in encoding and "yOffset" not in encoding:
        if _is_kind(x) and y.get("type") == "quantitative":
            sortable = "right"
        elif _is_kind(y) and x.get("type") == "quantitative":
            sortable = "down"
    return {"logs": logs, "sortable": sortable}


_CARTESIAN = ("bar", "box", "histogram", "scatter", "scattergl", "violin")


def _is_seen(line: Line2D) -> bool:
    """seaborn draws the uncertainty of a bar of one value as a stroke of nothing."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data(orig=False))
    return bool((np.isfinite(x) & np.isfinite(y)).any())


def _has_numbers(axis: Axis) -> bool:
    if _has_names(axis) or isinstance(axis.get_major_locator(), dates.DateLocator):
        return False
    # pandas writes dates on an axis of its own.
    return getattr(axis.axes, "freq", None) is None or axis is not axis.axes.xaxis


def _has_names(axis: Axis) -> bool:
    """Whether words stand at its ticks, or numbers that are not those of their places."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return isinstance(getattr(axis, "units", None), UnitData)
    places = axis.get_majorticklocs()
    texts = axis.get_major_formatter().format_ticks(places)
    return any(text and not _is_number(text, place) for text, place in zip(texts, places, strict=False))


def _is_number(text: str, place: float) -> bool:
    try:
        return math.isclose(float(text.replace("\N{MINUS SIGN}", "-").replace(",", "")), place, rel_tol=1e-3)
    except ValueError:
        # Mathematical text, as on a logarithmic axis.
        return text.startswith("$")


def _is_positive(values: Any) -> bool:
    """Bytes with their type are numbers; whether they are above zero is for plotly to show: it leaves out the others."""
    if isinstance(values, dict):
        return "bdata" in values
    if not isinstance(values, list) or not values:
        return False
    some = [value for value in values[:MOST_VALUES] if value is not None]
    return bool(some) and all(isinstance(value, (int, float)) and value >= 0 for value in some)


def _are_names(values: Any) -> bool:
    return isinstance(values, list) and len(values) >= LEAST_BARS and all(isinstance(value, str) for value in values)


def _is_above_zero(channel: dict[str, Any], rows: list[Any]) -> bool:
    field = channel.get("field")
    if channel.get("bin") or not isinstance(field, str):
        return channel.get("aggregate") == "count"
    values = [row.get(field) for row in rows[:MOST_VALUES] if isinstance(row, dict)]
    numbers = [value for value in values if isinstance(value, (int, float))]
    return bool(numbers) and min(numbers) >= 0 and max(numbers) > 0


def _is_kind(channel: dict[str, Any]) -> bool:
    return channel.get("type") in ("nominal", "ordinal") and "field" in channel
