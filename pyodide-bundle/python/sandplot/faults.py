"""What a reader sees at first glance to be wrong with a matplotlib figure, measured as it will be drawn: words that stand in one
another or are cut off, and a legend that names nothing. Each has a word of its own, which goes into the facts; what it means
and whether the program is given back for it is the page's to say. What can be mended without the program is mended before,
in layout.py.

A false alarm costs a call of the model, so each needs a large overlap of what stands in regular places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Wedge
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Of the smaller of two texts: what overlaps less can be read.
READABLE = 0.25
# Looking at more labels than these costs more than it tells.
MOST_LABELS = 400
MOST_TEXTS = 80
# Pixels by which a text may stand over the edge: boxes of texts have air in them.
SLACK = 3

# What stands in a legend when a series has no name: of a pandas Series without one, and of a column that nobody named.
_NAMELESS = ("", "none", "nan", "0")


def of(figure: Figure, frame: Bbox) -> list[str]:
    """`frame` is what is shown of the figure, in inches."""
    try:
        return list(dict.fromkeys(_found(figure, frame)))
    except Exception:  # noqa: BLE001 - a figure is shown whether it can be measured or not
        return []


def _found(figure: Figure, frame: Bbox) -> Iterator[str]:
    panels = [axes for axes in figure.get_axes() if axes.get_visible()]
    for legend in legends(figure):
        if says_nothing(legend):
            yield "legend"
    for axes in panels:
        if axes.name == "rectilinear" and axes.axison:
            for axis in (axes.xaxis, axes.yaxis):
                if run_together(tick_labels(axis), axis.axis_name == "y"):
                    yield "ticks"
        if any(isinstance(patch, Wedge) for patch in axes.patches) and _overlap(axes.texts):
            yield "wedges"
        elif any(isinstance(container, BarContainer) for container in axes.containers) and _overlap(axes.texts):
            yield "values"
    if len(panels) > 1 and panels_overlap(figure):
        yield "panels"
    shown = Bbox(frame.get_points() * figure.dpi).padded(SLACK)
    if any(_is_cut(box(text), shown) for axes in panels for text in words(axes)):
        yield "clipped"


# ---------- Legends


def legends(figure: Figure) -> list[Legend]:
    found = [axes.get_legend() for axes in figure.get_axes() if axes.get_visible()]
    return [legend for legend in [*found, *figure.legends] if legend is not None and legend.get_visible()]


def is_nameless(legend: Legend) -> bool:
    """There is no entry, or a single one that is no name."""
    names = [text.get_text().strip() for text in legend.get_texts()]
    if legend.get_title().get_text().strip() and names:
        return False
    return len(names) < 2 and all(name.startswith("_") or name.casefold() in _NAMELESS for name in names)


def is_wanted(legend: Legend) -> bool:
    """There are several series that nothing but their colour tells apart."""
    axes = legend.axes
    return axes is not None and len(set(_colours(axes))) > 1


def says_nothing(legend: Legend) -> bool:
    names = [text.get_text().strip() for text in legend.get_texts()]
    if is_nameless(legend):
        return is_wanted(legend)
    # A label given in a loop: as many entries as bars, and all of them the same.
    return len(names) > 2 and len(set(names)) == 1


def _colours(axes: Axes) -> Iterator[str]:
    for line in axes.lines:
        # What has no more than two points is a stroke of something: a whisker, a threshold.
        if line.get_visible() and len(line.get_xdata(orig=False)) > 2 and line.get_transform() == axes.transData:
            yield to_hex(line.get_color())
    for container in axes.containers:
        if isinstance(container, BarContainer) and len(container.patches) > 1:
            yield to_hex(container.patches[0].get_facecolor())
    for collection in axes.collections:
        colours = collection.get_facecolor() if isinstance(collection, PathCollection) else ()
        if len(colours) == 1 and len(collection.get_offsets()) > 1:
            yield to_hex(colours[0])


# ---------- Words


def tick_labels(axis: Axis) -> list[Text]:
    """Those that are drawn: an axis also has ticks beyond its ends."""
    ticks = axis._update_ticks() if axis.get_visible() else []
    labels = [label for tick in ticks for label in (tick.label1, tick.label2)]
    return [label for label in labels if label.get_visible() and label.get_text().strip()]


def box(text: Text) -> Bbox:
    return text.get_window_extent()


def thickness(label: Text, extent: Bbox, upright: bool) -> float:
    """How much of its axis a label takes: all of its width or height, or of a turned one what its lines need."""
    angle = math.radians(label.get_rotation() % 180)
    if upright or not angle:
        return float(extent.height if upright else extent.width)
    lines = label.get_text().count("\n") + 1
    return lines * label.get_fontsize() * label.get_figure(root=True).dpi / 72 / max(math.sin(angle), 0.2)


def run_together(labels: list[Text], upright: bool) -> bool:
    """More than a few of the labels of an axis stand in their neighbour."""
    if not 1 < len(labels) <= MOST_LABELS:
        return len(labels) > MOST_LABELS
    extents = [(box(label), label) for label in labels]
    middle = 1 if upright else 0
    extents.sort(key=lambda pair: pair[0].min[middle] + pair[0].max[middle])
    close = 0
    for (left, label), (right, other) in zip(extents, extents[1:], strict=False):
        step = (right.min[middle] + right.max[middle] - left.min[middle] - left.max[middle]) / 2
        needed = (thickness(label, left, upright) + thickness(other, right, upright)) / 2
        close += step < (1 - READABLE) * needed
    return close > 0.1 * len(labels)


def panels_overlap(figure: Figure) -> bool:
    """Words of one panel stand in words of another."""
    panels = [axes for axes in figure.get_axes() if axes.get_visible()]
    held = [(axes, [box(text) for text in words(axes)]) for axes in panels]
    for (axes, mine), (other, theirs) in combinations(held[:24], 2):
        # One over the other on purpose: a second axis, an inset.
        if axes.bbox.overlaps(other.bbox):
            continue
        if any(is_covered(one, two) for one in mine[:MOST_TEXTS] for two in theirs[:MOST_TEXTS]):
            return True
    return False


def words(axes: Axes) -> list[Text]:
    """Titles, names of axes, and what stands at their ticks."""
    texts: list[Any] = [axes.title, axes._left_title, axes._right_title]
    if axes.axison and axes.name == "rectilinear":
        for axis in (axes.xaxis, axes.yaxis):
            texts += [axis.label, *tick_labels(axis)] if axis.get_visible() else []
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def _overlap(texts: Iterable[Text]) -> bool:
    """One pair that cannot be read, or several that hardly can."""
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()][:MOST_TEXTS]
    pairs = [_covered(one, two) for one, two in combinations([box(text) for text in shown], 2)]
    return any(share > 2 * READABLE for share in pairs) or sum(share > READABLE for share in pairs) > 1


def _covered(one: Bbox, other: Bbox) -> float:
    """How much of the smaller stands in the other."""
    both = Bbox.intersection(one, other)
    smaller = min(one.width * one.height, other.width * other.height)
    return 0.0 if both is None or smaller <= 0 else float(both.width * both.height / smaller)


def is_covered(one: Bbox, other: Bbox) -> bool:
    return _covered(one, other) > READABLE


def _is_cut(text: Bbox, shown: Bbox) -> bool:
    inside = Bbox.intersection(text, shown)
    # What is outside altogether may be meant to be: a label that was moved away.
    return inside is not None and inside.width * inside.height < (1 - READABLE) * text.width * text.height
