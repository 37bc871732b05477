"""The values of a text column, each once, and for each row which: found once, since that takes as long as anything else that
is done with a text column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass
class Kinds:
    codes: np.ndarray  # -1 where nothing is
    values: pd.api.extensions.ExtensionArray  # in the order in which they come

    @cached_property
    def counts(self) -> np.ndarray:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @cached_property
    def missing(self) -> int:
        return int((self.codes < 0).sum())

    def most_common(self, number: int) -> np.ndarray:
        """Positions in `values`, the first one first where two are equally common."""
        return np.argsort(-self.counts, kind="stable")[:number]


def of(values: pd.Series) -> Kinds | None:
    """None for columns that are no texts."""
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    codes, found = pd.factorize(values.array)
    return Kinds(codes.astype("int32"), found)
