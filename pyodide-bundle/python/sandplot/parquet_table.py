"""Makes a frame of a Parquet file. Reading the format is the worker's, in JavaScript: it writes each column beside the file as plain
bytes, and `columns.json` that says what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .cannot_read import CannotRead, Needs
from .convert import convert
from .names import unique
from .text import well_formed

MARK = b"PAR1"


def read(path: Path, name: str) -> pd.DataFrame:
    folder = Path(f"{path}.columns")
    if not folder.exists():
        raise Needs("parquet", str(path))
    try:
        described = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
        if "error" in described:
            raise CannotRead("parquet", name=name, cause=str(described["error"]))
        columns = [_column(folder, i, column) for i, column in enumerate(described["columns"])]
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    if not columns:
        raise CannotRead("no_columns", name=name)
    names = unique([well_formed(column["name"]) for column in described["columns"]])
    return convert(pd.DataFrame(dict(zip(names, columns, strict=True))), set())


def _column(folder: Path, number: int, column: dict[str, Any]) -> Any:
    kind = column["kind"]
    raw = (folder / str(number)).read_bytes()
    if kind == "json":
        return pd.Series(json.loads(raw), dtype=object).infer_objects()
    if kind == "kinds":  # texts, each once, and for each row which
        texts = pd.array(json.loads((folder / f"{number}.kinds").read_text(encoding="utf-8")), dtype="str")
        return pd.Series(texts.take(np.frombuffer(raw, "int32"), allow_fill=True))
    if kind == "boolean":
        held = np.frombuffer(raw, "int8")
        values = pd.Series(held == 1)
        return values if (held >= 0).all() else values.astype(object).where(held >= 0, None)
    values = np.frombuffer(raw, kind)
    if column.get("unit") == "date":
        return pd.Series(pd.to_datetime(values, unit="ms"))
    return pd.Series(values.copy())
