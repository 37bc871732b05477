"""Turns values into short text that a person can read, and into plain values that JSON can carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

# Beyond this a JavaScript number can no longer tell two neighbouring integers apart.
_SAFE_INTEGER = 2**53


def cut(text: str, limit: int) -> str:
    """Shortens at the end: for names and labels, where the beginning says most."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def cut_middle(text: str, limit: int) -> str:
    """Shortens in the middle: for messages, whose beginning says what and whose end says why."""
    if len(text) <= limit:
        return text
    half = (limit - 40) // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


def well_formed(text: str) -> str:
    """Replaces lone surrogates, which no encoder downstream would accept."""
    return text.encode("utf-8", "replace").decode("utf-8")


# Of a name or a cause in a sentence of the page's.
_MOST_SAID = 500


def said(code: str, values: dict[str, str | int]) -> dict[str, Any]:
    """A sentence for the page to say in the person's language: a key of static/words without its first part, and what stands in it."""
    short = {name: well_formed(cut(value, _MOST_SAID)) if isinstance(value, str) else value for name, value in values.items()}
    return {"code": code, "values": short}


def number(value: Any) -> int | float | None:
    """A number for JSON, or None where JSON has none (NaN, infinity)."""
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        if abs(whole) <= _SAFE_INTEGER:
            return whole
        value = float(whole) if abs(whole) < 2**1000 else math.inf
    try:
        real = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return real if math.isfinite(real) else None


def instant(value: Any) -> str:
    """A date as ISO text, without a midnight that nobody wrote."""
    text = value.isoformat()
    return text[:-9] if text.endswith("T00:00:00") else text


def cell(value: Any) -> str:
    """One value of a table, as text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "True" if value else "False"
    if isinstance(value, (float, np.floating)):
        return _real(float(value))
    if isinstance(value, pd.Timestamp):
        return instant(value).replace("T", " ")
    if isinstance(value, str):
        return well_formed(cut(value, 500))
    try:
        return well_formed(cut(str(value), 500))
    except Exception:  # noqa: BLE001 - any object may sit in a cell, and its __str__ may do anything
        return f"<{type(value).__name__}>"


def _real(value: float) -> str:
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size and (size < 1e-4 or size >= 1e15):
        return f"{value:.6g}"
    return f"{value:.6f}".rstrip("0").rstrip(".")
