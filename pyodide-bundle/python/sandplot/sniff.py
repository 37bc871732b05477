"""Finds out how a text table is written: encoding, delimiter, preamble, decimal mark.

Looks at the first part of the file only, save for the encoding, and decides for what a plain `pd.read_csv(file)` does
wherever that would be right: a program that reads the file itself must see the same columns as `df` has.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import spaced

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 300

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_MARKS_16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Bytes that Windows-1252 does not know: such a text can only be Latin-1.
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

_PADDED = re.compile(r"0\d+")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_DOTTED_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?")


@dataclass
class Layout:
    encoding: str = "utf-8"
    delimiter: str = ","
    skip: int = 0  # lines above the header
    header_end: int = 1  # lines up to and with the header
    decimal: str = "."
    thousands: str | None = None
    header: list[str] = field(default_factory=list)
    names: list[str] | None = None  # where the first row is data already
    rows: int | None = None  # where a note follows them
    padded: set[int] = field(default_factory=set)  # columns whose numbers have leading zeros in the first rows


class NotText(ValueError):
    """The file is no text at all."""


def layout(path: Path, name: str) -> Layout:
    encoding = encoding_of(path)
    with open(path, "rb") as file:
        raw = file.read(SAMPLE_BYTES)
    # The sample may end inside a character or a row: what is cut off is not looked at.
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw)
    whole = len(raw) < SAMPLE_BYTES
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    found = Layout(encoding=encoding)
    _find_delimiter(found, text, name)
    return found


def encoding_of(path: Path) -> str:
    with open(path, "rb") as file:
        start = file.read(4096)
        for mark, encoding in (*_MARKS, *_MARKS_16):
            if start.startswith(mark):
                return encoding
        if b"\0" in start:
            return _wide(start)
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        not_windows = False
        is_utf8 = True
        while block := file.read(4 * 1024 * 1024):
            # What is plain ASCII is found out ten times as fast; nothing of a character may be left from the block before.
            if block.isascii() and not decoder.getstate()[0]:
                continue
            if is_utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_utf8 = False
            not_windows = not_windows or bool(_NOT_WINDOWS.search(block))
        if is_utf8:
            try:
                decoder.decode(b"", final=True)
                return "utf-8"
            except UnicodeDecodeError:
                pass
        return "latin-1" if not_windows else "cp1252"


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > 0.3 * len(start) / 2 and even < 0.05 * len(start):
        return "utf-16-le"
    if even > 0.3 * len(start) / 2 and odd < 0.05 * len(start):
        return "utf-16-be"
    raise NotText


def _find_delimiter(found: Layout, text: str, name: str) -> None:
    text = text.lstrip("\ufeff")
    skipped, text = _skip_comments(text)
    order = ["\t", ",", ";", "|"] if name.lower().endswith((".tsv", ".tab")) else [",", ";", "\t", "|"]
    best: tuple[float, int, str, list[list[str]], int] | None = None
    for delimiter in order:
        rows = _rows(text, delimiter)
        start, width, share = _shape(rows)
        if width < 2 or share < 0.6:
            continue
        score = (share, width)
        if best is None or score > (best[0] + 0.02, 0) or (abs(best[0] - share) <= 0.02 and width > 2 * best[1]):
            best = (share, width, delimiter, rows, start)
    if best is None:
        columns = spaced.find(text, name.lower().endswith(".csv"))
        if columns:
            found.delimiter, found.skip, found.header = r"\s+", skipped + columns.skip, columns.header
            found.header_end, found.names, found.rows = found.skip + 1, columns.names, columns.rows
            return
    if best is None:
        found.skip = skipped
        rows = _rows(text, ",")
        start = next((i for i, row in enumerate(rows) if row), 0)
        found.header = rows[start] if rows else []
        found.header_end = skipped + _lines_before(text, start + 1, ",")
        return
    _, _, found.delimiter, rows, start = best
    # Lines, not rows: blank ones among the preamble count as well.
    found.skip = skipped + (_lines_before(text, start, found.delimiter) if start else 0)
    found.header_end = skipped + _lines_before(text, start + 1, found.delimiter)
    found.header = rows[start]
    _find_decimal(found, rows[start + 1 :])
    if start == 0 and _is_headless(rows, found.decimal):
        found.names = [f"column_{i + 1}" for i in range(len(found.header))]
    found.padded = _padded(rows[start + 1 :])


def _padded(rows: list[list[str]]) -> set[int]:
    """Columns of digits alone, some with leading zeros."""
    zeros = {i for row in rows for i, text in enumerate(row) if _PADDED.fullmatch(text)}
    return {i for i in zeros if all(row[i].isdigit() or not row[i] for row in rows if i < len(row))}


def _skip_comments(text: str) -> tuple[int, str]:
    """Leading lines that begin with `#` or `%`, unless the last of them is the header (`#id,name`)."""
    lines = text.split("\n", 200)
    count = 0
    while count < len(lines) - 1 and (lines[count].startswith(("#", "%")) or (count and not lines[count].strip())):
        count += 1
    while count and not lines[count - 1].strip():
        count -= 1
    if count and count < len(lines):
        last, following = lines[count - 1], lines[count]
        for delimiter in (",", ";", "\t", "|"):
            if last.count(delimiter) and last.count(delimiter) == following.count(delimiter):
                count -= 1
                break
    return count, text.split("\n", count)[count] if count else text


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _shape(rows: list[list[str]]) -> tuple[int, int, float]:
    """Where the header is, how many columns there are, and which share of the rows has that many."""
    filled = [(i, len(row)) for i, row in enumerate(rows) if any(field.strip() for field in row)]
    if not filled:
        return 0, 0, 0.0
    widths = [width for _, width in filled]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    first, first_width = filled[0]
    start = first
    if first_width < usual - 1 or (first_width == 1 and usual == 2 and len(widths) > 3):
        # Fewer names than columns: a title or a note stands above the header.
        for i, width in filled:
            names = [field.strip() for field in rows[i]]
            # A header may end in a delimiter that the rows do not have.
            if width == usual + 1 and not names[-1]:
                names.pop()
            if len(names) == usual:
                if all(name and not spaced.NUMBER.fullmatch(name) for name in names):
                    start = i
                break
    kept = [width for i, width in filled if i >= start]
    head = len(rows[start])
    if head < 2:
        return start, 0, 0.0
    # One more field than names is pandas' unnamed index; short rows are filled with gaps.
    least = head if rows[start][-1].strip() else head - 1
    return start, head, sum(least <= width <= head + 1 for width in kept) / len(kept)


def _lines_before(text: str, row: int, delimiter: str) -> int:
    """How many lines the first rows take: a quoted name may hold a line break."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter if len(delimiter) == 1 else " ")
    for _ in range(row):
        next(reader, None)
    return reader.line_num


