"""Reads the series off a plotly figure's JSON."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from .drawn import Panel, Series, described
from .facts_plotly import _kind, _title, _words


def of(figure: dict[str, Any]) -> dict[str, Any]:
    try:
        return described(_panels(figure))
    except Exception:  # noqa: BLE001 - a figure is shown whether its marks can be read or not
        return {"tables": [], "trends": []}


def _panels(figure: dict[str, Any]) -> list[Panel]:
    layout = figure.get("layout") or {}
    panels: dict[str, Panel] = {}
    for trace in figure.get("data") or []:
        if trace.get("visible") is False:
            continue
        x_name, y_name = str(trace.get("xaxis", "x")), str(trace.get("yaxis", "y"))
        x_axis = layout.get(x_name.replace("x", "xaxis", 1)) or {}
        y_axis = layout.get(y_name.replace("y", "yaxis", 1)) or {}
        panel = panels.setdefault(
            f"{x_name} {y_name}", Panel("", _title(x_axis.get("title")), _title(y_axis.get("title")))
        )
        name, kind = _words(trace.get("name"), 80), _kind(trace)
        if "labels" in trace and "values" in trace:
            panel.x, panel.y = panel.x or "part", panel.y or "value"
            panel.series.append(Series(name, kind, _values(trace["labels"]), _values(trace["values"])))
            continue
        x, y = _values(trace.get("x")), _values(trace.get("y"))
        if not len(y) or trace.get("z") is not None:
            continue
        if not len(x):
            x = list(range(len(y)))
        sideways = trace.get("orientation") == "h"
        if sideways and panel.series == []:
            panel.x, panel.y = panel.y, panel.x
        panel.series.append(Series(name, kind, *((y, x) if sideways else (x, y))))
    return list(panels.values())


def _values(given: Any) -> list[Any]:
    """plotly writes arrays as lists, or as bytes with their type."""
    if isinstance(given, dict) and "bdata" in given:
        return np.frombuffer(base64.b64decode(given["bdata"]), dtype=np.dtype(str(given.get("dtype")))).tolist()
    return given if isinstance(given, list) else []
