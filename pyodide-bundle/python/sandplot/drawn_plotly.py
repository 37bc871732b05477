"""Reads the series off a plotly figure's JSON."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd

from .drawn import Panel, Series, described
from .drawn_summaries import Box, add_boxes, add_grid, box_of
from .facts_plotly import _kind, _title, _words
from .text import cell


def of(figure: dict[str, Any]) -> dict[str, Any]:
    try:
        return described(_panels(figure))
    except Exception:  # noqa: BLE001 - a figure is shown whether its marks can be read or not
        return {"tables": [], "trends": []}


def _panels(figure: dict[str, Any]) -> list[Panel]:
    layout = figure.get("layout") or {}
    panels: dict[str, Panel] = {}
    boxes: dict[int, tuple[Panel, list[Box]]] = {}
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
            panel.series.append(Series(name, kind, values(trace["labels"]), values(trace["values"])))
            continue
        x, y = values(trace.get("x")), values(trace.get("y"))
        if trace.get("type") == "box":
            _add_boxes(boxes.setdefault(id(panel), (panel, [])), trace, name)
            continue
        if trace.get("type") == "heatmap":
            _add_heatmap(panel, trace, x, y, layout)
            continue
        if not len(y) or trace.get("z") is not None:
            continue
        if not len(x):
            x = list(range(len(y)))
        sideways = trace.get("orientation") == "h"
        if sideways and panel.series == []:
            panel.x, panel.y = panel.y, panel.x
        panel.series.append(Series(name, kind, *((y, x) if sideways else (x, y))))
    for panel, found in boxes.values():
        add_boxes(panel, found, panel.x, panel.y)
    return list(panels.values())


def _add_boxes(of_panel: tuple[Panel, list[Box]], trace: dict[str, Any], name: str) -> None:
    panel, boxes = of_panel
    sideways = trace.get("orientation") == "h"
    measured, places = ("x", "y") if sideways else ("y", "x")
    if sideways and not boxes:
        panel.x, panel.y = panel.y, panel.x
    numbers, kinds = values(trace.get(measured)), values(trace.get(places))
    groups: dict[str, list[Any]] = {}
    for at, number in enumerate(numbers):
        groups.setdefault(cell(kinds[at]) if at < len(kinds) else "", []).append(number)
    for kind, group in groups.items():
        box = box_of(pd.to_numeric(pd.Series(group), errors="coerce"), kind or name, name if kind else "")
        if box is not None:
            boxes.append(box)


def _add_heatmap(panel: Panel, trace: dict[str, Any], x: list[Any], y: list[Any], layout: dict[str, Any]) -> None:
    rows = values(trace.get("z"))
    if not rows or not isinstance(rows[0], list):
        return
    across = [cell(at) for at in x or range(len(rows[0]))]
    down = [cell(at) for at in y or range(len(rows))]
    axis = layout.get(str(trace.get("coloraxis", ""))) or trace
    numbers = [pd.to_numeric(pd.Series(row), errors="coerce") for row in rows]
    add_grid(panel, numbers, across, down, _title((axis.get("colorbar") or {}).get("title")))


def values(given: Any) -> list[Any]:
    """plotly writes arrays as lists, or as bytes with their type."""
    if isinstance(given, dict) and "bdata" in given:
        flat = np.frombuffer(base64.b64decode(given["bdata"]), dtype=np.dtype(str(given.get("dtype"))))
        shape = [int(size) for size in str(given.get("shape") or "").split(",") if size.strip()]
        return (flat.reshape(shape) if len(shape) > 1 else flat).tolist()
    return given if isinstance(given, list) else []
