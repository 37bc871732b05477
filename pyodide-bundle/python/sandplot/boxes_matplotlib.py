"""Finds the boxes of a box plot among the strokes of a matplotlib figure: it keeps none of the numbers it drew them from, so they are
read off the boxes, medians, whiskers and points beyond as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch

from .drawn_summaries import Box
from .facts_matplotlib import _is_box, _on_data, _words


def boxes_of(axes: Axes) -> tuple[bool, list[tuple[float, Box]]] | None:
    """Whether they lie, and each with its place; None if there are none."""
    strokes = [
        np.asarray(line.get_xydata(), dtype=float) for line in axes.lines if line.get_visible() and _on_data(line, axes)
    ]
    frames = [(stroke, "") for stroke in strokes if _is_box(stroke)]
    colours = _legend_colours(axes)
    frames += [
        (np.asarray(patch.get_path().vertices, dtype=float), colours.get(to_hex(patch.get_facecolor()), ""))
        for patch in axes.patches
        if isinstance(patch, PathPatch) and _is_box(patch.get_path().vertices)
    ]
    pairs = [stroke for stroke in strokes if len(stroke) == 2]
    if not frames or len(pairs) < 2 * len(frames):
        return None
    # The whiskers run along a box, from the middle of its ends.
    sideways = _whiskers(frames, pairs, 1, 0) > _whiskers(frames, pairs, 0, 1)
    across, along = (1, 0) if sideways else (0, 1)
    points = [
        np.asarray(line.get_xydata(), dtype=float)
        for line in axes.lines
        if line.get_linestyle() in ("None", "none", "", " ") and _on_data(line, axes)
    ]
    beyond = np.concatenate(points) if points else np.zeros((0, 2))
    found = [_read(frame, series, pairs, beyond, across, along) for frame, series in frames]
    return sideways, sorted((one for one in found if one is not None), key=lambda one: one[0])


def _whiskers(frames: list[tuple[Any, str]], pairs: list[Any], across: int, along: int) -> int:
    middles = np.array([(frame[:, across].min() + frame[:, across].max()) / 2 for frame, _ in frames])
    straight = [pair for pair in pairs if np.ptp(pair[:, across]) == 0 and np.ptp(pair[:, along]) > 0]
    return sum(bool(np.isclose(middles, pair[0, across]).any()) for pair in straight)


def _read(
    frame: Any, series: str, pairs: Iterable[Any], beyond: Any, across: int, along: int
) -> tuple[float, Box] | None:
    left, right = frame[:, across].min(), frame[:, across].max()
    middle, width = (left + right) / 2, right - left
    lower, upper = frame[:, along].min(), frame[:, along].max()
    near = 1e-6 * max(width, 1e-12)
    low, high, median = lower, upper, None
    for pair in pairs:
        places, ends = pair[:, across], np.sort(pair[:, along])
        if np.ptp(places) <= near and abs(places[0] - middle) <= near:
            # A whisker begins where the box ends.
            if ends[1] <= lower or np.isclose(ends[1], lower):
                low = min(low, ends[0])
            elif ends[0] >= upper or np.isclose(ends[0], upper):
                high = max(high, ends[1])
        elif ends[0] == ends[1] and lower <= ends[0] <= upper and abs(places.mean() - middle) <= near:
            # A cap lies on the end of a box that has no whisker; the median comes after it.
            median = ends[0]
    if median is None:
        return None
    own = beyond[np.abs(beyond[:, across] - middle) <= width / 2] if len(beyond) else beyond
    outside = int(((own[:, along] < low) | (own[:, along] > high)).sum())
    return float(middle), Box("", series, low, lower, median, upper, high, outside)


def _legend_colours(axes: Axes) -> dict[str, str]:
    """seaborn tells kinds apart by colour."""
    legend = axes.get_legend()
    if legend is None:
        return {}
    handles = zip(legend.legend_handles, legend.get_texts(), strict=False)
    return {
        to_hex(handle.get_facecolor()): _words(text.get_text(), 80)
        for handle, text in handles
        if handle is not None and hasattr(handle, "get_facecolor") and np.ndim(handle.get_facecolor()) == 1
    }
