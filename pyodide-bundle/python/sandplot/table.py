"""Shows a DataFrame, a Series or a styled frame as a table: text in cells, bounded in both directions."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd

from .gallery import Gallery, Sink
from .text import cell, cut

# What a person can scroll through; the whole table stays in the program's hands.
MOST_ROWS = 1000
MOST_COLUMNS = 200


def is_table(value: Any) -> bool:
    return isinstance(value, (pd.DataFrame, pd.Series)) or _is_styler(value)


def show(gallery: Gallery, value: Any) -> None:
    table = _draw(value)
    gallery.show(value, lambda _sink: table)


def draw(value: Any, _sink: Sink | None = None) -> dict[str, Any]:
    return _draw(value)


def _is_styler(value: Any) -> bool:
    style = sys.modules.get("pandas.io.formats.style")
    return style is not None and isinstance(value, style.Styler)


def _draw(value: Any) -> dict[str, Any]:
    formats: Any = None
    if _is_styler(value):
        formats, value = value, value.data
    frame = value.to_frame() if isinstance(value, pd.Series) else value
    if isinstance(value, pd.Series) and value.name is None:
        frame.columns = ["value"]

    head = frame.iloc[:MOST_ROWS, :MOST_COLUMNS]
    rows = [
        [_styled(formats, i, j, item) for j, item in enumerate(row)]
        for i, row in enumerate(head.itertuples(index=False, name=None))
    ]
    names = [_name(name) for name in head.columns]
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.name is not None:
        labels = [_name(name) if name is not None else "" for name in frame.index.names]
        keys = [item if isinstance(item, tuple) else (item,) for item in head.index]
        rows = [[cell(part) for part in key] + row for key, row in zip(keys, rows, strict=True)]
        names = labels + names

    facts = {
        "library": "pandas",
        "kind": "table",
        "title": "",
        "axes": [],
        "series": [cut(name, 80) for name in names[:30]],
        "points": int(frame.shape[0] * frame.shape[1]),
        "blank": frame.empty,
    }
    return {"kind": "table", "columns": names, "rows": rows, "totalRows": len(frame), "facts": facts}


def _name(name: Any) -> str:
    return " / ".join(cell(part) for part in name) if isinstance(name, tuple) else cell(name)


def _styled(styler: Any, row: int, column: int, value: Any) -> str:
    if styler is not None:
        try:
            return cell(styler._display_funcs[(row, column)](value))
        except Exception:  # noqa: BLE001 - a format that fails for one cell should not lose the table
            pass
    return cell(value)
