"""Turns the program's text into code that runs as a script would, and whose last expression is not lost."""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from types import CodeType
from typing import Any

from .trace import PROGRAM

# Where the value of the last expression is put; taken out again before anybody looks.
VALUE = "__sandplot_value__"

_compile = compile
_eval = eval


def prepare(text: str) -> CodeType:
    tree = parse(text)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not _is_silenced(text):
        keep = ast.Assign(targets=[ast.Name(id=VALUE, ctx=ast.Store())], value=last.value)
        tree.body[-1] = ast.copy_location(keep, last)
        ast.fix_missing_locations(tree)
    return _compile(tree, PROGRAM, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


async def execute(code: CodeType, namespace: dict[str, Any]) -> None:
    result = _eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        await result


def parse(text: str) -> ast.Module:
    try:
        return ast.parse(text, PROGRAM)
    except SyntaxError:
        # Lines for a notebook (`%matplotlib inline`, `!pip install x`) are not Python; without them it may be.
        plain = re.sub(r"^([ \t]*)[%!][^\n]*", r"\1pass", text, flags=re.MULTILINE)
        if plain == text:
            raise
        try:
            return ast.parse(plain, PROGRAM)
        except SyntaxError:
            pass
        raise


def _is_silenced(text: str) -> bool:
    """As in a notebook, a semicolon at the very end says that the value is not wanted."""
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT):
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return False
    return last == ";"
