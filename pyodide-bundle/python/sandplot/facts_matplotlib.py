"""Reads from a matplotlib figure what it shows: kinds of marks, titles, labels, series, how many points.

Taken from the artists that are on the figure, not from the program's calls, so the facts say what was drawn rather
than what was meant. Everything is bounded: facts are for a reader and for tests, not a copy of the data.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
    TriMesh,
)
from matplotlib.container import BarContainer, ErrorbarContainer, StemContainer
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon, Rectangle, StepPatch, Wedge
from matplotlib.quiver import Barbs, Quiver

from . import settable
from .text import cut, well_formed

MOST_AXES = 24
MOST_SERIES = 30

# Marks that accompany others: they name the figure only when nothing else is there.
_MINOR = ("errorbar", "band", "text", "image")


def of(figure: Figure) -> dict[str, Any]:
    drawn = [axes for axes in figure.get_axes() if axes.get_visible() and not _is_colorbar(axes)]
    marks = [_marks(axes) for axes in drawn[:MOST_AXES]]
    axes_facts = [_axes(axes, found) for axes, found in zip(drawn, marks, strict=False)]
    suptitle = _words(figure.get_suptitle())
    titles = [axes["title"] for axes in axes_facts if axes["title"]]
    series = list(dict.fromkeys(name for axes in axes_facts for name in axes["series"]))
    for legend in figure.legends:
        series += [name for name in (_words(text.get_text(), 80) for text in legend.get_texts()) if name not in series]
    points = sum(axes["points"] for axes in axes_facts)
    has_text = any(axes.texts or axes.tables for axes in drawn) or bool(figure.texts or figure.images)
    return {
        "library": "matplotlib",
        "kind": _main_kind(marks, axes_facts, has_text),
        "title": suptitle or (titles[0] if len(titles) == 1 else ""),
        "axes": axes_facts,
        "series": series[:MOST_SERIES],
        "points": points,
        "blank": points == 0 and not has_text,
    }


def vertices(figure: Figure) -> int:
    """How heavy the figure would be as SVG, in path vertices. A marker costs about three of them."""
    total = 0
    for axes in figure.get_axes():
        for line in axes.lines:
            marked = line.get_marker() not in ("None", "none", "", " ", None)
            total += len(line.get_xdata(orig=False)) * (4 if marked else 1)
        for collection in axes.collections:
            if isinstance(collection, QuadMesh):
                total += 5 * int(np.size(collection.get_array()))
            elif isinstance(collection, ContourSet):
                total += sum(len(path) for path in collection.get_paths())
            else:
                paths = collection.get_paths()
                each = len(paths[0]) if len(paths) == 1 else 0
                offsets = len(collection.get_offsets())
                total += max(offsets * 3, sum(len(path) for path in paths) if not each else each)
        total += 5 * len(axes.patches)
    return total


def title_of(axes: Axes) -> str:
    """Wherever it stands above the panel."""
    titles = (axes.get_title(), axes.get_title("left"), axes.get_title("right"))
    return _words(" ".join(title for title in titles if title))


def _axes(axes: Axes, marks: list[tuple[str, int]]) -> dict[str, Any]:
    kinds: list[str] = []
    points = 0
    for kind, count in marks:
        if count and kind not in kinds:
            kinds.append(kind)
        points += count
    if "violin" in kinds and "line" in kinds:
        kinds.remove("line")  # the quartiles and whiskers inside
    facts = {
        "title": title_of(axes),
        "xLabel": _words(axes.get_xlabel()),
        "yLabel": _words(axes.get_ylabel()),
        "xScale": str(axes.get_xscale()),
        "yScale": str(axes.get_yscale()),
        "kinds": kinds,
        "series": _series(axes),
        "points": points,
        **settable.of_axes(axes),
    }
    if axes.name == "3d":
        facts["zLabel"] = _words(axes.get_zlabel())
    if axes.name != "rectilinear":
        facts["projection"] = str(axes.name)
    return facts


def _marks(axes: Axes) -> list[tuple[str, int]]:
    """Every group of artists as (kind, how many points of data it shows)."""
    marks: list[tuple[str, int]] = []
    seen: set[int] = set()
    minor: set[int] = set()
    for container in axes.containers:
        if isinstance(container, BarContainer):
            seen.update(map(id, container.patches))
            marks.append(_bars(container))
        if isinstance(container, (ErrorbarContainer, StemContainer)):
            parts = list(container.get_children())
            kind = "stem" if isinstance(container, StemContainer) else "errorbar"
            main = container.markerline if kind == "stem" else container.lines[0]
            minor.update(id(part) for part in parts if part is not main)
            if main is not None:
                marks.append((kind, _finite(main.get_xdata(orig=False), main.get_ydata(orig=False))))
            else:  # whiskers alone, without the line they stand on
                marks.append((kind, max((len(bars.get_segments()) for bars in container.lines[2]), default=0)))
            if main is not None and kind == "stem":
                minor.add(id(main))

    lines = [line for line in axes.lines if id(line) not in minor and line.get_visible() and _on_data(line, axes)]
    boxes = [line for line in lines if _is_box(line.get_xydata())]
    boxes += [patch for patch in axes.patches if isinstance(patch, PathPatch) and _is_box(patch.get_path().vertices)]
    if boxes and sum(len(line.get_xdata(orig=False)) == 2 for line in lines) >= 2 * len(boxes):
        marks.append(("box", len(boxes)))
        seen.update(map(id, boxes))
        lines = []
    marks += [_line(line) for line in lines]

    for collection in axes.collections:
        if id(collection) not in minor and collection.get_visible():
            marks.append(_collection(collection, axes, bool(lines)))
    wedges = [patch for patch in axes.patches if isinstance(patch, Wedge)]
    if wedges:
        marks.append(("pie", len(wedges)))
    for patch in axes.patches:
        if id(patch) in seen or isinstance(patch, Wedge) or not _on_data(patch, axes):
            continue
        if isinstance(patch, StepPatch):
            marks.append(("step", len(patch.get_data().values)))
        elif isinstance(patch, Polygon):
            marks.append(("area" if len(patch.get_xy()) > 6 else "shape", len(patch.get_xy())))
        elif isinstance(patch, Rectangle):
            marks.append(("shape", 1))
        else:
            marks.append(("shape", 1))
    for image in axes.images:
        array = image.get_array()
        if array is not None:
            marks.append(("heatmap" if np.ndim(array) == 2 else "image", int(np.prod(np.shape(array)[:2]))))
    if axes.tables:
        marks.append(("table", sum(len(table.get_celld()) for table in axes.tables)))
    return marks


def _bars(container: BarContainer) -> tuple[str, int]:
    across = getattr(container, "orientation", "vertical") == "horizontal"
    spans, values = [], []
    for patch in container.patches:
        if not isinstance(patch, Rectangle):
            continue
        start, size = (patch.get_y(), patch.get_height()) if across else (patch.get_x(), patch.get_width())
        spans.append((start, start + size))
        values.append(patch.get_width() if across else patch.get_height())
    spans.sort()
    # The bars of a histogram touch; those of categories have air between them.
    touching = len(spans) > 2 and all(
        abs(right[0] - left[1]) <= 1e-6 * abs(left[1] - left[0]) for left, right in zip(spans, spans[1:], strict=False)
    )
    return (
        "histogram" if touching else "bar",
        int(np.isfinite(np.asarray(values, dtype=float)).sum()) if values else 0,
    )


def _line(line: Line2D) -> tuple[str, int]:
    points = _finite(line.get_xdata(orig=False), line.get_ydata(orig=False))
    if line.get_linestyle() in ("None", "none", "", " "):
        return ("scatter", points)
    return ("step" if line.get_drawstyle() != "default" else "line", points)


def _collection(collection: Collection, axes: Axes, has_lines: bool) -> tuple[str, int]:
    name = type(collection).__name__
    if "3D" in name or axes.name == "3d":
        kind = {"Path3DCollection": "scatter", "Poly3DCollection": "surface"}.get(name, "line")
        if kind == "scatter":
            offsets = getattr(collection, "_offsets3d", ((),))
            return (kind, len(np.ravel(offsets[0])))
        return (kind, len(getattr(collection, "_vec", [[]])[0]) if kind == "surface" else 1)
    if isinstance(collection, (QuadMesh, TriMesh)):
        return ("heatmap", int(np.ma.count(collection.get_array())) if collection.get_array() is not None else 0)
    if isinstance(collection, ContourSet):
        return ("contour", sum(len(path) for path in collection.get_paths()))
    if isinstance(collection, (Quiver, Barbs)):
        return ("quiver", len(collection.get_offsets()))
    if isinstance(collection, PathCollection):
        offsets = np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype=float), np.nan)
        return ("scatter", _finite(offsets[:, 0], offsets[:, 1]))
    if isinstance(collection, LineCollection):
        return ("lines", len(collection.get_segments()) if _on_data(collection, axes) else 0)
    if isinstance(collection, PolyCollection):
        return _polygons(collection, has_lines)
    return ("shape", len(collection.get_paths()))


def _polygons(collection: PolyCollection, has_lines: bool) -> tuple[str, int]:
    paths = collection.get_paths()
    if collection.get_array() is not None:
        return ("hexbin", int(np.size(collection.get_array())))
    corners = np.concatenate([path.vertices for path in paths]) if paths else np.zeros((0, 2))
    if type(collection).__name__ == "FillBetweenPolyCollection" and len(corners):
        across = 0 if getattr(collection, "t_direction", "x") == "y" else 1
        if _is_mirrored(corners, across):
            return ("violin", len(corners))
    alpha = collection.get_alpha()
    if has_lines and alpha is not None and alpha <= 0.5:
        return ("band", 0)
    return ("area", _finite(corners[:, 0], corners[:, 1]))


def _is_mirrored(corners: np.ndarray, across: int) -> bool:
    """True for an outline with a straight axis of symmetry and a changing width: a violin, not an area or a band."""
    along = np.round(corners[:, 1 - across], 9)
    order = np.argsort(along, kind="stable")
    values, starts = np.unique(along[order], return_index=True)
    if len(values) < 8:
        return False
    groups = np.split(corners[order, across], starts[1:])
    middles = np.array([(group.min() + group.max()) / 2 for group in groups])
    widths = np.array([np.ptp(group) for group in groups])
    return bool(np.ptp(middles) <= 1e-6 * (widths.max() or 1) and np.ptp(widths[1:-1]) > 1e-6 * widths.max())


def _is_box(corners: Any) -> bool:
    """A closed outline of upright and level strokes, notched or not: the box of a box plot."""
    corners = np.asarray(corners, dtype=float)
    if len(corners) not in (5, 6, 11, 12) or not np.isfinite(corners).all():
        return False
    closed = bool(np.allclose(corners[0], corners[4])) or bool(np.allclose(corners[0], corners[-1]))
    if len(corners) > 6:
        return closed
    steps = np.diff(corners[:5], axis=0)
    return closed and bool((np.isclose(steps, 0).sum(axis=1) >= 1).all())


def _series(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    if legend is not None:
        names = [text.get_text() for text in legend.get_texts()]
    else:
        artists = [*axes.lines, *axes.collections, *axes.containers]
        names = [str(artist.get_label() or "") for artist in artists]
        names = [name for name in names if name and not name.startswith("_")]
    return list(dict.fromkeys(_words(name, 80) for name in names if name))[:MOST_SERIES]


def _main_kind(marks: list[list[tuple[str, int]]], axes_facts: list[dict[str, Any]], has_text: bool) -> str:
    counts = Counter(kind for axes in axes_facts for kind in axes["kinds"])
    if not counts:
        return "text" if has_text else "empty"
    major = [kind for kind in counts if kind not in _MINOR]
    if counts["scatter"] and counts["scatter"] >= counts["line"] > 0:
        # Lines that were fitted to points have few of their own.
        points = {kind: sum(count for found in marks for name, count in found if name == kind) for kind in counts}
        if points["scatter"] > points["line"]:
            major.remove("line")
    # Counter keeps the order of drawing, so the first mark wins among those on equally many axes.
    return max(major or counts, key=lambda kind: counts[kind])


def _is_colorbar(axes: Axes) -> bool:
    return getattr(axes, "_colorbar", None) is not None or axes.get_label() == "<colorbar>"


def _on_data(artist: Any, axes: Axes) -> bool:
    """False for reference lines and bands (`axhline`, `axvspan`), which stand at a value but show no data."""
    try:
        return tuple(artist.get_transform().contains_branch_seperately(axes.transData)) == (True, True)
    except AttributeError:
        return False


def _finite(x: Any, y: Any) -> int:
    try:
        across = np.ma.filled(np.ma.asarray(x, dtype=float), np.nan)
        up = np.ma.filled(np.ma.asarray(y, dtype=float), np.nan)
        return int((np.isfinite(across) & np.isfinite(up)).sum())
    except (TypeError, ValueError):
        return int(np.size(x))


def _words(text: Any, limit: int = 200) -> str:
    return well_formed(cut(" ".join(str(text or "").split()), limit))
