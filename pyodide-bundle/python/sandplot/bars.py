"""How the values of a column are spread, as a handful of counts: what the page draws beside its name. It stays in the tab."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .kinds import Kinds

BINS = 16
KINDS = 8


def of(values: pd.Series, kinds: Kinds | None) -> list[int]:
    """Counts of equal parts of the range for numbers and dates, of the most common kinds for what has kinds; else nothing."""
    if kinds is not None:
        counts = [int(count) for count in kinds.counts[kinds.most_common(KINDS)]]
        return counts if counts and counts[0] > 1 else []
    try:
        if pd.api.types.is_bool_dtype(values.dtype):
            return [int(count) for count in values.value_counts().head(KINDS)]
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            return _spread(values.dropna().astype("int64").to_numpy())
        if pd.api.types.is_numeric_dtype(values.dtype):
            return _spread(pd.to_numeric(values, errors="coerce").dropna().to_numpy())
        found: Any = values.value_counts()
    except (TypeError, ValueError, OverflowError):  # lists and dicts from JSON
        return []
    if len(found) == 0 or found.iloc[0] < 2:
        return []
    return [int(count) for count in found.head(KINDS)]


def _spread(held: np.ndarray) -> list[int]:
    held = held[np.isfinite(held)].astype("float64")
    if len(held) == 0:
        return []
    # Half of the largest float on either side of zero would make the range infinite.
    least, most = float(held.min()), float(held.max())
    if not np.isfinite(most - least) or least == most:
        return [len(held)]
    counts, _ = np.histogram(held, bins=BINS, range=(least, most))
    return [int(count) for count in counts]
