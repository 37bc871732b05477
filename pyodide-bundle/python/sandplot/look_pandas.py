"""pandas' own plots in the look: unless a program says otherwise they leave the grid of a panel as they found it, and the names below
their bars lie flat. Names that run into each other are turned in layout.py, as everybody's are. Applied once, with look_matplotlib.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from matplotlib.figure import Figure

from .look_matplotlib import draw_grid, grid


def apply() -> None:
    from pandas.plotting._matplotlib import core

    plot = core.MPLPlot
    begin, adorn = plot.__init__, plot._adorn_subplots

    @wraps(begin)
    def __init__(self: Any, *given: Any, **settings: Any) -> None:
        # pandas takes the one setting of matplotlib's for both directions.
        self.leaves_grid = settings.get("grid") is None
        begin(self, *given, **settings)

    @wraps(adorn)
    def _adorn_subplots(self: Any, fig: Figure) -> None:
        panels = [getattr(axes, "right_ax", axes) for axes in self.axes] if self.leaves_grid else []
        before = [(axes, grid(axes)) for axes in panels]
        adorn(self, fig)
        for axes, drawn in before:
            draw_grid(axes, drawn)

    plot.__init__, plot._adorn_subplots = __init__, _adorn_subplots
    core.BarPlot._default_rot = 0
