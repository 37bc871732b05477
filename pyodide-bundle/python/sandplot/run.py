"""Runs one program as its author would have run it, and gathers what it showed.

The program gets the namespace of a fresh `__main__`, the tables, and the files in the working directory. What it
changes in the interpreter's own modules is put back before the result is made, so that a program which shadows `print`
or replaces `savefig` still gets its result.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import json
import linecache
import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import asyncio_here, fonts, look_seaborn, misnamed, program, redact, table, trace
from .capture_altair import AltairCapture
from .capture_image import ImageCapture
from .capture_matplotlib import MatplotlibCapture
from .capture_plotly import PlotlyCapture
from .gallery import Gallery, Sink
from .hooks import AfterImport
from .tables import Tables, loaded
from .text import cut, cut_middle, well_formed

MOST_VALUE = 10_000
MOST_WARNINGS = 20

_dumps = json.dumps

# Said to authors of libraries, or about a screen that is not there: nothing a reader of the chart can use.
_QUIET = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning, SyntaxWarning)
_NOISE = ("non-interactive", "FigureCanvasAgg", "Matplotlib is building the font cache", "Pyarrow will become")


class _Captures:
    """All kinds of figures behind one face, in the order in which a value is offered to them."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.hooks = AfterImport()
        self.matplotlib = MatplotlibCapture(gallery)
        self.plotly = PlotlyCapture(gallery)
        self.altair = AltairCapture(gallery)
        self.image = ImageCapture(gallery)

    def install(self) -> None:
        sys.meta_path.insert(0, self.hooks)
        self.matplotlib.install()
        for capture in (self.plotly, self.altair, self.image):
            capture.install(self.hooks)
        self.hooks.call("seaborn.matrix", look_seaborn.apply)

    def remove(self) -> None:
        if self.hooks in sys.meta_path:
            sys.meta_path.remove(self.hooks)
        for capture in (self.plotly, self.altair, self.image, self.matplotlib):
            capture.remove()

    def show_value(self, value: Any) -> str | None:
        """Shows a value as figure or table; gives its text if it is neither."""
        if table.is_table(value):
            table.show(self.gallery, value)
            return None
        for capture in (self.plotly, self.altair, self.image, self.matplotlib):
            if capture.show_value(value):
                return None
        return _text_of(value)

    def show_rest(self, namespace: dict[str, Any]) -> None:
        """After the program: figures left open, then, for each interactive library that showed nothing, what was
        assigned, and if there is still nothing, what was forgotten."""
        self.matplotlib.show_left_open()
        kinds = {type(shown.thing).__module__.split(".")[0] for shown in self.gallery.shown}
        if "plotly" not in kinds:
            self.plotly.show_assigned(namespace)
        if "altair" not in kinds:
            self.altair.show_assigned(namespace)
        if not self.gallery.shown:
            self.matplotlib.show_forgotten(namespace)


async def run(text: str, sink: Any) -> str:
    """Runs the program and returns the result as JSON; see the package's contract."""
    if certain := misnamed.seen_before(text, loaded.shown):
        nothing = {"ok": False, "figures": [], "value": None, "warnings": []}
        return _dumps({**nothing, "error": _told(certain, text)}, ensure_ascii=False)
    fonts.arrived()
    gallery = Gallery(Sink(sink))
    captures = _Captures(gallery)
    tables = loaded.shown.fresh()
    error: BaseException | None = None
    value: str | None = None

    main = types.ModuleType("__main__")
    namespace = main.__dict__
    restore = _set_scene(main, text, tables, captures)
    with warnings.catch_warnings(record=True) as raised:
        captures.install()
        error = await _execute(text, namespace, restore)
        try:
            captures.matplotlib.show_left_open()
            last = namespace.pop(program.VALUE, None)
            if error is None and last is not None:
                value = captures.show_value(last)
            captures.show_rest(namespace)
        except BaseException as late:  # noqa: BLE001 - a repr, or a figure, may raise anything
            error = error or late
        figures, error = _draw(gallery, error)
        captures.remove()
    result = {
        "ok": error is None,
        "figures": figures,
        "value": value,
        "error": None if error is None else _described(error, tables, text),
        "warnings": gallery.warnings + _worth_reading(raised, gallery.warnings),
    }
    _flush()
    return _dumps(result, ensure_ascii=False, allow_nan=False, default=str)


def _flush() -> None:
    """What was printed belongs to this run."""
    for stream in (sys.__stdout__, sys.__stderr__):
        # The program may have closed it, or put something else in its place.
        with contextlib.suppress(Exception):
            stream.flush()


def _described(error: BaseException, tables: Tables, text: str) -> dict[str, Any]:
    return _told(trace.describe(error, tables), text)


