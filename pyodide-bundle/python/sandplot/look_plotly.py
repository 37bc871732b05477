"""The look in plotly's terms: a template, which is what figures are drawn by that name no other."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from . import look

# What a program may have said about the numbers at an axis, after which they are as it said.
_TOLD = ("type", "tickformat", "tickformatstops", "dtick", "tick0", "nticks", "tickmode", "tickvals", "range", "rangemode")
# An axis no longer than this has a tick at each whole number.
_FEW = 8


def template() -> dict[str, Any]:
    steps = _steps(look.DUNE)
    axis = {
        "gridcolor": look.GRID,
        "linecolor": look.AXIS,
        "tickcolor": look.AXIS,
        "zeroline": False,
        "automargin": True,
        "title": {"standoff": 12, "font": {"size": 13, "color": look.SOFT}},
        "tickfont": {"size": 12, "color": look.SOFT},
    }
    bar = {"outlinewidth": 0, "thickness": 14, "tickfont": {"size": 12, "color": look.SOFT}, "ticks": ""}
    coloured = {"colorbar": bar, "colorscale": steps}
    return {
        "layout": {
            "font": {"family": look.STACK, "size": 13, "color": look.INK},
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "pad": {"l": 16},
                "font": {"size": 18, "weight": 600, "color": look.INK},
            },
            "paper_bgcolor": look.GROUND,
            "plot_bgcolor": look.GROUND,
            "colorway": list(look.CATEGORICAL),
            "colorscale": {
                "sequential": steps,
                "sequentialminus": _steps(look.DUNE[::-1]),
                "diverging": _steps(look.TIDE),
            },
            "coloraxis": {"colorbar": bar},
            "margin": {"t": 72, "r": 24, "b": 56, "l": 56},
            "xaxis": {**axis, "showgrid": False, "showline": True, "ticks": "outside", "ticklen": 5},
            "yaxis": {**axis, "ticks": "", "separatethousands": True},
            "legend": {"bgcolor": "rgba(0,0,0,0)", "borderwidth": 0, "font": {"size": 12}, "title": {"font": {"size": 12}}},
            "hoverlabel": {"font": {"family": look.STACK, "size": 13}, "bordercolor": look.GROUND},
            "hovermode": "closest",
            "separators": ".,",
            "bargap": 0.24,
            "geo": {"bgcolor": look.GROUND, "landcolor": "#eef0f2", "lakecolor": look.GROUND, "subunitcolor": look.GROUND},
            "polar": {"bgcolor": look.GROUND, "angularaxis": {"gridcolor": look.GRID}, "radialaxis": {"gridcolor": look.GRID}},
            "annotationdefaults": {"font": {"color": look.INK}, "arrowcolor": look.SOFT, "arrowwidth": 1},
            "shapedefaults": {"line": {"color": look.SOFT, "width": 1}},
        },
        "data": {
            "bar": [{"marker": {"line": {"width": 0.5, "color": look.GROUND}}}],
            "histogram": [{"marker": {"line": {"width": 0.5, "color": look.GROUND}}}],
            "scatter": [{"line": {"width": look.LINE}, "marker": {"size": 7}}],
            "pie": [{"marker": {"line": {"width": 1.5, "color": look.GROUND}}, "textfont": {"size": 12}}],
            "heatmap": [coloured],
            "contour": [coloured],
            "histogram2d": [coloured],
            "surface": [coloured],
            "choropleth": [{"colorbar": bar}],
        },
    }


def apply(module: ModuleType) -> None:
    """Once plotly.io is imported. Other templates are there as ever, by their names."""
    module.templates["sandplot"] = template()
    module.templates.default = "sandplot"


def settle(figure: dict[str, Any], values: Callable[[Any], list[Any]]) -> bool:
    """Writes whole numbers along an axis at which marks stand at no others: years, ranks. Changes the layout of `figure`, a figure's
    JSON, and says whether it did. `values` reads an array as plotly writes it."""
    places: dict[str, list[np.ndarray[Any, Any]]] = {}
    for trace in figure.get("data") or []:
        if trace.get("type", "scatter") not in ("scatter", "scattergl", "bar"):
            return False
        letter = "y" if trace.get("orientation") == "h" else "x"
        name = str(trace.get(f"{letter}axis", letter)).replace(letter, f"{letter}axis", 1)
        places.setdefault(name, []).append(np.asarray(values(trace.get(letter))))
    changed = False
    layout = figure.setdefault("layout", {})
    for name, held in places.items():
        axis = layout.get(name) or {}
        whole = None if any(word in axis for word in _TOLD) else _whole(held)
        if whole is None:
            continue
        low, high = whole
        # A year is no amount: no mark between its thousands.
        says = {"tickformat": "d"} if 1000 <= low and high < 3000 else {}
        if high - low <= _FEW:
            says["dtick"] = 1
        if says:
            layout[name] = {**axis, **says}
            changed = True
    return changed


def _whole(held: list[np.ndarray[Any, Any]]) -> tuple[float, float] | None:
    """The smallest and largest of numbers that are all whole."""
    if any(each.dtype.kind not in "iuf" for each in held if each.size):
        return None
    every = np.concatenate([each.astype(float).ravel() for each in held])
    every = every[np.isfinite(every)]
    return (every.min(), every.max()) if every.size and (every == np.round(every)).all() else None


def _steps(colours: tuple[str, ...]) -> list[list[Any]]:
    return [[round(i / (len(colours) - 1), 4), colour] for i, colour in enumerate(colours)]
