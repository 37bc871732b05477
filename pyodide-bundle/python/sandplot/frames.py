"""Keeps what was read in a form that opens in a moment, so that a large file is parsed once and not for every run.

The form is a pickle whose large parts lie beside it as they are in memory, and texts as one long text: a later interpreter copies
them once. It is written and opened by this package in two interpreters of one page, before any program has run in the first, and
its reader is as sealed as everything else here.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .kinds import Kinds
from .tables import Tables

# Texts that repeat less than this often are quicker written as they are.
_REPEATS = 2
# No text of a table holds it, as a rule; one that does is pickled.
_BETWEEN = "\0"
# Numbers are read where they lie, which wants them at multiples of their size.
_ALIGN = 64


def freeze(tables: Tables, kinds_of: Callable[[str, int], Kinds | None], measured: Any) -> list[Any]:
    """Parts that make up what `thaw` wants, one after the other. `kinds_of` a table's column; `measured` is given back as it is."""
    known = tables.like()
    kept = {
        name: (
            [str(column) if not isinstance(column, str) else column for column in frame.columns],
            frame.index,
            [_folded(frame.iloc[:, i], kinds_of(name, i)) for i in range(len(frame.columns))],
        )
        for name, frame in tables.items()
    }
    beside: list[Any] = []
    index = pickle.dumps((vars(known), kept, measured), protocol=5, buffer_callback=lambda part: beside.append(part.raw()))
    sizes = [len(index), *(part.nbytes for part in beside)]
    head = struct.pack(f"<{len(sizes) + 1}Q", len(sizes), *sizes)
    padded = [part for piece in (head, index, *beside) for part in (piece, bytes(-memoryview(piece).nbytes % _ALIGN))]
    return [part for part in padded if memoryview(part).nbytes]


def thaw(frozen: memoryview) -> tuple[Tables, Any]:
    (count,) = struct.unpack_from("<Q", frozen)
    sizes = struct.unpack_from(f"<{count}Q", frozen, 8)
    at = _aligned(8 * (count + 1))
    parts: list[memoryview] = []
    for size in sizes:
        parts.append(frozen[at : at + size])
        at = _aligned(at + size)
    known, kept, measured = pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 - see above
    tables = Tables()
    vars(tables).update(known)
    for name, (columns, index, values) in kept.items():
        frame = pd.DataFrame(dict(enumerate(map(_unfolded, values))), index=index, copy=False)
        frame.columns = columns
        tables[name] = frame
    return tables, measured


def _aligned(size: int) -> int:
    return size + -size % _ALIGN


def _folded(values: pd.Series, kinds: Kinds | None) -> Any:
    if not isinstance(values.dtype, pd.StringDtype):
        return values.array if isinstance(values.dtype, pd.api.extensions.ExtensionDtype) else values.to_numpy()
    if kinds is not None and len(kinds.values) * _REPEATS <= len(values):
        return ("kinds", kinds.codes, _one_text(kinds.values), values.dtype)
    return ("texts", values.isna().to_numpy(), _one_text(values.array), values.dtype)


def _one_text(texts: Any) -> Any:
    held = [text if isinstance(text, str) else "" for text in texts]
    joined = _BETWEEN.join(held)
    if joined.count(_BETWEEN) != len(held) - 1:
        return held
    # Lone surrogates are text here, and no encoding's.
    return pickle.PickleBuffer(joined.encode("utf-8", "surrogatepass"))


def _texts_of(kept: Any) -> np.ndarray:
    texts = kept if isinstance(kept, list) else str(kept, "utf-8", "surrogatepass").split(_BETWEEN)
    return np.array(texts, dtype=object)


def _unfolded(values: Any) -> Any:
    if not isinstance(values, tuple):
        return values
    how, rows, kept, kind = values
    texts = _texts_of(kept)
    if how == "kinds":
        # One more, for the rows that have none: their code is -1.
        texts = np.append(texts[: int(rows.max(initial=-1)) + 1], np.array([kind.na_value], dtype=object))[rows]
    else:
        texts[rows] = kind.na_value
    return pd.array(texts, dtype=kind)
