"""The look in matplotlib's terms: a dict of its settings, two colour maps, and numbers at the axes that can be read. Applied once
before a snapshot is taken, so it costs a start nothing.

What can only be decided when all is drawn (which lines of the grid help, and which cross the data; what parts bars and wedges that touch;
where half a year or half a person is no place for a label) is done by `settle`, just before a figure is measured; the figure is as it was once
it has been drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib import scale
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Wedge
from matplotlib.text import Text
from matplotlib.ticker import AutoLocator, ScalarFormatter

from . import look

STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "figure.figsize": (7.2, 4.6),
    "figure.max_open_warning": 0,
    "figure.facecolor": look.GROUND,
    "figure.titlesize": look.TITLE + 1,
    "figure.titleweight": 600,
    "savefig.facecolor": "auto",
    "text.color": look.INK,
    "font.family": ["sans-serif"],
    "font.sans-serif": [look.FAMILY, "DejaVu Sans"],
    "font.size": look.LABEL,
    "axes.facecolor": look.GROUND,
    "axes.prop_cycle": cycler(color=look.CATEGORICAL),
    "axes.titlesize": look.TITLE,
    "axes.titleweight": 600,
    "axes.titlelocation": "left",
    "axes.titlecolor": look.INK,
    "axes.titlepad": 14,
    "axes.labelsize": look.LABEL,
    "axes.labelcolor": look.SOFT,
    "axes.labelpad": 7,
    "axes.linewidth": 0.9,
    "axes.edgecolor": look.AXIS,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.xmargin": 0.03,
    # Neither 1e6 above an axis nor an offset that has to be added in the head: see Numbers.
    "axes.formatter.limits": (-5, 15),
    "axes.formatter.useoffset": False,
    "grid.color": look.GRID,
    "grid.linewidth": 0.9,
    "xtick.color": look.AXIS,
    "ytick.color": look.AXIS,
    "xtick.labelcolor": look.SOFT,
    "ytick.labelcolor": look.SOFT,
    "xtick.labelsize": look.TICK,
    "ytick.labelsize": look.TICK,
    "xtick.major.size": 4,
    "xtick.major.width": 0.9,
    "xtick.major.pad": 5,
    "xtick.minor.size": 2,
    "ytick.major.size": 0,
    "ytick.major.pad": 7,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "legend.fontsize": look.TICK,
    "legend.title_fontsize": look.TICK,
    "legend.labelcolor": look.INK,
    "legend.handlelength": 1.4,
    "legend.borderaxespad": 0.6,
    "image.cmap": "dune",
    "lines.linewidth": look.LINE,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "patch.linewidth": 0.7,
    "scatter.edgecolors": "face",
    "boxplot.medianprops.color": look.INK,
    "boxplot.medianprops.linewidth": 1.6,
    "boxplot.boxprops.color": look.SOFT,
    "boxplot.whiskerprops.color": look.SOFT,
    "boxplot.capprops.color": look.SOFT,
    "boxplot.flierprops.markeredgecolor": look.SOFT,
    "boxplot.flierprops.markersize": 4,
    "errorbar.capsize": 2.5,
}

MOST_PARTED = 120

_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


class Numbers(ScalarFormatter):
    """matplotlib's own numbers, with marks between the thousands, and millions as such where all of them are round."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        text = super().__call__(x, pos)
        places = [float(at) for at in self.locs]
        largest = max(map(abs, places), default=0.0)
        if not text or self.orderOfMagnitude or self.offset or largest < 10_000:
            return text
        # A program that asks for plain numbers wants each digit.
        units = _UNITS if self._scientific else ()
        for unit, letter in (*units, (1, "")):
            digits = _digits([at / unit for at in places], 2 if letter else 4) if largest >= unit else None
            if digits is not None:
                return self.fix_minus(f"{x / unit:,.{digits}f}{letter}") if x else "0"
        return text


def _digits(values: list[float], most: int) -> int | None:
    """How few places tell these numbers exactly; None if more would."""
    for digits in range(most + 1):
        if all(abs(value - round(value, digits)) < 1e-6 for value in values):
            return digits
    return None


def apply() -> None:
    for name, colours in (("dune", look.DUNE), ("tide", look.TIDE)):
        colour_map = LinearSegmentedColormap.from_list(name, colours)
        for each in (colour_map, colour_map.reversed()):
            matplotlib.colormaps.register(each, force=True)
    # What a linear axis and a colour bar write unless they are told otherwise.
    scale.ScalarFormatter = Numbers
    matplotlib.rcParams.update(STYLE)


def settle(figure: Figure) -> Callable[[], None] | None:
    """Suits grid and ticks of each panel to its marks and parts bars that touch, where the program left them as they were; the returned
    function takes that back."""
    undo: list[Callable[[], None]] = []
    for axes in figure.get_axes():
        try:
            _suit(axes, undo)
        except Exception:  # noqa: BLE001, S110 - a figure is shown whether its marks are of a known kind or not
            pass

    def restore() -> None:
        for step in undo:
            step()

    return restore if undo else None


