"""Small repairs of a figure's layout that its author would have made after one look: tick labels that run into each
other are turned, and dates lose a midnight that nobody asked for. What the program set itself is left alone, and the
figure is as it was once it has been drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00$")


def untangle(figure: Figure) -> Callable[[], None] | None:
    """Repairs a figure that has been measured; the returned function takes the repairs back, if there were any."""
    undo: list[Callable[[], None]] = []
    for axes in figure.get_axes():
        if axes.get_visible() and axes.axison and axes.name == "rectilinear":
            _drop_midnights(axes, undo)
            _turn_crowded(axes, undo)

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


def _turn_crowded(axes: Axes, undo: list[Callable[[], None]]) -> None:
    labels = [label for label in axes.get_xticklabels() if label.get_visible() and label.get_text()]
    if len(labels) < 2 or any(label.get_rotation() for label in labels):
        return
    if all(re.fullmatch(r"[\d.,\s−$\\mathdefault{}^-]*", label.get_text()) for label in labels) and len(labels) < 12:
        return
    try:
        boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    except (RuntimeError, ValueError):
        return
    if all(left.x1 + 2 <= right.x0 for left, right in zip(boxes, boxes[1:], strict=False)):
        return

    step = max(
        right.x0 + right.width / 2 - left.x0 - left.width / 2 for left, right in zip(boxes, boxes[1:], strict=False)
    )
    steep = step < 1.5 * max(box.height for box in boxes)
    for label in labels:
        _turn(label, 90 if steep else 40, undo)
    if step < 0.9 * max(box.height for box in boxes):
        # More names than lines of text: every n-th is readable, all of them are a grey bar.
        keep = int(max(box.height for box in boxes) / max(step, 0.5)) + 1
        for position, label in enumerate(labels):
            if position % keep:
                text = label.get_text()
                label.set_visible(False)
                undo.append(lambda label=label, text=text: label.set_visible(bool(text)))


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
