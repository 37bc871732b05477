"""Reads from a vega-lite specification what it shows, in the same words as for matplotlib."""

from __future__ import annotations

from typing import Any

from . import settable
from .text import cut, well_formed

MOST_AXES = 24
MOST_SERIES = 30

_KINDS = {
    "point": "scatter",
    "circle": "scatter",
    "square": "scatter",
    "arc": "pie",
    "rect": "heatmap",
    "boxplot": "box",
}
_PARTS = ("layer", "hconcat", "vconcat", "concat")


def of(spec: dict[str, Any]) -> dict[str, Any]:
    panels = [_panel(view, data, spec) for view, data in _views(spec, spec.get("data"))][:MOST_AXES]
    kinds = [kind for panel in panels for kind in panel["kinds"]]
    series = list(dict.fromkeys(name for panel in panels for name in panel["series"]))[:MOST_SERIES]
    points = sum(panel["points"] for panel in panels)
    by_address = bool(addresses(spec))
    return {
        "library": "altair",
        "kind": kinds[0] if kinds else "empty",
        "title": _title(spec.get("title")),
        "axes": panels,
        "series": series,
        "points": points,
        "blank": points == 0 and not by_address,
    }


def addresses(spec: Any) -> list[str]:
    """Where the chart wants to fetch its data from, if it does not bring them."""
    found: list[str] = []
    if isinstance(spec, dict):
        data = spec.get("data")
        if isinstance(data, dict) and isinstance(data.get("url"), str):
            found.append(cut(data["url"], 200))
        for name in (*_PARTS, "spec"):
            found += addresses(spec.get(name))
    elif isinstance(spec, list):
        for part in spec:
            found += addresses(part)
    return list(dict.fromkeys(found))


def _views(spec: dict[str, Any], data: Any) -> list[tuple[dict[str, Any], Any]]:
    data = spec.get("data") or data
    parts = [part for name in _PARTS for part in spec.get(name) or []]
    if isinstance(spec.get("spec"), dict):
        parts.append(spec["spec"])
    if parts:
        # Encodings given on a layered chart hold for each of its layers.
        shared = spec.get("encoding") or {}
        views = [view for part in parts for view in _views(part, data)]
        return [({**view, "encoding": {**shared, **(view.get("encoding") or {})}}, source) for view, source in views]
    return [(spec, data)] if "mark" in spec else []


def _panel(view: dict[str, Any], data: Any, spec: dict[str, Any]) -> dict[str, Any]:
    encoding = view.get("encoding") or {}
    rows = _rows(data, spec)
    mark = view["mark"]["type"] if isinstance(view["mark"], dict) else view["mark"]
    x, y = encoding.get("x") or {}, encoding.get("y") or {}
    kind = _KINDS.get(mark, str(mark))
    if kind == "bar" and (_is_binned(x) or _is_binned(y)):
        kind = "histogram"
    return {
        "title": _title(view.get("title")),
        "xLabel": _label(x),
        "yLabel": _label(y),
        "xScale": str((x.get("scale") or {}).get("type") or x.get("type") or ""),
        "yScale": str((y.get("scale") or {}).get("type") or y.get("type") or ""),
        "kinds": [kind],
        "series": _series(encoding, rows),
        "points": len(rows),
        **settable.of_encoding(mark, encoding, rows),
    }


def _is_binned(channel: dict[str, Any]) -> bool:
    return channel.get("bin") not in (None, False)


def _rows(data: Any, spec: dict[str, Any]) -> list[Any]:
    if not isinstance(data, dict):
        return []
    values = data.get("values")
    if values is None:
        values = (spec.get("datasets") or {}).get(data.get("name"))
    return values if isinstance(values, list) else []


def _series(encoding: dict[str, Any], rows: list[Any]) -> list[str]:
    """The kinds told apart by colour, shape, dash or detail."""
    for channel in ("color", "fill", "stroke", "shape", "strokeDash", "detail"):
        given = encoding.get(channel)
        given = given[0] if isinstance(given, list) and given else given
        if isinstance(given, dict) and given.get("type") in ("nominal", "ordinal") and "field" in given:
            field = given["field"]
            names = dict.fromkeys(
                str(row[field]) for row in rows if isinstance(row, dict) and row.get(field) is not None
            )
            return [_words(name, 80) for name in list(names)[:MOST_SERIES]]
    return []


def _label(channel: dict[str, Any]) -> str:
    for holder in (channel, channel.get("axis") or {}):
        if isinstance(holder, dict) and holder.get("title"):
            return _title(holder["title"])
    field = str(channel.get("field") or "")
    work = channel.get("aggregate")
    if work == "count":
        return "Count of Records"
    return _words(f"{str(work).capitalize()} of {field}" if isinstance(work, str) and field else field)


def _title(title: Any) -> str:
    if isinstance(title, dict):
        title = title.get("text")
    if isinstance(title, list):
        title = " ".join(str(line) for line in title)
    return _words(title)


def _words(text: Any, limit: int = 200) -> str:
    return well_formed(cut(" ".join(str(text or "").split()), limit))
