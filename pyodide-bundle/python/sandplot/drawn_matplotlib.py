"""Reads the series off a matplotlib figure: lines, points, bars, wedges, as they stand on it, with the words of its axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import UnitData
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.container import BarContainer, ErrorbarContainer, StemContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, Wedge
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter

from .boxes_matplotlib import boxes_of
from .drawn import MOST_SERIES, Panel, Series, described
from .drawn_summaries import add_boxes, add_grid
from .facts_matplotlib import (
    _bars,
    _finite,
    _is_colorbar,
    _line,
    _marks,
    _on_data,
    _words,
    title_of,
)
from .text import cell, instant


def of(figure: Figure) -> dict[str, Any]:
    try:
        return described([_panel(axes) for axes in figure.get_axes() if axes.get_visible() and not _is_colorbar(axes)])
    except Exception:  # noqa: BLE001 - a figure is shown whether its marks can be read or not
        return {"tables": [], "trends": []}


def _panel(axes: Axes) -> Panel:
    panel = Panel(title_of(axes), _words(axes.get_xlabel()), _words(axes.get_ylabel()))
    if axes.name not in ("rectilinear", "polar"):
        return panel
    names = _legend_names(axes)
    in_bars: set[int] = set()
    for container in axes.containers:
        if isinstance(container, BarContainer):
            in_bars.update(map(id, container.patches))
            panel.series.append(_of_bars(axes, container, names))
    lines = [] if _add_boxes(panel, axes) else _lines(axes, bool(in_bars))
    # More than these are strokes of something that is no series: whiskers, contours.
    if len(lines) < 5 or (len(lines) <= MOST_SERIES and not any(kind == "box" for kind, _ in _marks(axes))):
        panel.series += [_of_line(axes, line, names) for line in lines]
    _add_grids(panel, axes)
    for collection in axes.collections:
        if isinstance(collection, PathCollection) and collection.get_visible():
            offsets = np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype=float), np.nan)
            panel.series.append(
                Series(_name(collection, names), "scatter", offsets[:, 0], offsets[:, 1], _labels(axes.xaxis))
            )
    wedges = [patch for patch in axes.patches if isinstance(patch, Wedge)]
    if wedges:
        shares = [round(abs(wedge.theta2 - wedge.theta1) / 360, 6) for wedge in wedges]
        panel.series.append(Series("share", "pie", [_words(wedge.get_label(), 80) for wedge in wedges], shares))
        panel.x = panel.x or "part"
    if panel.series and all(_is_sideways(container) for container in axes.containers) and axes.containers:
        panel.x, panel.y = panel.y, panel.x
    return panel


def _add_boxes(panel: Panel, axes: Axes) -> bool:
    boxes = boxes_of(axes)
    if boxes is None:
        return False
    sideways, found = boxes
    label = _labels(axes.yaxis if sideways else axes.xaxis)
    if sideways:
        panel.x, panel.y = panel.y, panel.x
    add_boxes(panel, [replace(box, name=label(at)) for at, box in found], panel.x, panel.y)
    return True


def _add_grids(panel: Panel, axes: Axes) -> None:
    for mesh in axes.collections:
        if isinstance(mesh, QuadMesh) and mesh.get_visible() and mesh.get_array() is not None:
            corners = np.asarray(mesh.get_coordinates(), dtype=float)
            across, down = corners[0, :, 0], corners[:, 0, 1]
            shape = (len(down) - 1, len(across) - 1)
            values = np.ma.asarray(mesh.get_array())
            if values.size == shape[0] * shape[1]:
                _add_grid(panel, axes, values.reshape(shape), _middles(across), _middles(down), mesh)
    for image in axes.images:
        values = image.get_array()
        if values is not None and np.ndim(values) == 2 and image.get_visible():
            left, right, bottom, top = image.get_extent()
            rows, columns = values.shape
            across, down = np.linspace(left, right, columns + 1), np.linspace(bottom, top, rows + 1)
            down = down if image.origin == "lower" else down[::-1]
            _add_grid(panel, axes, values, _middles(across), _middles(down), image)


def _add_grid(panel: Panel, axes: Axes, values: Any, across: Any, down: Any, mappable: Any) -> None:
    of_x, of_y = _labels(axes.xaxis), _labels(axes.yaxis)
    bar = getattr(mappable, "colorbar", None)
    name = _words(bar.ax.get_ylabel() or bar.ax.get_xlabel(), 80) if bar is not None else ""
    add_grid(panel, values, [of_x(at) for at in across], [of_y(at) for at in down], name)


def _middles(edges: Any) -> Any:
    return (edges[:-1] + edges[1:]) / 2


def _lines(axes: Axes, beside_bars: bool) -> list[Line2D]:
    """Those that show a series; not what accompanies one, such as the ends of error bars."""
    minor: set[int] = set()
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            minor.update(id(cap) for cap in container.lines[1])
        if isinstance(container, StemContainer):
            minor.add(id(container.baseline))
    lines = []
    for line in axes.lines:
        x = line.get_xdata(orig=False)
        if id(line) in minor or not line.get_visible() or not len(x) or not _on_data(line, axes):
            continue
        # seaborn draws the uncertainty of a bar as an upright stroke.
        is_stroke = beside_bars and len(x) <= 4 and (np.ptp(x) == 0 or np.ptp(line.get_ydata(orig=False)) == 0)
        if not is_stroke and _finite(x, line.get_ydata(orig=False)):
            lines.append(line)
    return lines


def _of_bars(axes: Axes, container: BarContainer, names: dict[int, str]) -> Series:
    sideways = _is_sideways(container)
    kind, _ = _bars(container)
    bars = [patch for patch in container.patches if isinstance(patch, Rectangle)]
    # As they stand: a program may have put them in another order.
    bars.sort(key=lambda bar: bar.get_y() if sideways else bar.get_x())
    label = _labels(axes.yaxis if sideways else axes.xaxis)
    starts = [bar.get_y() if sideways else bar.get_x() for bar in bars]
    widths = [bar.get_height() if sideways else bar.get_width() for bar in bars]
    values = [bar.get_width() if sideways else bar.get_height() for bar in bars]
    if kind == "histogram":
        places: list[Any] = [
            f"{label(start)} to {label(start + width)}" for start, width in zip(starts, widths, strict=True)
        ]
        return Series(_name(container, names), kind, places, values)
    middles = [start + width / 2 for start, width in zip(starts, widths, strict=True)]
    return Series(_name(container, names), kind, middles, values, label)


def _is_sideways(container: Any) -> bool:
    return isinstance(container, BarContainer) and getattr(container, "orientation", "vertical") == "horizontal"


def _of_line(axes: Axes, line: Line2D, names: dict[int, str]) -> Series:
    kind, _ = _line(line)
    return Series(_name(line, names), kind, line.get_xdata(orig=False), line.get_ydata(orig=False), _labels(axes.xaxis))


def _legend_names(axes: Axes) -> dict[int, str]:
    """A legend may name what bears no name itself, in the order of drawing."""
    legend = axes.get_legend()
    if legend is None:
        return {}
    names = [_words(text.get_text(), 80) for text in legend.get_texts()]
    lines = [line for line in axes.lines if _on_data(line, axes) and len(line.get_xdata(orig=False))]
    unnamed = all(str(line.get_label()).startswith("_") for line in lines)
    return {id(line): name for line, name in zip(lines, names, strict=False)} if unnamed else {}


def _name(artist: Any, names: dict[int, str]) -> str:
    own = str(artist.get_label() or "")
    return names.get(id(artist), "") if own.startswith("_") or not own else _words(own, 80)


def _labels(axis: Axis) -> Callable[[Any], str]:
    """How an axis writes a place: as a date, as a kind, or as the number it is."""
    units, locator = getattr(axis, "units", None), axis.get_major_locator()
    # Ticks that were given other words show those, whatever kinds the axis once had.
    if isinstance(units, UnitData) and not isinstance(locator, FixedLocator):
        kinds = {place: name for name, place in units._mapping.items()}
        return lambda value: kinds.get(round(float(value)), cell(value))
    period = getattr(axis.axes, "freq", None)
    if period is not None and axis is axis.axes.xaxis:
        # pandas counts periods from 1970.
        return lambda value: str(pd.Period(ordinal=int(value), freq=period))
    if isinstance(locator, dates.DateLocator):
        return lambda value: instant(dates.num2date(value).replace(tzinfo=None, microsecond=0)).replace("T", " ")
    formatter = axis.get_major_formatter()
    if isinstance(locator, FixedLocator) or isinstance(formatter, FixedFormatter):
        texts = [str(text) for text in formatter.format_ticks(axis.get_majorticklocs())]
        ticks = {float(at): text for at, text in zip(axis.get_majorticklocs(), texts, strict=False)}
        # Numbers that somebody wrote there name a place, such as the middle of a cell, and none beside it.
        reach = 0.5 if any(_is_word(text) for text in texts) else 1e-6 * _is_given(formatter)
        if reach:
            return lambda value: _nearest(ticks, float(value), reach)
    return lambda value: cell(float(value))


def _nearest(ticks: dict[float, str], value: float, reach: float) -> str:
    """Bars side by side stand beside their tick."""
    near = min(ticks, key=lambda at: abs(at - value))
    return _words(ticks[near], 80) if abs(near - value) < reach else cell(value)


def _is_given(formatter: Formatter) -> bool:
    """The texts were given one by one (`set_xticklabels`), and are not made of the numbers where they stand."""
    function = getattr(formatter, "func", None)
    return isinstance(formatter, FixedFormatter) or getattr(function, "func", None) is Axis._format_with_dict


def _is_word(text: str) -> bool:
    try:
        float(text.replace("\N{MINUS SIGN}", "-").replace(",", "") or "0")
    except ValueError:
        return True
    return False
