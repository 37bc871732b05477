"""Tables of marks that are no series: the boxes of a box plot and the cells of a heat map. Pure; who finds the marks is each
library's `drawn_*` module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .drawn import Panel, Series
from .text import cell

# Of a heat map that is given as it stands; a wider one has a row for each cell.
MOST_ACROSS = 24
BOX_COLUMNS = ["lowest", "lower quartile", "median", "upper quartile", "highest", "points beyond"]


@dataclass
class Box:
    name: str
    series: str
    low: float
    lower: float
    median: float
    upper: float
    high: float
    beyond: int


def box_of(values: Any, name: str, series: str) -> Box | None:
    """As plotly draws one: quartiles between neighbours, whiskers to the last value within one and a half boxes."""
    numbers = np.asarray(values, dtype=float)
    numbers = np.sort(numbers[np.isfinite(numbers)])
    if not len(numbers):
        return None
    lower, median, upper = np.percentile(numbers, [25, 50, 75], method="hazen")
    reach = 1.5 * (upper - lower)
    within = numbers[(numbers >= lower - reach) & (numbers <= upper + reach)]
    low, high = min(within[0], lower), max(within[-1], upper)
    return Box(name, series, low, lower, median, upper, high, int((numbers < low).sum() + (numbers > high).sum()))


def add_boxes(panel: Panel, boxes: Sequence[Box], place: str, value: str) -> None:
    """`place` and `value` are the words of the axes along which the boxes stand and along which they stretch."""
    if not boxes:
        return
    several = len({box.series for box in boxes}) > 1
    named = [" · ".join(filter(None, (box.name, box.series if several else ""))) for box in boxes]
    panel.series.append(Series("median", "box", named, [box.median for box in boxes]))
    head = [place or "box", *(["series"] if several else [])]
    rows = [
        [
            box.name,
            *([box.series] if several else []),
            *(cell(float(number)) for number in (box.low, box.lower, box.median, box.upper, box.high)),
            str(box.beyond),
        ]
        for box in boxes
    ]
    names = [f"{name} of {value}" if value and name == "median" else name for name in BOX_COLUMNS]
    panel.table = ([*head, *names], rows)


def add_grid(panel: Panel, values: Any, across: Sequence[str], down: Sequence[str], value: str) -> None:
    """`values` has a row for each of `down` and a column for each of `across`."""
    grid = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    if grid.ndim != 2 or grid.shape != (len(down), len(across)) or not grid.size:
        return
    places = [f"{row}, {column}" for row in down for column in across]
    panel.series.append(Series(value, "heatmap", places, grid.ravel()))
    if len(across) <= MOST_ACROSS:
        head = [" / ".join(filter(None, (panel.y, panel.x))) or "row", *across]
        panel.table = (head, [[row, *map(_written, numbers)] for row, numbers in zip(down, grid, strict=True)])
    else:
        head = [panel.y or "row", panel.x or "column", value or "value"]
        panel.table = (
            head,
            [[row, column, _written(grid[at, to])] for at, row in enumerate(down) for to, column in enumerate(across)],
        )


def _written(number: Any) -> str:
    return cell(float(number)) if np.isfinite(number) else ""
