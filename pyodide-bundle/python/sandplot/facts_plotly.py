"""Reads from a plotly figure's JSON what it shows, in the same words as for matplotlib."""

from __future__ import annotations

import base64
from typing import Any

from . import settable
from .text import cut, well_formed

MOST_AXES = 24
MOST_SERIES = 30

_DATA = ("x", "y", "z", "values", "r", "theta", "lat", "lon", "locations", "open", "value", "labels", "ids")
_BYTES = {"i1": 1, "u1": 1, "i2": 2, "u2": 2, "i4": 4, "u4": 4, "f4": 4, "f8": 8, "i8": 8, "u8": 8}


def of(figure: dict[str, Any]) -> dict[str, Any]:
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or [] if trace.get("visible") is not False]
    series = _names(traces)
    groups: dict[str, list[dict[str, Any]]] = {}
    for trace in traces:
        groups.setdefault(f"{trace.get('xaxis', 'x')} {trace.get('yaxis', 'y')}", []).append(trace)
    panels = [_panel(key, group, layout) for key, group in list(groups.items())[:MOST_AXES]]
    kinds = [kind for panel in panels for kind in panel["kinds"]]
    points = sum(_points(trace) for trace in traces)
    return {
        "library": "plotly",
        "kind": kinds[0] if kinds else "empty",
        "title": _title(layout.get("title")),
        "axes": panels,
        "series": series,
        "points": points,
        "blank": points == 0,
    }


def _panel(key: str, traces: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    x_name, y_name = key.split(" ")
    x = layout.get(x_name.replace("x", "xaxis", 1)) or {}
    y = layout.get(y_name.replace("y", "yaxis", 1)) or {}
    return {
        "title": "",
        "xLabel": _title(x.get("title")),
        "yLabel": _title(y.get("title")),
        "xScale": str(x.get("type") or ""),
        "yScale": str(y.get("type") or ""),
        "kinds": list(dict.fromkeys(_kind(trace) for trace in traces)),
        "series": _names(traces),
        "points": sum(_points(trace) for trace in traces),
        **settable.of_traces(traces, x, y),
    }


def _kind(trace: dict[str, Any]) -> str:
    kind = str(trace.get("type") or "scatter")
    if kind.startswith("scatter"):
        mode = str(trace.get("mode") or "lines")
        if trace.get("fill") not in (None, "none"):
            return "area"
        return "line" if "lines" in mode else "scatter"
    return kind


def _points(trace: dict[str, Any]) -> int:
    sizes = [_size(trace.get(name)) for name in _DATA]
    if trace.get("type") in ("table", "sankey", "parcoords", "splom", "parcats"):
        sizes += [_size(trace.get("dimensions")), _size((trace.get("cells") or {}).get("values"))]
        sizes += [_size((trace.get("link") or {}).get("value"))]
    return max(sizes)


def _size(values: Any) -> int:
    if isinstance(values, dict) and "bdata" in values:
        width = _BYTES.get(str(values.get("dtype", "")).lstrip("<>=|"), 8)
        return len(base64.b64decode(values["bdata"])) // width
    if isinstance(values, list):
        return sum(_size(value) if isinstance(value, (list, dict)) else value is not None for value in values)
    return 0 if values is None or isinstance(values, dict) else 1


def _names(traces: list[dict[str, Any]]) -> list[str]:
    names = [_words(trace.get("name"), 80) for trace in traces]
    return list(dict.fromkeys(name for name in names if name))[:MOST_SERIES]


def _title(title: Any) -> str:
    return _words(title.get("text") if isinstance(title, dict) else title)


def _words(text: Any, limit: int = 200) -> str:
    return well_formed(cut(" ".join(str(text or "").split()), limit))