def _is_headless(rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row cannot be names: a number stands over every column of numbers, and they are not years or positions."""
    if len(rows) < 4 or any(not field.strip() for field in rows[0]):
        return False

    def is_number(text: str) -> bool:
        return bool(spaced.NUMBER.fullmatch(text.strip().replace(decimal, ".") if decimal != "." else text.strip()))

    width = len(rows[0])
    full = [row for row in rows[1:] if len(row) == width]
    numeric = [i for i in range(width) if full and all(is_number(row[i]) for row in full)]
    if len(numeric) * 2 < width or not all(is_number(rows[0][i]) for i in numeric):
        return False
    heads = [rows[0][i].strip() for i in numeric]
    years = all(re.fullmatch(r"(1[5-9]|20|21)\d\d", head) for head in heads)
    counted = (
        len(heads) > 1
        and all(head.isdigit() for head in heads)
        and len(set(heads)) == len(heads)
        and ([int(head) for head in heads] == list(range(int(heads[0]), int(heads[0]) + len(heads))))
    )
    return not years and not counted and (len(heads) > 1 or "." in heads[0])


def _find_decimal(found: Layout, rows: list[list[str]]) -> None:
    if found.delimiter == ",":
        return
    fields = [field.strip() for row in rows for field in row]
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(field)) for field in fields)
    dotted = [field for field in fields if _DOTTED_DECIMAL_COMMA.fullmatch(field)]
    points = sum(bool(re.fullmatch(r"[-+]?\d*\.\d+", field)) for field in fields if field not in dotted)
    with_both = any("," in field for field in dotted)
    if (commas or with_both) and not points:
        found.decimal = ","
        if dotted:
            found.thousands = "."
