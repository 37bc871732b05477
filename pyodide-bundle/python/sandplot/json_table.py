"""Reads JSON: records, columns, lines, an envelope around one of them; what is nested becomes columns with dotted names."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import sniff
from .cannot_read import CannotRead
from .convert import convert
from .names import unique

MOST_DEPTH = 200


class _SingleValue(ValueError):
    """Neither a list nor an object."""


def read(path: Path, name: str, ending: str) -> list[tuple[str, pd.DataFrame]]:
    try:
        encoding = sniff.encoding_of(path)
        text = path.read_text(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    except sniff.NotText:
        raise CannotRead("not_json", name=name) from None
    if _depth(text) > MOST_DEPTH:
        raise CannotRead("json_deep", name=name, most=MOST_DEPTH)
    try:
        value = _json_lines(text) if ending in (".jsonl", ".ndjson") else _json_value(text)
        several = _several(value)
        frames = (
            {title: _frame_of_json(records) for title, records in several.items()}
            if several
            else {name: _frame_of_json(value)}
        )
    except _SingleValue:
        raise CannotRead("json_single", name=name) from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise CannotRead("json", name=name, cause=str(error)) from error
    if not any(len(frame.columns) for frame in frames.values()):
        raise CannotRead("json_empty", name=name)
    stem = re.sub(r"\.\w+$", "", name)
    return [
        (title if title == name else f"{stem}_{title}", convert(frame, set()))
        for title, frame in frames.items()
        if len(frame.columns)
    ]


def _depth(text: str) -> int:
    """How deep brackets nest, found without recursion: Python's own parser would take the interpreter down with it."""
    depth = _depth_of(text.encode("utf-8", "replace"))
    # Brackets in texts need not match, so they count only on suspicion.
    return depth if depth <= MOST_DEPTH else _depth_of(_STRING.sub("", text).encode("utf-8", "replace"))


def _depth_of(raw: bytes) -> int:
    deepest, depth = 0, 0
    for start in range(0, len(raw), 1 << 20):
        signs = np.frombuffer(raw[start : start + (1 << 20)], "uint8")
        steps = ((signs == 91) | (signs == 123)).astype("int32") - ((signs == 93) | (signs == 125))
        levels = depth + np.cumsum(steps)
        deepest, depth = max(deepest, int(levels.max())), int(levels[-1])
    return deepest


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

# Under these names an answer of a service keeps its records, whatever else it lists beside them.
_RECORDS = ("features", "data", "records", "results", "items", "rows", "values")


def _several(value: Any) -> dict[str, list[Any]] | None:
    """Lists of records side by side, as a graph's nodes and links: each is a table."""
    if not isinstance(value, dict):
        return None
    lists = {
        str(key): item for key, item in value.items() if isinstance(item, list) and item and isinstance(item[0], dict)
    }
    return lists if len(lists) > 1 and not any(known in lists for known in _RECORDS) else None


def _json_value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # One object per line often comes with the plain ending.
        if error.msg == "Extra data":
            return _json_lines(text)
        raise


def _json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in io.StringIO(text) if line.strip()]


def _frame_of_json(value: Any) -> pd.DataFrame:
    if isinstance(value, dict):
        if {"columns", "data"} <= value.keys() and isinstance(value["data"], list):
            return pd.DataFrame(value["data"], columns=value["columns"])
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        known = next((value[key] for key in _RECORDS if isinstance(value.get(key), list) and value[key] in lists), None)
        if known is not None or len(lists) == 1:  # the records sit in an envelope: {"data": [...]}, GeoJSON's features
            return _frame_of_json(known or lists[0])
        if value and all(isinstance(item, list) for item in value.values()):
            return pd.DataFrame({key: pd.Series(item) for key, item in value.items()})
        if value and all(isinstance(item, dict) for item in value.values()):
            frame = pd.DataFrame(value)
            # Column-wise, as pandas writes it, has row numbers as inner keys; else the outer keys are the rows.
            return frame if all(str(key).isdigit() for key in frame.index) else frame.T.infer_objects().reset_index()
        return pd.json_normalize(value)
    if isinstance(value, list):
        if value and all(isinstance(item, list) for item in value):
            head = value[0]
            if all(isinstance(item, str) for item in head) and len(value) > 1:
                return pd.DataFrame(value[1:], columns=unique(head))
            return pd.DataFrame(value, columns=[f"column_{i + 1}" for i in range(max(map(len, value)))])
        if all(isinstance(item, dict) for item in value):
            is_nested = any(isinstance(inner, dict) for item in value[:1000] for inner in item.values())
            return pd.json_normalize(value) if is_nested else pd.DataFrame(value)
        return pd.DataFrame({"value": value})
    raise _SingleValue
