"""Columns that a program names and its tables lack, found in its syntax tree before it runs.

Only what must fail is found: statements are followed from the top in the order in which they run, as long as it is known which columns
a frame has. What runs perhaps (branches, loops, functions) is not looked into, and what is handed to it is not known
afterwards. For the rest there is the traceback.
What is said of them is misnamed.py's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

MOST = 20

# Where a method takes names of columns: by keyword, and by position.
TAKES: dict[str, dict[str, int | None]] = {
    "groupby": {"by": 0},
    "sort_values": {"by": 0},
    "set_index": {"keys": 0},
    "dropna": {"subset": None},
    "drop_duplicates": {"subset": 0},
    "pivot_table": {"values": 0, "index": 1, "columns": 2},
    "pivot": {"columns": None, "index": None, "values": None},
    "nlargest": {"columns": 1},
    "nsmallest": {"columns": 1},
    "melt": {"id_vars": 0, "value_vars": 1},
    "plot": {"x": None, "y": None},
}
_SAME = set("copy sort_values dropna drop_duplicates head tail sample query fillna nlargest nsmallest".split())
_CHANGING = {"insert", "pop", "update", "eval", "__setitem__", "__delitem__", "set_axis", "__setattr__", "pipe"}
# What a library's function takes as the name of a column, where its first argument is a frame.
ROLES = {
    "seaborn": {"x", "y", "hue", "size", "style", "col", "row"},
    "plotly.express": {"x", "y", "color", "size", "symbol", "facet_col", "facet_row", "names", "values", "line_group"},
}
# Plotly makes these itself.
_MADE = {"index", "variable", "value"}
_HARMLESS = {"len", "print", "display", "list", "sorted", "set", "type", "str", "repr", "enumerate", "isinstance"}
# With these anything may happen, or nothing may be reached.
_WILD = {"exit", "quit", "_exit", "SystemExit", "exec", "eval", "globals", "locals", "vars", "setattr", "inject"}
_MASKS = (ast.Compare, ast.UnaryOp, ast.BinOp)


@dataclass(eq=False)
class Known:
    """A frame of which the columns are known, under all of its names."""

    table: str
    columns: list[str]
    is_open: bool = False  # something else may have been added
    is_grouped: bool = False

    def like(self, more: Iterable[str] = ()) -> Known:
        return Known(self.table, [*self.columns, *more], self.is_open)


@dataclass(frozen=True)
class Unknown:
    name: str
    table: str
    line: int
    columns: tuple[str, ...]


def unknown(tree: ast.Module, tables: Mapping[str, pd.DataFrame]) -> list[Unknown]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} - {"eval"}
    plain = {name: frame for name, frame in tables.items() if _is_plain(frame)}
    if names & _WILD or not plain:
        return []
    reader = _Reader({name: Known(name, list(frame.columns)) for name, frame in plain.items()}, next(iter(tables)))
    for statement in tree.body:
        reader.statement(statement)
    first: dict[tuple[str, str], Unknown] = {}
    for one in reader.found:
        first.setdefault((one.name, one.table), one)
    return list(first.values())[:MOST]


class _Reader:
    def __init__(self, tables: dict[str, Known], first: str) -> None:
        self.tables = tables
        self.names: dict[str, Known] = {"df": tables[first]} if first in tables else {}
        self.has_tables = True
        self.modules: dict[str, str] = {}
        self.found: list[Unknown] = []

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                self._bind(bound, None)
                if isinstance(node, ast.Import):
                    self.modules[bound] = alias.name
                elif (node.module, alias.name) == ("plotly", "express"):
                    self.modules[bound] = "plotly.express"
        elif isinstance(node, ast.Expr):
            self.look(node.value)
        elif isinstance(node, ast.Assign):
            value = self.look(node.value)
            for target in node.targets:
                self._assign(target, value)
        elif isinstance(node, ast.AugAssign):
            self.look(node.value)
            if isinstance(node.target, ast.Subscript):
                self.look(node.target)
            self._forget(node.target)
        else:
            self._forget(node)

    def look(self, node: ast.expr | None) -> Known | None:
        """Reads an expression that is evaluated for certain; gives the frame that it is, if it is one that is known."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute):
            self.look(node.value)
            return None
        if isinstance(node, ast.Compare) and len(node.ops) == 1 or isinstance(node, (ast.BinOp, ast.UnaryOp)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.look(child)
            return None
        if isinstance(node, (ast.JoinedStr, ast.FormattedValue, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Slice)):
            for child in ast.iter_child_nodes(node):
                # A frame in a list may be changed under another name.
                if isinstance(child, ast.expr) and (inside := self.look(child)) is not None:
                    inside.is_open = True
            return None
        if node is not None and not isinstance(node, ast.Constant):
            self._forget(node)
        return None

    def _subscript(self, node: ast.Subscript) -> Known | None:
        key = node.slice
        if isinstance(node.value, ast.Name) and node.value.id == "tables" and self.has_tables:
            return self.tables.get(str(key.value)) if isinstance(key, ast.Constant) else None
        base = self.look(node.value)
        names = texts(key)
        if base is None or not names:
            self.look(key)
            is_mask = isinstance(key, _MASKS) and base is not None and not base.is_grouped
            return base.like() if base is not None and is_mask else None
        self._check(base, names, node)
        if isinstance(key, ast.Constant) or base.is_grouped:
            return None
        return Known(base.table, [name for name, _ in names], base.is_open)

    def _call(self, node: ast.Call) -> Known | None:
        function = node.func
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        values = [self.look(argument) for argument in arguments]
        root = function
        while isinstance(root, ast.Attribute):
            root = root.value
        module = self.modules.get(root.id) if isinstance(root, ast.Name) else None
        if module is not None:
            if module in ROLES:
                self._of_library(node, values, module)
            return None
        if isinstance(function, ast.Attribute):
            is_plot = isinstance(function.value, ast.Attribute) and function.value.attr == "plot"
            base = self.look(function.value.value if is_plot else function.value)
            if base is not None:
                return self._method(node, base, "plot" if is_plot else function.attr)
        if not (isinstance(function, ast.Name) and function.id in _HARMLESS):
            if not isinstance(function, (ast.Attribute, ast.Name)):
                self.look(function)
            for value in values:
                if value is not None:
                    value.is_open = True
            if any(isinstance(argument, ast.Name) and argument.id == "tables" for argument in arguments):
                self._forget_all()
            if isinstance(function, ast.Name):
                # One of its own, which may change any table by its name.
                self._forget_all()
        return None

    def _method(self, node: ast.Call, base: Known, method: str) -> Known | None:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if method in _CHANGING or "inplace" in given or None in given:
            base.is_open = True
            return None
        if base.is_grouped:
            return None
        for name, place in ({} if "axis" in given else TAKES.get(method, {})).items():
            taken = given.get(name)
            if taken is None and place is not None and place < len(node.args):
                taken = node.args[place]
            self._check(base, texts(taken), node)
        if method == "groupby":
            return Known(base.table, base.columns, base.is_open, is_grouped=True)
        if method == "assign":
            return base.like(str(name) for name in given)
        return base.like() if method in _SAME else None

    def _of_library(self, node: ast.Call, values: list[Known | None], module: str) -> None:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        data = given.get("data") or given.get("data_frame") or (node.args[0] if node.args else None)
        base = self.look(data)
        if (
            base is None
            or None in given
            or any(isinstance(given.get(name), (ast.List, ast.Tuple)) for name in ("x", "y"))
        ):
            return
        for role in (name for name in given if name in ROLES[module]):
            names = texts(given[role]) if isinstance(given[role], ast.Constant) else []
            if module != "plotly.express" or not any(name in _MADE for name, _ in names):
                self._check(base, names, node)

    def _check(self, base: Known, names: list[tuple[str, ast.Constant]], node: ast.expr) -> None:
        for name, constant in names:
            if not base.is_open and name not in base.columns:
                self.found.append(Unknown(name, base.table, constant.lineno, tuple(base.columns)))

    def _assign(self, target: ast.expr, value: Known | None) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif (
            isinstance(target, ast.Subscript)
            and (base := self._frame(target.value)) is not None
            and texts(target.slice)
        ):
            base.columns += [name for name, _ in texts(target.slice)]
        else:
            self._forget(target)
            if value is not None:
                value.is_open = True

    def _frame(self, node: ast.expr) -> Known | None:
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        return self._subscript(node) if isinstance(node, ast.Subscript) else None

    def _bind(self, name: str, value: Known | None) -> None:
        self.modules.pop(name, None)
        self.names.pop(name, None)
        if name == "tables":
            self._forget_all()
        elif value is not None and not value.is_grouped:
            self.names[name] = value

    def _forget(self, node: ast.AST) -> None:
        """Whatever this does to the frames that it mentions, and to the names that it gives."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                if part.id in self.names:
                    self.names.pop(part.id).is_open = True
                if isinstance(part.ctx, ast.Store):
                    self.modules.pop(part.id, None)
                if part.id == "tables":
                    self._forget_all()

    def _forget_all(self) -> None:
        self.has_tables = False
        for known in [*self.tables.values(), *self.names.values()]:
            known.is_open = True


def _is_plain(frame: pd.DataFrame) -> bool:
    return all(isinstance(name, str) for name in frame.columns) and list(frame.index.names) == [None]


def texts(node: ast.expr | None) -> list[tuple[str, ast.Constant]]:
    """The texts of a literal, alone or in a list; none if there is anything else in it."""
    items = node.elts if isinstance(node, ast.List) else [node]
    found = [(item.value, item) for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return found if len(found) == len(items) else []
