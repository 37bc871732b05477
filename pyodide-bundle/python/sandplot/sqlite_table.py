"""Reads SQLite files: every table and view of the person's is a table here. What a file's own triggers and views compute is bounded
in steps, since a view may count for ever."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from .cannot_read import CannotRead
from .convert import convert
from .names import unique

MARK = b"SQLite format 3\x00"
MOST_TABLES = 50
MOST_STEPS = 20_000  # of a thousand instructions each


def read(path: Path, name: str) -> list[tuple[str, pd.DataFrame]]:
    import sqlite3

    stem = re.sub(r"\.(sqlite3?|db3?)$", "", name, flags=re.IGNORECASE)
    try:
        # Immutable: no lock and no journal, which a file of unknown origin could bring along.
        connection = sqlite3.connect(f"file:{_quoted(str(path))}?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("PRAGMA trusted_schema = OFF")
        steps = iter(range(MOST_STEPS))
        connection.set_progress_handler(lambda: next(steps, None) is None, 1_000)
        try:
            listed = connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
            ).fetchall()
            if len(listed) > MOST_TABLES:
                raise CannotRead("database_tables", name=name, n=len(listed), most=MOST_TABLES)
            found = []
            for (title,) in listed:
                cursor = connection.execute(f'SELECT * FROM "{title.replace(chr(34), chr(34) * 2)}"')
                columns = unique([str(column[0]) for column in cursor.description])
                frame = pd.DataFrame(cursor.fetchall(), columns=columns)
                if len(frame.columns):
                    found.append((title, convert(frame, set())))
        finally:
            connection.close()
    except sqlite3.Error as error:
        if "interrupted" in str(error):
            raise CannotRead("database_endless", name=name) from error
        raise CannotRead("database", name=name, cause=str(error)) from error
    if not found:
        raise CannotRead("database_empty", name=name)
    return [(name, found[0][1])] if len(found) == 1 else [(f"{stem}_{title}", frame) for title, frame in found]


def _quoted(path: str) -> str:
    return re.sub(r"[?#%]", lambda sign: f"%{ord(sign[0]):02x}", path)
