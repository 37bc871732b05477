"""Decides what the texts of a column mean: dates, and numbers with thousands marks.

A column is turned only if every value in it can be read, and in one way: a table with half of its dates lost would be
worse than one with texts in it.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_FORMATS = (
    (re.compile(r"\d{4}/\d\d?/\d\d?"), ("%Y/%m/%d",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4}"), ("%d.%m.%Y",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4} \d\d:\d\d"), ("%d.%m.%Y %H:%M",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4} \d\d:\d\d:\d\d"), ("%d.%m.%Y %H:%M:%S",)),
    # Two readings: taken only if the other one is impossible.
    (re.compile(r"\d\d?/\d\d?/\d{4}"), ("%m/%d/%Y", "%d/%m/%Y")),
    (re.compile(r"\d\d?/\d\d?/\d{4} \d\d?:\d\d"), ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")),
    (re.compile(r"\d\d?-\d\d?-\d{4}"), ("%m-%d-%Y", "%d-%m-%Y")),
    (re.compile(r"\d\d? [A-Z][a-z]{2} \d{4}"), ("%d %b %Y",)),
    (re.compile(r"\d\d?-[A-Z][a-z]{2}-\d{4}"), ("%d-%b-%Y",)),
    (re.compile(r"[A-Z][a-z]{2} \d\d?, \d{4}"), ("%b %d, %Y",)),
    (re.compile(r"\d\d? [A-Z][a-z]{2,8} \d{4}"), ("%d %B %Y",)),
    (re.compile(r"[A-Z][a-z]{2,8} \d\d?, \d{4}"), ("%B %d, %Y",)),
)
_GROUPED = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d{1,3})(\.\d+)?")


def convert(frame: pd.DataFrame, keep: set[Any]) -> pd.DataFrame:
    """Turns columns of dates and of numbers with thousands marks into what they are."""
    for i, (name, kind) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if name in keep or not (kind == object or isinstance(kind, pd.StringDtype)):
            continue
        values = frame.iloc[:, i]
        sample = values.dropna().head(50)
        if sample.empty or not all(isinstance(value, str) for value in sample):
            continue
        better = _as_dates(values, [value.strip() for value in sample])
        if better is None:
            better = _as_numbers(values, [value.strip() for value in sample])
        if better is not None:
            frame.isetitem(i, better)
    return frame


def _as_dates(values: pd.Series, sample: list[str]) -> pd.Series | None:
    try:
        if all(_ISO.fullmatch(value) for value in sample):
            return pd.to_datetime(values, format="ISO8601") if values.str.len().min() >= 8 else None
        for pattern, formats in _FORMATS:
            if all(pattern.fullmatch(value) for value in sample):
                return _one_reading(values, formats)
    except (ValueError, TypeError, OverflowError, AttributeError):
        pass
    return None


def _one_reading(values: pd.Series, formats: tuple[str, ...]) -> pd.Series | None:
    readings: list[pd.Series] = []
    for form in formats:
        try:
            readings.append(pd.to_datetime(values, format=form))
        except (ValueError, OverflowError):
            continue
    if len(readings) == 1:
        return readings[0]
    # 01/01 and 02/02 read the same both ways.
    return readings[0] if len(readings) == 2 and readings[0].equals(readings[1]) else None


def _as_numbers(values: pd.Series, sample: list[str]) -> pd.Series | None:
    if not all(_GROUPED.fullmatch(value) for value in sample) or not any("," in value for value in sample):
        return None
    try:
        if not values.dropna().str.strip().str.fullmatch(_GROUPED.pattern).all():
            return None
        return pd.to_numeric(values.str.strip().str.replace(",", ""))
    except (ValueError, TypeError, AttributeError):
        return None
