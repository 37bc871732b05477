"""Reads the tables of a web page, or of a part of one that was copied: the largest, with merged cells repeated. Nothing of the page
is run or fetched; its text is all that is looked at."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path

from . import sniff
from .cannot_read import CannotRead

MOST_SPAN = 1_000
MOST_CELLS = 5_000_000


class _Tables(HTMLParser):
    """Gathers rows of texts; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[_Table] = []
        self._silent = 0
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        if tag == "table":
            self._open.append(_Table())
            return
        if not self._open:
            return
        table = self._open[-1]
        if tag == "tr":
            table.end_row()
            table.row = []
        elif tag in ("td", "th"):
            table.end_cell()
            spans = {name: _span(value) for name, value in attrs if name in ("rowspan", "colspan")}
            table.begin_cell(spans.get("rowspan", 1), spans.get("colspan", 1))
            self.cells += spans.get("rowspan", 1) * spans.get("colspan", 1)
            if self.cells > MOST_CELLS:
                raise CannotRead("page_cells")
        elif tag == "br":
            table.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        if not self._open:
            return
        if tag in ("td", "th"):
            self._open[-1].end_cell()
        elif tag == "tr":
            self._open[-1].end_row()
        elif tag == "table":
            table = self._open.pop()
            table.end_row()
            self.tables.append(table.rows)

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent:
            self._open[-1].text.append(data)


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.row: list[str] | None = None
        self.text: list[str] = []
        self._span: tuple[int, int] | None = None
        # Column -> for how many more rows a cell from above fills it, and with what.
        self._hanging: dict[int, tuple[int, str]] = {}
        self._new: dict[int, tuple[int, str]] = {}

    def begin_cell(self, rows: int, columns: int) -> None:
        self.row = [] if self.row is None else self.row
        self._span, self.text = (rows, columns), []

    def end_cell(self) -> None:
        if self.row is None or self._span is None:
            return
        rows, columns = self._span
        text = " ".join("".join(self.text).split())
        for _ in range(columns):
            self._pass_hanging(self.row)
            if rows > 1:
                self._new[len(self.row)] = (rows - 1, text)
            self.row.append(text)
        self._span, self.text = None, []

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self._pass_hanging(self.row)
            if self.row:
                self.rows.append(self.row)
            left = {at: (rows - 1, text) for at, (rows, text) in self._hanging.items() if rows > 1}
            self._hanging, self._new = {**left, **self._new}, {}
        self.row = None

    def _pass_hanging(self, row: list[str]) -> None:
        while len(row) in self._hanging:
            row.append(self._hanging[len(row)][1])


def _span(value: str | None) -> int:
    try:
        return min(max(int(value or 1), 1), MOST_SPAN)
    except ValueError:
        return 1


def to_csv(path: Path, name: str) -> Path:
    """The largest table of the page as a CSV file beside it, which the caller reads and removes."""
    try:
        text = path.read_text(encoding=sniff.encoding_of(path), errors="replace")
    except sniff.NotText:
        raise CannotRead("not_page", name=name) from None
    parser = _Tables()
    parser.feed(text)
    parser.close()
    tables = [table for table in parser.tables if len(table) > 1]
    if not tables:
        raise CannotRead("page_empty", name=name)
    rows = max(tables, key=lambda table: sum(map(len, table)))
    width = max(map(len, rows))
    target = path.with_name(f".table-{path.name}.csv")
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return target
