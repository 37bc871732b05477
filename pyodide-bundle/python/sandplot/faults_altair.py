"""What is certain to be wrong with an altair chart before it is drawn: it shows a column that no row has. Vega draws such a chart all the
same, with everything at one place that is called “undefined”. How its texts stand is known only once it is drawn, and judged by the
page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .facts_altair import _rows, _views

# What is seen where its column is missing: not a tooltip, not an order.
_SEEN = ("x", "y", "x2", "y2", "theta", "color", "fill", "stroke", "shape", "size", "text", "row", "column", "facet")
# A name with one of these is a path into nested values, or escaped.
_PATH = re.compile(r"[.\[\]\\]")
MOST_ROWS = 200


def of(spec: dict[str, Any]) -> list[str]:
    # A transform makes columns of its own.
    if _has_transform(spec):
        return []
    for view, data in _views(spec, spec.get("data")):
        rows = [row for row in _rows(data, spec)[:MOST_ROWS] if isinstance(row, dict)]
        known = {name for row in rows for name in row}
        if known and any(name not in known for name in _fields(view.get("encoding") or {})):
            return ["columns"]
    return []


def _has_transform(spec: Any) -> bool:
    """Anywhere but in the data, which may have a column of that name."""
    if isinstance(spec, dict):
        return "transform" in spec or any(
            _has_transform(part) for name, part in spec.items() if name not in ("data", "datasets", "encoding")
        )
    return isinstance(spec, list) and any(map(_has_transform, spec))


def _fields(encoding: dict[str, Any]) -> Iterator[str]:
    for name in _SEEN:
        channel = encoding.get(name)
        field = channel.get("field") if isinstance(channel, dict) else None
        if isinstance(field, str) and not _PATH.search(field):
            yield field