def _suit(axes: Axes, undo: list[Callable[[], None]]) -> None:
    if axes.get_visible() and axes.axison and axes.name == "rectilinear" and grid(axes) == (False, True):
        wanted = _wanted(axes)
        if wanted != (False, True):
            draw_grid(axes, wanted)
            undo.append(lambda: draw_grid(axes, (False, True)))
    for locator in _of_whole_numbers(axes):
        locator.set_params(integer=True)
        undo.append(lambda locator=locator: locator.set_params(integer=False))
    for mark in _touching(axes):
        # Not by a setting: surfaces in three dimensions would be parted as well.
        mark.set_edgecolor(axes.get_facecolor())
        undo.append(lambda mark=mark: mark.set_edgecolor(None))
    for text in _on_dark(axes):
        text.set_color(look.GROUND)
        undo.append(lambda text=text: text.set_color(look.INK))


def _touching(axes: Axes) -> list[Any]:
    """Bars and wedges whose edges the program said nothing about; not of a panel that has so many that edges would cover them."""
    marks = [bar for bar, _ in _bars(axes)] + [patch for patch in axes.patches if isinstance(patch, Wedge)]
    return [mark for mark in marks if mark._original_edgecolor is None] if len(marks) <= MOST_PARTED else []


def _on_dark(axes: Axes) -> list[Text]:
    """Shares that are written in a wedge on which the usual ink is harder to read than the ground's colour."""
    wedges = [patch for patch in axes.patches if isinstance(patch, Wedge)]
    found = []
    for text in axes.texts if wedges else []:
        under = [wedge for wedge in wedges if _is_in(wedge, text.get_position())]
        if under and to_hex(text.get_color()) == look.INK:
            darkness = _luminance(under[-1].get_facecolor()) + 0.05
            if (_luminance(look.GROUND) + 0.05) / darkness > darkness / (_luminance(look.INK) + 0.05):
                found.append(text)
    return found


def _is_in(wedge: Wedge, place: tuple[float, float]) -> bool:
    across, up = place[0] - wedge.center[0], place[1] - wedge.center[1]
    width = wedge.r if wedge.width is None else wedge.width
    angle = np.degrees(np.arctan2(up, across))
    turn = (angle - wedge.theta1) % 360
    return bool(wedge.r - width <= np.hypot(across, up) <= wedge.r and turn <= abs(wedge.theta2 - wedge.theta1))


def _luminance(colour: Any) -> float:
    """As WCAG 2 defines it, from 0 to 1."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _of_whole_numbers(axes: Axes) -> list[AutoLocator]:
    """What chooses the ticks of the axes along which all marks stand at whole numbers: years, counts."""
    if axes.name != "rectilinear" or axes.images or not all(isinstance(each, PathCollection) for each in axes.collections):
        return []
    places: tuple[list[Any], list[Any]] = ([], [])
    for line in axes.lines:
        for held, along in zip(places, line.get_data(orig=False), strict=True):
            held.append(along)
    for collection in axes.collections:
        for held, along in zip(places, np.ma.filled(collection.get_offsets(), np.nan).T, strict=True):
            held.append(along)
    for bar, sideways in _bars(axes):
        places[0].append([bar.get_x() + bar.get_width() / (1 if sideways else 2)])
        places[1].append([bar.get_y() + bar.get_height() / (2 if sideways else 1)])
    found = []
    for axis, held in zip((axes.xaxis, axes.yaxis), places, strict=True):
        locator = axis.get_major_locator()
        if held and type(locator) is AutoLocator and _is_whole(held):
            found.append(locator)
    return found


def _bars(axes: Axes) -> list[tuple[Any, bool]]:
    """Each bar, and whether it lies across."""
    containers = [container for container in axes.containers if isinstance(container, BarContainer)]
    return [(bar, each.orientation == "horizontal") for each in containers for bar in each.patches]


def _is_whole(places: list[Any]) -> bool:
    try:
        values = np.concatenate([np.asarray(each, dtype=float) for each in places])
    except (TypeError, ValueError):
        return False
    values = values[np.isfinite(values)]
    return bool(len(values)) and bool((abs(values - np.round(values)) < 1e-9).all())


def grid(axes: Axes) -> tuple[bool, bool]:
    """Whether it has lines across its x axis, and across its y axis."""
    return bool(axes.xaxis._major_tick_kw.get("gridOn")), bool(axes.yaxis._major_tick_kw.get("gridOn"))


def draw_grid(axes: Axes, wanted: tuple[bool, bool]) -> None:
    axes.xaxis.grid(wanted[0])
    axes.yaxis.grid(wanted[1])


def _wanted(axes: Axes) -> tuple[bool, bool]:
    twins = axes._twinned_axes.get_siblings(axes)
    panels = axes.get_figure(root=True).get_axes()
    if axes.images or any(twin in panels[: panels.index(axes)] for twin in twins):
        return False, False
    bars = [container for container in axes.containers if isinstance(container, BarContainer)]
    if bars and all(getattr(container, "orientation", "") == "horizontal" for container in bars):
        return True, False
    # Places of points are read both ways, unless one way holds names.
    scattered = any(isinstance(collection, PathCollection) for collection in axes.collections)
    named = any(getattr(axis, "units", None) is not None for axis in (axes.xaxis, axes.yaxis))
    return (scattered and not axes.lines and not bars and not named), True

