"""Decides what the texts of a column mean: dates, numbers with thousands marks, percentages, money.

A column is turned only if every value in it can be read, and in one way: a table with half of its dates lost would be
worse than one with texts in it.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from .tables import UNITS
from .text import cell

_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_ISO_FORMS = {10: "%Y-%m-%d", 16: "%Y-%m-%d %H:%M", 19: "%Y-%m-%d %H:%M:%S"}
_FORMATS = (
    (re.compile(r"\d{4}/\d\d?/\d\d?"), ("%Y/%m/%d",)),
    (re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d"), ("%Y/%m/%d %H:%M",)),
    (re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d:\d\d"), ("%Y/%m/%d %H:%M:%S",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4}"), ("%d.%m.%Y",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4} \d\d:\d\d"), ("%d.%m.%Y %H:%M",)),
    (re.compile(r"\d\d?\.\d\d?\.\d{4} \d\d:\d\d:\d\d"), ("%d.%m.%Y %H:%M:%S",)),
    # Two readings: taken only if the other one is impossible.
    (re.compile(r"\d\d?/\d\d?/\d{4}"), ("%m/%d/%Y", "%d/%m/%Y")),
    (re.compile(r"\d\d?/\d\d?/\d{4} \d\d?:\d\d"), ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")),
    (re.compile(r"\d\d?/\d\d?/\d{4} \d\d?:\d\d:\d\d"), ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")),
    (re.compile(r"\d\d?/\d\d?/\d{4} \d\d?:\d\d(:\d\d)? [AaPp][Mm]"), ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p")),
    (re.compile(r"\d\d?-\d\d?-\d{4}"), ("%m-%d-%Y", "%d-%m-%Y")),
    (re.compile(r"\d\d? [A-Z][a-z]{2} \d{4}"), ("%d %b %Y",)),
    (re.compile(r"\d\d?-[A-Z][a-z]{2}-\d{4}"), ("%d-%b-%Y",)),
    (re.compile(r"[A-Z][a-z]{2} \d\d?, \d{4}"), ("%b %d, %Y",)),
    (re.compile(r"[A-Z][a-z]{2} \d\d? \d{4}"), ("%b %d %Y",)),
    (re.compile(r"\d\d? [A-Z][a-z]{2,8} \d{4}"), ("%d %B %Y",)),
    (re.compile(r"[A-Z][a-z]{2,8} \d\d?, \d{4}"), ("%B %d, %Y",)),
)
# Both words of a pair have to be there: NO alone may be Norway.
_PAIRS = (
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
)
# Dates written as 20240131. Eight digits may be anything: either the name says it, or so many that happen to be dates are no chance,
# unless the name says that they are keys.
_DIGIT_DATES = (18_000_101, 21_001_231)
_DATE_NAME = re.compile(r"date|datum|fecha|data$|day|tag$|time|when|period|(^|_)(dt|at|on|ymd)$|jour|giorno", re.I)
_KEY_NAME = re.compile(r"(^|[^a-z])(id|key|no|nr|code|number|phone|zip|isbn|ean)s?([^a-z]|$)|[a-z](Id|ID|No)$")
_ENOUGH_DATES = 8
# A number between what may stand around it. Accountants write a loss in brackets.
_SIGNS = "$€£¥₹₩₽₺฿₫₴₦₱"
_CODES = "EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|RON|INR|BRL|AUD|CAD|NZD|ZAR|MXN|KRW|TRY|SGD|HKD|ILS"
_UNIT = rf"(?:[{_SIGNS}]|\b(?:{_CODES})\b|%)"
_AMOUNT = re.compile(
    rf"(?P<loss>\()?\s*(?P<sign>[-+−])?\s*(?P<before>{_UNIT})?\s*(?P<inner>[-+−])?(?P<digits>\d[\d.,'’ \u00a0\u202f]*?|\.\d+)"
    rf"\s*(?P<after>{_UNIT})?\s*(?(loss)\))"
)
# How thousands and decimals are marked; the first way in which every value can be read is taken.
_WAYS = (
    (re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+"), ",", "."),
    (re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"), ".", ","),
    (re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"), " \u00a0\u202f", ","),
    (re.compile(r"\d{1,3}(?:['’]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"), "'’", "."),
)
# Without a unit a text is a number only if its thousands are marked beyond doubt.
_GROUPED = (
    re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d{1,3})(\.\d+)?"),
    re.compile(r"[-+]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,}|,\d{1,2})?"),
    re.compile(r"[-+]?\d{1,3}([ \u00a0\u202f]\d{3})*([.,]\d+)?"),
    re.compile(r"[-+]?\d{1,3}(['’]\d{3})*(\.\d+)?"),
)


def convert(frame: pd.DataFrame, keep: set[Any]) -> pd.DataFrame:
    """Turns columns of dates, of yes and no, of numbers with thousands marks, of percentages and of money into what they are. What
    the numbers then count is in the frame's attributes."""
    units: dict[str, str] = {}
    for i, (name, kind) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if isinstance(kind, np.dtype) and kind.kind in "if":
            dates = _as_digit_dates(frame.iloc[:, i], cell(name))
            if dates is not None:
                frame.isetitem(i, dates)
            continue
        if name in keep or not (kind == object or isinstance(kind, pd.StringDtype)):
            continue
        values = frame.iloc[:, i]
        sample = values.dropna().head(50)
        if sample.empty or not all(isinstance(value, str) for value in sample):
            continue
        texts = [value.strip() for value in sample]
        better = _as_dates(values, texts)
        if better is None:
            better = _as_yes_or_no(values, texts)
        if better is None:
            better, unit = _as_numbers(values, texts)
            if better is not None and unit:
                units[cell(name)] = unit
        if better is not None:
            frame.isetitem(i, better)
    if units:
        frame.attrs[UNITS] = units
    return frame


