"""The tables that a program finds: by name, by file name, and as `df`."""

from __future__ import annotations

import difflib
import keyword
import re
from typing import Any

import pandas as pd


class Tables(dict[str, pd.DataFrame]):
    """Table name -> frame, in the order of the files. File names find their table too, but are not listed."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}  # file name -> its first table
        self.sources: dict[str, str] = {}  # table -> file name

    def put(self, wanted: str, file: str, frame: pd.DataFrame) -> str:
        """Adds a table under a name made from `wanted`; returns that name."""
        name = self._free(identifier(wanted))
        self[name] = frame
        self.files.setdefault(file, name)
        self.sources[name] = file
        return name

    def replace(self, other: Tables) -> None:
        self.clear()
        self.update(other)
        self.files, self.sources = other.files, other.sources

    def fresh(self) -> Tables:
        """Copies for one run. Copy-on-write makes them free until they are written to."""
        copy = Tables()
        copy.files, copy.sources = dict(self.files), dict(self.sources)
        for name, frame in self.items():
            copy[name] = frame.copy(deep=False)
        return copy

    def __missing__(self, key: Any) -> pd.DataFrame:
        wanted = str(key)
        for file, name in self.files.items():
            if wanted in (file, file.rsplit(".", 1)[0]) or wanted.endswith("/" + file):
                return self[name]
        close = difflib.get_close_matches(wanted, list(self), n=1)
        meant = f" Closest: {close[0]!r}." if close else ""
        raise KeyError(f"{wanted!r} is no table; there are {', '.join(map(repr, self)) or 'none'}.{meant}")

    def _free(self, name: str) -> str:
        taken, turn = name, 2
        while taken in self:
            taken, turn = f"{name}_{turn}", turn + 1
        return taken


def identifier(text: str) -> str:
    """A name that can be written in a program: `2024 orders (EU).csv` becomes `t_2024_orders_EU`."""
    stem = re.sub(r"(\.(csv|tsv|tab|txt|dat|json|jsonl|ndjson|xlsx|xlsm|xls|gz|zip))+$", "", text, flags=re.IGNORECASE)
    name = re.sub(r"\W+", "_", stem).strip("_") or "table"
    if name[0].isdigit():
        name = f"t_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


# The tables of this interpreter: filled by `load`, read by `run`.
loaded = Tables()
