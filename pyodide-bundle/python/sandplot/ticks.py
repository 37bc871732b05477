"""Ticks are placed once for each look at a figure. matplotlib asks an axis for its ticks about ten times while a figure is
measured and drawn, and finds them anew each time, which is most of what a simple chart costs. Between two such questions
nothing changes but what is part of the key below; axes that share their ticks with others, and those with ticks of their
own kind, are asked as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axis import Axis


@contextmanager
def placed_once() -> Iterator[None]:
    """While figures that no program changes any more are measured and drawn."""
    place = Axis._update_ticks
    placed: dict[Axis, tuple[Any, list[Any]]] = {}

    def update(axis: Axis) -> list[Any]:
        key = _key(axis)
        known = placed.get(axis)
        if key is not None and known is not None and known[0] == key:
            return known[1]
        ticks = place(axis)
        if key is not None:
            # What placing them has changed, such as the limits of an axis that nobody had asked yet, is part of it.
            placed[axis] = (_key(axis), ticks)
        return ticks

    Axis._update_ticks = update
    try:
        yield
    finally:
        Axis._update_ticks = place


def _key(axis: Axis) -> Any:
    axes = axis.axes
    if axes.name != "rectilinear" or len(axes._shared_axes[axis.axis_name].get_siblings(axes)) > 1:
        return None
    parts = []
    for ticker in (axis.major, axis.minor):
        words = getattr(ticker.formatter, "seq", None)
        parts.append((id(ticker.locator), id(ticker.formatter), id(words)))
    return (*axis.get_view_interval(), *axes.bbox.bounds, axes.get_figure(root=True).dpi, *parts)