def _told(described: dict[str, Any], text: str) -> dict[str, Any]:
    """With what else is known, and with the form in which it may leave the tab."""
    try:
        # By the tables as they were opened: the program may have changed its own.
        if note := misnamed.types(text, loaded.shown):
            described["traceback"] += f"\n{note}"
        described["told"] = redact.told(described["traceback"], loaded.shown, text)
    except Exception:  # noqa: BLE001 - rather too little than a cell
        described["told"] = described["type"]
    return described


async def _execute(text: str, namespace: dict[str, Any], restore: Callable[[], None]) -> BaseException | None:
    """Runs the program to its end; returns the exception that ended it, if it is one to report."""
    before = asyncio.all_tasks()
    try:
        try:
            await program.execute(program.prepare(text), namespace)
        finally:
            restore()  # before anything else: the program may have replaced what the next lines rely on
        started = [task for task in asyncio.all_tasks() - before if not task.done()]
        if started:
            # `asyncio.create_task(main())` as the last line: the program is not over before it is.
            await asyncio.gather(*started)
    except SystemExit as ended:
        return _exit_error(ended)
    except BaseException as raised:  # noqa: BLE001 - KeyboardInterrupt and the like are the program's, too
        return raised
    return None


def _draw(gallery: Gallery, error: BaseException | None) -> tuple[list[dict[str, Any]], BaseException | None]:
    """Draws all figures; one that cannot be drawn must not cost the others."""
    for shown in list(gallery.shown):
        try:
            shown.settle(gallery.sink)
        except BaseException as failed:  # noqa: BLE001
            gallery.shown.remove(shown)
            error = error or failed
    return gallery.figures(), error


def _set_scene(main: types.ModuleType, text: str, tables: Tables, captures: _Captures) -> Callable[[], None]:
    """Makes the interpreter look as it does to a script; returns what makes it look as before."""
    folder = os.getcwd()
    saved_builtins = dict(vars(builtins))
    saved_main, saved_arguments = sys.modules.get("__main__"), sys.argv
    streams = sys.stdin, sys.stdout, sys.stderr
    hooks = sys.excepthook, sys.displayhook
    restore_asyncio = asyncio_here.install()
    exit_now = os._exit

    sys.modules["__main__"] = main
    sys.argv = [trace.PROGRAM]
    main.__file__ = os.path.join(folder, trace.PROGRAM)
    namespace = main.__dict__
    namespace["__builtins__"] = builtins
    namespace["display"] = _display(captures)
    namespace["tables"] = tables
    if tables:
        namespace["df"] = next(iter(tables.values()))
    else:
        del namespace["tables"]
    builtins.input = _nobody_to_ask
    builtins.exit = builtins.quit = sys.exit
    os._exit = sys.exit  # type: ignore[assignment] - it would end the interpreter and with it the result
    lines = text.splitlines(keepends=True)
    linecache.cache[trace.PROGRAM] = (len(text), None, lines, trace.PROGRAM)

    def restore() -> None:
        current = vars(builtins)
        for name in current.keys() - saved_builtins.keys():
            del current[name]
        current.update(saved_builtins)
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.excepthook, sys.displayhook = hooks
        sys.argv = saved_arguments
        if saved_main is not None:
            sys.modules["__main__"] = saved_main
        restore_asyncio()
        os._exit = exit_now
        os.chdir(folder)

    return restore


def _display(captures: _Captures) -> Callable[..., None]:
    def display(*values: Any, **_options: Any) -> None:
        """Shows figures and tables at once, as in a notebook; prints anything else."""
        for value in values:
            text = captures.show_value(value)
            if text is not None:
                print(text)

    return display


def _nobody_to_ask(prompt: object = "", /) -> str:  # noqa: ARG001
    raise EOFError("input() cannot ask anybody: the program runs by itself. Put the value into the program instead.")


def _exit_error(ended: SystemExit) -> BaseException | None:
    code = ended.code
    if code is None or code == 0:
        return None
    if isinstance(code, int):
        message = f"the program ended itself with exit status {code}"
    else:
        message = str(code)
    return SystemExit(message).with_traceback(ended.__traceback__)


def _text_of(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return well_formed(cut_middle(repr(value), MOST_VALUE))


def _worth_reading(raised: list[warnings.WarningMessage], already: list[str | dict[str, Any]]) -> list[str]:
    sentences: list[str] = []
    for warning in raised:
        text = well_formed(cut(" ".join(str(warning.message).split()), 500))
        if issubclass(warning.category, _QUIET) or any(noise in text for noise in _NOISE):
            continue
        if text and text not in sentences and text not in already:
            sentences.append(text)
    return sentences[: max(MOST_WARNINGS - len(already), 0)]
