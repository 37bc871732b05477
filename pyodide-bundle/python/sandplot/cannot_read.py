"""Why a file became no table: a sentence for its owner, or something that has to be fetched first."""

from __future__ import annotations


class CannotRead(Exception):
    """A file that is no table. The message is a sentence for the person who dropped it."""


class Needs(Exception):
    """The file can be read once something is there that few files need: a package, or a Parquet file made into columns."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.path = path
