"""Why a file became no table: something to tell its owner, or something that has to be fetched first."""

from __future__ import annotations


class CannotRead(Exception):
    """A file that is no table. The page says why in the language of the person who dropped it: `code` is a key of static/words
    without its `refused.`, and `values` are what stands in that sentence."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Needs(Exception):
    """The file can be read once something is there that few files need: a package, or a Parquet file made into columns."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.path = path
