"""The tables that a program finds: by name, by file name, and as `df`."""

from __future__ import annotations

import difflib
import keyword
import re
from typing import Any

import pandas as pd

# Where a frame carries the units of its columns while it is being read.
UNITS = "units"


class Tables(dict[str, pd.DataFrame]):
    """Table name -> frame, in the order of the files. File names find their table too, but are not listed."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}  # file name -> its first table
        self.sources: dict[str, str] = {}  # table -> file name
        self.fingerprints: dict[str, str] = {}  # table -> of its file
        self.units: dict[str, dict[str, str]] = {}  # table -> column -> what its numbers count: %, EUR

    def put(self, wanted: str, file: str, frame: pd.DataFrame, fingerprint: str) -> str:
        """Adds a table under a name made from `wanted`; returns that name."""
        name = self._free(identifier(wanted))
        # Frames carry their units here only as long as they are being read: each step of a program would copy them.
        self.units[name] = frame.attrs.pop(UNITS, {})
        self[name] = frame
        self.files.setdefault(file, name)
        self.sources[name], self.fingerprints[name] = file, fingerprint
        return name

    def fresh(self) -> Tables:
        """Copies for one run. Copy-on-write makes them free until they are written to."""
        copy = self.like()
        for name, frame in self.items():
            copy[name] = frame.copy(deep=False)
        return copy

    def like(self) -> Tables:
        """Without the frames, all that is known of them."""
        copy = Tables()
        copy.files, copy.sources, copy.fingerprints = dict(self.files), dict(self.sources), dict(self.fingerprints)
        copy.units = {name: dict(units) for name, units in self.units.items()}
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


_ENDINGS = "csv|tsv|tab|txt|dat|json|jsonl|ndjson|geojson|xlsx|xlsm|xls|parquet|pq|sqlite|sqlite3|db|html|htm|gz|bz2|xz|zst|zip"


def identifier(text: str) -> str:
    """A name that can be written in a program: `2024 orders (EU).csv` becomes `t_2024_orders_EU`."""
    stem = re.sub(rf"(\.({_ENDINGS}))+$", "", text, flags=re.IGNORECASE)
    name = re.sub(r"\W+", "_", stem).strip("_") or "table"
    if name[0].isdigit():
        name = f"t_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


class Loaded:
    """The tables of this interpreter: as they were read, and as the person wants them. Filled by `load`, used by `run`."""

    def __init__(self) -> None:
        self.read = Tables()
        self.shown = Tables()

    def replace(self, read: Tables) -> None:
        self.read = self.shown = read

    def show(self, tables: Tables) -> None:
        self.shown = tables


loaded = Loaded()
