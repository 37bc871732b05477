"""What is said of the columns that a program names and its tables lack (columns.py), before it runs; and of the types of those
that they have.

A name that is one column's but for case, blanks and signs is put right where it stands for a column. The page does that,
in sight; a name that the program also gives away itself is left to the model.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from . import program, trace
from .columns import MOST, ROLES, TAKES, Unknown, texts, unknown
from .text import cut, well_formed

# Arguments that name columns.
_PLACES = set("by subset keys columns index values id_vars value_vars column on left_on right_on".split())
# What writes words on a chart.
_WORDS = set("title suptitle xlabel ylabel set_title set_xlabel set_ylabel set_label text annotate print".split())


def seen_before(text: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any] | None:
    """The error with which this program would end, with what puts it right; None if no such error is certain."""
    try:
        tree = program.parse(text)
        found = unknown(tree, tables)
        return {**described(found, text), "fixes": fixes(tree, text, found)} if found else None
    except Exception:  # noqa: BLE001 - the run says what is wrong with it
        return None


def fixes(tree: ast.Module, text: str, found: list[Unknown]) -> list[dict[str, Any]]:
    """Where to write which name in place of another; nothing, if not all of them are certain."""
    meant: dict[str, str] = {}
    for one in found:
        alike = [name for name in one.columns if _folded(name) == _folded(one.name)]
        if len(alike) != 1 or meant.setdefault(one.name, alike[0]) != alike[0]:
            return []
    lines = text.split("\n")
    columns, words = set(map(id, _columns(tree))), set(map(id, _words(tree)))
    edits = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in meant:
            return []
        if (
            not isinstance(node, ast.Constant)
            or not isinstance(node.value, str)
            or node.value not in meant
            or id(node) in words
        ):
            continue
        if id(node) not in columns or node.lineno != node.end_lineno:
            return []
        line = lines[node.lineno - 1].encode()
        start, end = (_units(line[:at]) for at in (node.col_offset, node.end_col_offset or 0))
        edits.append({"line": node.lineno, "start": start, "end": end, "from": node.value, "to": meant[node.value]})
    return edits


def described(found: list[Unknown], text: str) -> dict[str, Any]:
    """As the error of the run that it would have been."""
    first, lines = found[0], text.split("\n")
    frames = f'  File "program.py", line {first.line}, in <module>\n    {lines[first.line - 1].strip()}'
    notes = []
    for table in dict.fromkeys(one.table for one in found):
        those = [one for one in found if one.table == table]
        lacking = ", ".join(f"{one.name!r} (line {one.line})" for one in those)
        notes.append(
            f"Note: seen before the run. Table {table!r} has no column {lacking}; "
            f"its columns are {trace.listed(list(those[0].columns))}."
        )
    near = trace.closest(first.name, list(first.columns))
    if near:
        notes[0] += f" Closest: {near!r}."
    return {
        "type": "KeyError",
        "message": well_formed(cut(repr(first.name), 200)),
        "line": first.line,
        "traceback": well_formed(
            f"Traceback (most recent call last):\n{cut(frames, 1000)}\nKeyError: {first.name!r}\n" + "\n".join(notes)
        ),
    }


def types(text: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """The types of the columns that a program names, as pandas has them: what most errors of a chart are about."""
    try:
        tree = program.parse(text)
    except SyntaxError:
        return ""
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = [
        f"{cut(str(name), 60)!r} {frame.dtypes.iloc[place].name}" + (f" (table {table!r})" if len(tables) > 1 else "")
        for table, frame in tables.items()
        for place, name in enumerate(frame.columns)
        if name in named
    ]
    return f"Note: as opened, the types are: {', '.join(found[:MOST])}." if found else ""


def _columns(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts that stand where a column is named."""
    for node in ast.walk(tree):
        taken: list[ast.expr | None] = []
        if isinstance(node, ast.Subscript):
            taken = [node.slice]
        elif isinstance(node, ast.Call):
            roles = _PLACES | ROLES["seaborn"] | ROLES["plotly.express"]
            taken = [keyword.value for keyword in node.keywords if keyword.arg in roles]
            if isinstance(node.func, ast.Attribute) and node.func.attr in TAKES:
                taken += node.args
        for one in taken:
            yield from (constant for _, constant in texts(one))


def _words(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts for who reads the chart."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            taken = list(node.args) if name in _WORDS else []
            taken += [one.value for one in node.keywords if one.arg in ("label", "title", "xlabel", "ylabel")]
            yield from (one for one in taken if isinstance(one, ast.Constant))


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _units(text: bytes) -> int:
    """As JavaScript counts."""
    return len(text.decode().encode("utf-16-le")) // 2
