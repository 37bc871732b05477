"""Turns an exception into what its reader can act on: the program's own lines, the message, and where it is known, what
was probably meant. The same text, without cells (redact.py), goes to the model when it is asked for a repair, so it is bounded.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pandas as pd

from .text import cut, cut_middle, well_formed

# The name under which the program is compiled; frames of any other file are not the reader's.
PROGRAM = "program.py"

MOST_MESSAGE = 2_000
MOST_TRACEBACK = 12_000

# Import names that a program may use; set by `boot`.
libraries: list[str] = []

_TracebackException = traceback.TracebackException


class _OwnFrames(traceback.StackSummary):
    """The program's frames, and one line that names the library function which raised, if one did."""

    raised_in = ""

    def format(self, **options: Any) -> Iterator[str]:  # type: ignore[override]
        yield from super().format(**options)
        if self.raised_in:
            yield f"  raised in {self.raised_in}\n"


def describe(error: BaseException, tables: Any) -> dict[str, Any]:
    """The error part of a run's result."""
    name = type(error).__name__
    message = _message(error)
    note = _advice(error, tables)
    try:
        text = "".join(_of(error).format(chain=True))
    except Exception:  # noqa: BLE001 - an exception may come with a __str__ that raises
        text = f"{name}: {message}\n"
    lines = [cut_middle(line, MOST_MESSAGE) for line in text.rstrip("\n").split("\n")]
    shown = cut_middle("\n".join(lines), MOST_TRACEBACK)
    if note:
        shown = f"{shown}\n{note}"
    return {
        "type": cut(name, 100),
        "message": well_formed(cut_middle(message, MOST_MESSAGE)),
        "line": _line(error),
        "traceback": well_formed(shown),
    }


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg or "invalid syntax"
    try:
        message = str(error)
    except Exception:  # noqa: BLE001
        return "(the message could not be read)"
    if isinstance(error, MemoryError) and not message:
        return "the program needed more memory than the sandbox has"
    return message


def _of(error: BaseException) -> traceback.TracebackException:
    whole = _TracebackException.from_exception(error)
    _keep_own(whole, error)
    return whole


def _keep_own(part: Any, error: BaseException | None) -> bool:
    """Drops the libraries' frames from a chain of exceptions. True if the program had a hand in this one."""
    if part is None or error is None:
        return False
    own = _OwnFrames(frame for frame in part.stack if frame.filename == PROGRAM)
    is_own = bool(own) or isinstance(error, SyntaxError)
    if part.stack and part.stack[-1].filename != PROGRAM:
        own.raised_in = _innermost(error.__traceback__)
    part.stack = own
    # What a library caught and turned into another exception inside itself is its own affair, unless it says more.
    is_own_cause = _keep_own(part.__cause__, error.__cause__)
    if error.__cause__ is not None and not is_own_cause and _message(error.__cause__) == _message(error):
        part.__cause__ = None
    if not _keep_own(part.__context__, error.__context__):
        part.__context__ = None
    for member, inner in zip(part.exceptions or (), getattr(error, "exceptions", ()), strict=False):
        _keep_own(member, inner)
    return is_own


def _innermost(trace: TracebackType | None) -> str:
    """The library function in which the program's call ended, as `module.Class.function`."""
    last = None
    while trace is not None:
        # Frames of the harness itself (a replaced plt.show, say) are not where the trouble is.
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.split(".")[0] not in ("sandplot", "_pyodide"):
            last = (module, trace.tb_frame.f_code)
        trace = trace.tb_next
    if last is None or last[1].co_filename == PROGRAM:
        return ""
    return cut(f"{last[0]}.{last[1].co_qualname}".replace(".<locals>", ""), 200)


def _line(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno if error.filename == PROGRAM else _line_of(error.__traceback__)
    return _line_of(error.__traceback__)


def _line_of(trace: TracebackType | None) -> int | None:
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PROGRAM:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


# ---------- What was probably meant


def _advice(error: BaseException, tables: Any) -> str:
    try:
        if isinstance(error, ModuleNotFoundError):
            return _about_module(error)
        if isinstance(error, FileNotFoundError):
            return _about_file(error, tables)
        if isinstance(error, NameError) and error.name in ("df", "tables") and not tables:
            return "Note: no table is loaded, so the program has no `df` and no `tables`."
        if isinstance(error, AttributeError) and ".str accessor" in str(error):
            return "Note: columns of dates in `df` are datetimes already: use `.dt` instead of `.str`."
        return _about_column(error, tables)
    except Exception:  # noqa: BLE001 - advice must never hide the error itself
        return ""


def _about_module(error: ModuleNotFoundError) -> str:
    wanted = (error.name or "").split(".")[0]
    if not libraries:
        return f"Note: there is no library “{wanted}” here, and none can be installed."
    return (
        f"Note: there is no library “{wanted}” here, and none can be installed. Libraries here: {', '.join(libraries)}."
    )


def _about_file(error: FileNotFoundError, tables: Any) -> str:
    names = list(dict.fromkeys(getattr(tables, "files", {})))
    if not names:
        return "Note: no data file is loaded."
    return f"Note: the files here are {', '.join(repr(name) for name in names[:20])}; the first is also in `df`."


def _about_column(error: BaseException, tables: Any) -> str:
    """For a column that does not exist: which ones do, and the one whose name is closest."""
    is_missing = isinstance(error, (KeyError, AttributeError)) or (
        isinstance(error, ValueError) and "Could not interpret value" in str(error)
    )
    if not is_missing:
        return ""
    frame = _frame_at_fault(error)
    if frame is None and isinstance(error, (KeyError, ValueError)) and tables:
        frame = next(iter(tables.values()))
    if frame is None:
        return ""
    names = [str(name) for name in frame.columns]
    if isinstance(error, AttributeError):
        wanted = str(error.name or "")
        if not isinstance(error.obj, pd.DataFrame):
            return ""
    elif isinstance(error, KeyError):
        wanted = str(error.args[0]) if error.args else ""
    else:
        wanted = str(error).split("`")[1] if "`" in str(error) else ""
    if wanted in names:
        return ""
    near = closest(wanted, names)
    meant = f" Closest: {near!r}." if near else ""
    return f"Note: the columns are {listed(names)}.{meant}"


def listed(names: list[str]) -> str:
    return ", ".join(repr(cut(name, 60)) for name in names[:40]) + (", …" if len(names) > 40 else "")


def closest(wanted: str, names: list[str]) -> str | None:
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(wanted.casefold().strip("[]'\" "), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _frame_at_fault(error: BaseException) -> pd.DataFrame | None:
    """The frame in which the column was looked up: the innermost one that pandas was working on."""
    if isinstance(error, AttributeError) and isinstance(error.obj, pd.DataFrame):
        return error.obj
    found = None
    trace = error.__traceback__
    while trace is not None:
        local = trace.tb_frame.f_locals
        if str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0] in ("pandas", "seaborn"):
            for name in ("self", "obj", "data", "frame"):
                if isinstance(local.get(name), pd.DataFrame):
                    found = local[name]
        trace = trace.tb_next
    return found