def _as_digit_dates(values: pd.Series, name: str) -> pd.Series | None:
    least, most = _DIGIT_DATES
    held = values.dropna()
    if held.empty or not least <= held.iloc[0] <= most or not ((held >= least) & (held <= most)).all():
        return None
    if not _DATE_NAME.search(name) and (held.nunique() < _ENOUGH_DATES or _KEY_NAME.search(name)):
        return None
    if held.dtype.kind == "f" and not (held == held.round()).all():
        return None
    try:
        # All of them, or none: one that is no date says what the others are.
        dates = pd.to_datetime(held.astype("int64").astype("str"), format="%Y%m%d")
    except (ValueError, OverflowError):
        return None
    return dates.reindex(values.index)


def _as_yes_or_no(values: pd.Series, sample: list[str]) -> pd.Series | None:
    words = {text.lower() for text in sample}
    if not any(words <= set(pair) for pair in _PAIRS):
        return None
    kinds = {kind: kind.strip().lower() for kind in values.dropna().unique()}
    for yes, no in _PAIRS:
        if set(kinds.values()) == {yes, no}:
            held = values.map({kind: word == yes for kind, word in kinds.items()}).astype(object)
            # As pandas does with True and False: gaps make it a column of objects.
            return held.astype(bool) if held.notna().all() else held.where(held.notna(), None)
    return None


def numbers_of(texts: pd.Series) -> pd.Series:
    """The numbers in texts, whatever stands around them; gaps where there is none."""
    digits, _units = _amounts(texts)
    whole = digits.dropna()
    best, most = None, -1
    for way, (pattern, group, decimal) in enumerate(_WAYS):
        readable = int(whole.str.lstrip("-").str.fullmatch(pattern.pattern).sum())
        if readable > most:
            best, most = (pattern, group, decimal, way), readable
    if best is None:
        return pd.to_numeric(texts, errors="coerce")
    plain = pd.to_numeric(texts, errors="coerce")
    read = _plain(digits, best[1], best[2])
    return plain.where(plain.notna(), read)


def _amounts(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The digits of each text with their sign, and its unit; missing where the text is something else."""
    parts = texts.str.strip().str.extract(rf"^{_AMOUNT.pattern}$")
    minus = parts["loss"].notna() | parts["sign"].isin(["-", "−"]) | parts["inner"].isin(["-", "−"])
    digits = parts["digits"].str.strip()
    digits = digits.where(~minus, "-" + digits)
    return digits, parts["before"].fillna(parts["after"])


def _plain(digits: pd.Series, group: str, decimal: str) -> pd.Series:
    plain = digits
    for mark in group:
        plain = plain.str.replace(mark, "", regex=False)
    return pd.to_numeric(plain.str.replace(decimal, ".", regex=False), errors="coerce")


def _as_dates(values: pd.Series, sample: list[str]) -> pd.Series | None:
    try:
        if all(_ISO.fullmatch(value) for value in sample):
            # Mostly all are as long as the first: one form is read in half the time.
            form = _ISO_FORMS.get(len(sample[0]))
            if form and all(len(text) == len(sample[0]) and text[10:11] != "T" for text in sample):
                try:
                    return pd.to_datetime(values, format=form)
                except (ValueError, OverflowError):
                    pass
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


def _as_numbers(values: pd.Series, sample: list[str]) -> tuple[pd.Series | None, str | None]:
    found = [_AMOUNT.fullmatch(text) for text in sample]
    if not all(found):
        return None, None
    units = {match["before"] or match["after"] for match in found if match}
    if len(units) != 1:
        return None, None
    unit = units.pop()
    try:
        return (_with_unit(values, unit), unit) if unit else (_grouped(values, sample), None)
    except (ValueError, TypeError, AttributeError):
        return None, None


def _with_unit(values: pd.Series, unit: str) -> pd.Series | None:
    held = values.notna()
    digits, units = _amounts(values)
    if not (units[held] == unit).all():
        return None
    bare = digits[held].str.lstrip("-")
    for pattern, group, decimal in _WAYS:
        if bare.str.fullmatch(pattern.pattern).all():
            return _plain(digits, group, decimal)
    return None


def _grouped(values: pd.Series, sample: list[str]) -> pd.Series | None:
    if not any(mark in text for text in sample for mark in ",.'’ \u00a0\u202f"):
        return None
    for pattern, (_, group, decimal) in zip(_GROUPED, _WAYS, strict=True):
        # A mark must be seen: digits alone that pandas left as text were left so for a reason.
        if all(pattern.fullmatch(text) for text in sample) and any(mark in text for text in sample for mark in group):
            texts = values.str.strip()
            return _plain(texts, group, decimal) if texts.dropna().str.fullmatch(pattern.pattern).all() else None
    return None
