"""Finds the columns in which a number is written with a leading zero, as postcodes are: read as numbers they would lose it.

The bytes of the file are asked first, since reading columns again as text costs as much as the first time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from . import pieces

_BLOCK = 16 * 1024 * 1024
# Fields of digits that begin with a zero; dates and times do not match, as something else follows their digits.
_ZERO_FIRST = re.compile(rb"[,;\t|\n \"]0\d+[\",;\t|\r\n ]")


def columns(path: Path, options: dict[str, Any], names: list[Any], among: list[Any]) -> set[Any]:
    """`names`: all columns in their order; `among`: those that would lose something."""
    delimiter = options["sep"].encode()
    if options["encoding"].startswith(("utf-16", "utf-32")):
        suspicious = set(among)
    elif len(delimiter) == 1:
        suspicious = _seen(path, delimiter, names, set(among))
    else:
        suspicious = set(among) if any(_ZERO_FIRST.search(block) for block in _blocks(path)) else set()
    if not suspicious:
        return set()
    wanted = [name for name in among if name in suspicious]
    texts = pieces.read(path, {**options, "dtype": dict.fromkeys(wanted, str), "usecols": wanted})
    return {column for column in wanted if texts[column].str.match(r"\s*0\d").any()}


def _blocks(path: Path) -> Any:
    """The file in blocks of whole lines."""
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            yield block + file.readline()


def _seen(path: Path, delimiter: bytes, names: list[Any], among: set[Any]) -> set[Any]:
    """Those of them in which such a field stands; all of them where quotes keep one from counting fields."""
    after = re.escape(delimiter)
    rest = rb"0\d+ *[\r\n" + after + rb"]"
    # Two, since one that begins with two plain bytes is searched much faster.
    close, spaced = re.compile(after + rest), re.compile(after + b" +" + rest)
    first = re.compile(rb"\n *0\d+ *" + after)
    quoted = re.compile(rb"\"\s*0\d+\s*\"")
    found: set[Any] = set()
    for block in _blocks(path):
        has_quotes = b'"' in block
        if has_quotes and quoted.search(block):
            return among
        if first.search(b"\n" + block[:100]) or first.search(block):
            found.add(names[0])
        for pattern in (close, spaced) if delimiter + b" " in block else (close,):
            at = 0
            # Each match ends at what the next one may begin with.
            while match := pattern.search(block, at):
                at = match.end() - 1
                line = block.rfind(b"\n", 0, match.start()) + 1
                if has_quotes and b'"' in block[line : match.start()]:
                    return among
                position = block.count(delimiter, line, match.start()) + 1
                if position >= len(names):
                    return among
                found.add(names[position])
    return found & among
