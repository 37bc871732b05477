"""Small repairs of a figure's layout that its author would have made after one look: tick labels that run into each
other are turned, get more room, or every n-th of them stays; panels that write over each other move apart, and the title
over all of them leaves theirs; a legend without a name goes; dates lose a midnight that nobody asked for. The marks and what the program set itself are left
alone, and the figure is as it was once it has been drawn. What cannot be mended here is found by faults.py.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from . import faults

_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00$")
_NUMBER = re.compile(r"[\d.,\s−$\\mathdefault{}^-]*[MBT]?")
# How many times as high a figure may become for the names beside its bars.
MOST_GROWTH = 3


def untangle(figure: Figure) -> Callable[[], None] | None:
    """Repairs a figure that has been measured; the returned function takes the repairs back, if there were any."""
    undo: list[Callable[[], None]] = []
    _drop_legends(figure, undo)
    panels = [axes for axes in figure.get_axes() if axes.get_visible()]
    plain = [axes for axes in panels if axes.axison and axes.name == "rectilinear"]
    for axes in plain:
        _drop_midnights(axes, undo)
    if len(panels) == len(plain) == 1:
        _grow(plain[0], undo)
    for axes in plain:
        _turn_crowded(axes, undo)
        for axis in (axes.xaxis, axes.yaxis):
            _thin(axis, undo)
    _part(figure, undo)
    _lift_title(figure, undo)

    def restore() -> None:
        for step in reversed(undo):
            step()

    return restore if undo else None


def _drop_midnights(axes: Axes, undo: list[Callable[[], None]]) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        formatter = axis.get_major_formatter()
        words = getattr(formatter, "seq", None)  # only labels that were given as fixed texts
        if not words or not all(_MIDNIGHT.match(str(word)) for word in words):
            continue
        formatter.seq = [str(word)[:10] for word in words]

        def put_back(formatter: Any = formatter, words: Any = words) -> None:
            formatter.seq = words

        undo.append(put_back)


def _drop_legends(figure: Figure, undo: list[Callable[[], None]]) -> None:
    """Of one series a legend without a name says nothing. Of several it would have to: that is the program's to mend."""
    for legend in faults.legends(figure):
        if faults.is_nameless(legend) and not faults.is_wanted(legend):
            legend.set_visible(False)
            undo.append(lambda legend=legend: legend.set_visible(True))


def _grow(axes: Axes, undo: list[Callable[[], None]]) -> None:
    """Makes the figure higher where the names beside it are too many for it."""
    labels = faults.tick_labels(axes.yaxis)
    if len(labels) < 2 or any(label.get_rotation() for label in labels) or all(map(_is_number, labels)):
        return
    boxes = _boxes(labels, "y0")
    steps = [_middle(right, 1) - _middle(left, 1) for left, right in zip(boxes, boxes[1:], strict=False)]
    growth = 1.1 * max(box.height for box in boxes) / max(min(steps, default=0), 0.01)
    if 1.1 < growth <= MOST_GROWTH:
        figure = axes.get_figure(root=True)
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height * growth)
        undo.append(lambda: figure.set_size_inches(width, height))


def _turn_crowded(axes: Axes, undo: list[Callable[[], None]]) -> None:
    labels = faults.tick_labels(axes.xaxis)
    if len(labels) < 2 or any(label.get_rotation() for label in labels):
        return
    if all(map(_is_number, labels)) and len(labels) < 12:
        return
    boxes = _boxes(labels, "x0")
    if all(left.x1 + 2 <= right.x0 for left, right in zip(boxes, boxes[1:], strict=False)):
        return
    step = max((_middle(right, 0) - _middle(left, 0) for left, right in zip(boxes, boxes[1:], strict=False)), default=0)
    steep = step < 1.5 * max((box.height for box in boxes), default=0)
    for label in labels:
        _turn(label, 90 if steep else 40, undo)


def _thin(axis: Axis, undo: list[Callable[[], None]]) -> None:
    """Where there are more names than lines of text, every n-th is readable, and all of them are a grey bar."""
    labels = faults.tick_labels(axis)
    upright = axis.axis_name == "y"
    if not faults.run_together(labels, upright):
        return
    boxes = _boxes(labels, "y0" if upright else "x0")
    middles = [_middle(box, 1 if upright else 0) for box in boxes]
    step = max((right - left for left, right in zip(middles, middles[1:], strict=False)), default=0)
    thickness = max(faults.thickness(label, box, upright) for label, box in zip(labels, boxes, strict=False))
    keep = int(thickness / max(step, 0.5)) + 1
    for position, label in enumerate(labels):
        if position % keep:
            label.set_visible(False)
            undo.append(lambda label=label: label.set_visible(True))


def _part(figure: Figure, undo: list[Callable[[], None]]) -> None:
    """Moves panels apart whose words stand in one another, as `plt.tight_layout()` does."""
    panels = [axes for axes in figure.get_axes() if axes.get_visible()]
    if len(panels) < 2 or figure.get_layout_engine() is not None:
        return
    if any(axes.get_subplotspec() is None for axes in panels) or not faults.panels_overlap(figure):
        return
    before = {
        name: getattr(figure.subplotpars, name) for name in ("left", "right", "bottom", "top", "wspace", "hspace")
    }
    with warnings.catch_warnings():
        # That there is no room for it is seen in what is measured afterwards.
        warnings.simplefilter("ignore")
        figure.tight_layout()
    figure.set_layout_engine(None)  # it leaves one behind that forbids others
    undo.append(lambda: figure.subplots_adjust(**before))


def _lift_title(figure: Figure, undo: list[Callable[[], None]]) -> None:
    """matplotlib puts the title of a figure where the titles of its panels are."""
    title = figure._suptitle
    if title is None or not title.get_visible() or not title.get_text().strip() or figure.get_layout_engine() is not None:
        return
    own = faults.box(title)
    below = [faults.box(text) for axes in figure.get_axes() if axes.get_visible() for text in faults.words(axes)]
    if any(faults.is_covered(own, other) for other in below):
        _, y = title.get_position()
        lowest = max(other.y1 for other in below) + 0.5 * own.height
        title.set_y(y + (lowest - own.y0) / figure.bbox.height)
        undo.append(lambda: title.set_y(y))


def _boxes(labels: list[Text], by: str) -> list[Bbox]:
    return sorted((faults.box(label) for label in labels), key=lambda box: getattr(box, by))


def _middle(box: Bbox, direction: int) -> float:
    return float(box.min[direction] + box.max[direction]) / 2


def _is_number(label: Text) -> bool:
    return _NUMBER.fullmatch(label.get_text()) is not None


def _turn(label: Text, angle: int, undo: list[Callable[[], None]]) -> None:
    before = (label.get_rotation(), label.get_horizontalalignment(), label.get_rotation_mode())
    label.set(
        rotation=angle,
        horizontalalignment="right" if angle != 90 else "center",
        rotation_mode="anchor" if angle != 90 else "default",
    )

    def put_back() -> None:
        label.set(rotation=before[0], horizontalalignment=before[1], rotation_mode=before[2])

    undo.append(put_back)
