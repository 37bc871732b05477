"""Catches matplotlib figures: shown, saved, left open, or given as the last expression. Seaborn, pandas, networkx and
sympy draw through matplotlib and need nothing of their own, save seaborn's objects, which draw only when asked.

What counts as shown, and when it is drawn:
- `plt.show()` shows the open figures in order and closes them, as a notebook does.
- `fig.show()` and saving to a path show one figure. Saving into memory does not, unless nothing else was shown.
- A figure is drawn at the end of the run, or just before it is cleared for reuse.
"""

from __future__ import annotations

import io
import os
import re
import sys
import warnings
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot as plt
from matplotlib._pylab_helpers import Gcf
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.transforms import Bbox

from . import drawn_matplotlib, facts_matplotlib, faults, look_matplotlib, ticks
from .gallery import Gallery, Sink
from .layout import untangle

# Taken before any program runs: a program that replaces these still gets its figures.
_savefig = Figure.savefig
_clear_figure = FigureBase.clear
_clear_axes = Axes.clear
_show_figure = Figure.show
_show = plt.show
_pause = plt.pause
_use = matplotlib.use
_switch = plt.switch_backend

# CSS pixels an inch, whatever the program's dpi: dpi is how fine a picture is, not how large.
PIXELS_AN_INCH = 100
PNG_DENSITY = 2
PADDING = 0.1
MOST_PNG_PIXELS = 24_000_000
MOST_SVG_VERTICES = 60_000
MOST_SVG_CHARACTERS = 2_000_000

# What other programs' pictures may do and the page does not show as one: links, filters, masks.
_MORE_THAN_SHAPES = re.compile("<(?:a|filter|mask)[ >]")

_RENDERING = {"svg.fonttype": "path", "svg.hashsalt": "sandplot", "svg.image_inline": True, "savefig.directory": ""}


class MatplotlibCapture:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._in_memory: list[Figure] = []

    def install(self) -> None:
        """Replaces the ways to show and clear a figure. `remove` puts them back."""
        capture = self

        def show(*_args: Any, block: bool | None = None, **_kwargs: Any) -> None:
            for manager in Gcf.get_all_fig_managers():
                capture.show(manager.canvas.figure)
                if block is not False:
                    Gcf.destroy(manager)

        def pause(interval: float = 0) -> None:  # noqa: ARG001 - nobody watches between the frames
            return None

        def show_figure(figure: Figure, warn: bool = True) -> None:  # noqa: ARG001
            capture.show(figure)

        def savefig(figure: Figure, fname: Any, *args: Any, **kwargs: Any) -> Any:
            return capture.save(figure, fname, *args, **kwargs)

        def clear_figure(figure: FigureBase, keep_observers: bool = False) -> None:
            capture.settle(figure)
            _clear_figure(figure, keep_observers=keep_observers)

        def clear_axes(axes: Axes) -> None:
            # Also called while an axes is being made, when there is no figure to speak of yet.
            if axes.__dict__.get("_children"):
                capture.settle(axes.get_figure(root=True))
            _clear_axes(axes)

        def use(backend: str, *, force: bool = True) -> None:  # noqa: ARG001
            # Most name a backend with windows, which fits their author's screen and none here. Agg draws everything.
            return None

        def switch_backend(newbackend: str) -> None:  # noqa: ARG001
            return None

        for mine, theirs in (
            (use, _use),
            (switch_backend, _switch),
            (show, _show),
            (pause, _pause),
            (show_figure, _show_figure),
            (savefig, _savefig),
            (clear_figure, _clear_figure),
            (clear_axes, _clear_axes),
        ):
            mine.__name__, mine.__doc__, mine.__wrapped__ = theirs.__name__, theirs.__doc__, theirs  # type: ignore[attr-defined]
        plt.show, plt.pause = show, pause
        matplotlib.use, plt.switch_backend = use, switch_backend
        Figure.show, Figure.savefig = show_figure, savefig
        FigureBase.clear, Axes.clear = clear_figure, clear_axes

    def remove(self) -> None:
        plt.show, plt.pause = _show, _pause
        matplotlib.use, plt.switch_backend = _use, _switch
        Figure.show, Figure.savefig = _show_figure, _savefig
        FigureBase.clear, Axes.clear = _clear_figure, _clear_axes
        plt.close("all")

    def show(self, figure: FigureBase) -> None:
        figure = _root(figure)
        for shown in self._gallery.shown:
            # Drawn already means that it was cleared since: what is on it now is another picture.
            if shown.thing is figure and shown.drawn is None:
                return
        if not any(shown.thing is figure for shown in self._gallery.shown) or not _is_empty(figure):
            self._gallery.show(figure, lambda sink: draw(figure, sink, self._gallery))

    def save(self, figure: Figure, fname: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(fname, (str, os.PathLike)):
            self._in_memory.append(figure)
            return _savefig(figure, fname, *args, **kwargs)
        self.show(figure)
        try:
            return _savefig(figure, fname, *args, **kwargs)
        except OSError as error:
            # The folder of the author's own machine is not here; the figure they wanted to keep is.
            self._gallery.tell("not_saved", file=os.fspath(fname), cause=str(error.strerror or error))
            return None

    def settle(self, figure: Any) -> None:
        """Draws a figure that was shown and is about to lose its contents."""
        for shown in self._gallery.shown:
            if shown.thing is figure and shown.drawn is None:
                shown.settle(self._gallery.sink)

    def show_value(self, value: Any) -> bool:
        """Takes the program's last value if it is, or holds, a figure. True if there is nothing left to print."""
        if _is_seaborn_plot(value):
            value.plot(pyplot=True)
            return True
        artists = list(_artists(value, 0))
        for artist in artists:
            figure = artist if isinstance(artist, FigureBase) else artist.get_figure(root=True)
            if isinstance(figure, FigureBase):
                self.show(figure)
        return bool(artists)

    def show_left_open(self) -> None:
        for manager in Gcf.get_all_fig_managers():
            self.show(manager.canvas.figure)

    def show_forgotten(self, namespace: dict[str, Any]) -> None:
        """For a program that showed nothing at all: what it made without showing it."""
        for value in list(namespace.values()):
            if isinstance(value, Figure) and not _is_empty(value):
                self.show(value)
            elif _is_seaborn_plot(value) and not self._gallery.shown:
                value.plot(pyplot=True)
                self.show_left_open()
        for figure in self._in_memory:
            if not self._gallery.has(figure) and not _is_empty(figure):
                self.show(figure)


def draw(figure: Figure, sink: Sink, gallery: Gallery) -> dict[str, Any]:
    """Draws one figure as SVG, and as PNG if it is heavy, or if a page may not show such an SVG as a picture: drawing costs
    most of a chart's time, and a page can make pixels of an SVG by itself."""
    with warnings.catch_warnings(record=True) as raised, matplotlib.rc_context(_RENDERING):
        warnings.simplefilter("always")
        settled = look_matplotlib.settle(figure)
        restore = None
        try:
            with ticks.placed_once():
                frame = _frame(figure)
                restore = untangle(figure)
                if restore:
                    frame = _frame(figure)
                facts, drawn = facts_matplotlib.of(figure), drawn_matplotlib.of(figure)
                wrong = faults.of(figure, frame)
                svg = _svg(figure, frame) if facts_matplotlib.vertices(figure) <= MOST_SVG_VERTICES else None
                png = _png(figure, frame) if svg is None or _MORE_THAN_SHAPES.search(svg) else None
        finally:
            for undo in (restore, settled):
                if undo:
                    undo()
    _warn_of_glyphs(raised, gallery)
    return {
        "kind": "png" if svg is None else "svg",
        "svg": None if svg is None else sink.add("svg", svg),
        "png": None if png is None else sink.add("png", png),
        "width": max(round(frame.width * PIXELS_AN_INCH), 1),
        "height": max(round(frame.height * PIXELS_AN_INCH), 1),
        "facts": {**facts, "trends": drawn["trends"], "faults": wrong},
        "tables": drawn["tables"],
    }


def _frame(figure: Figure) -> Bbox:
    """What to show of the figure, in inches: everything that is drawn and a little air. Measured once for both forms,
    because measuring costs as much as drawing. It also brings ticks and axes to where they will be drawn."""
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    whole = Bbox.from_bounds(0, 0, *figure.get_size_inches())
    tight = figure.get_tightbbox(figure._get_renderer())
    if not np.isfinite(tight.extents).all() or tight.width <= 0 or tight.height <= 0:
        return whole
    # Something was drawn far outside: the figure's own frame is then what its author looked at.
    if tight.width * tight.height > 4 * max(whole.width * whole.height, 25):
        return whole
    return tight.padded(PADDING)


def _png(figure: Figure, frame: Bbox) -> bytes:
    density = PNG_DENSITY
    pixels = frame.width * frame.height * (PIXELS_AN_INCH * density) ** 2
    if pixels > MOST_PNG_PIXELS:
        density *= (MOST_PNG_PIXELS / pixels) ** 0.5
    options = {"dpi": PIXELS_AN_INCH * density, "pil_kwargs": {"compress_level": 4}}
    return _render(figure, "png", frame, **options)


def _svg(figure: Figure, frame: Bbox) -> str | None:
    text = _render(figure, "svg", frame, metadata={"Date": None, "Creator": None}).decode("utf-8")
    return text if len(text) <= MOST_SVG_CHARACTERS else None


def _render(figure: Figure, form: str, frame: Bbox, **options: Any) -> bytes:
    target = io.BytesIO()
    _savefig(figure, target, format=form, bbox_inches=frame, **options)
    return target.getvalue()


def _warn_of_glyphs(raised: list[warnings.WarningMessage], gallery: Gallery) -> None:
    """Many warnings of single glyphs become one sentence; other warnings of drawing are kept."""
    missing: list[str] = []
    for warning in raised:
        text = str(warning.message)
        glyph = re.match(r"Glyph (\d+)", text)
        if glyph:
            missing.append(chr(int(glyph[1])))
        elif issubclass(warning.category, (UserWarning, RuntimeWarning)):
            gallery.warn(text)
    if missing:
        letters = "".join(dict.fromkeys(missing))[:40]
        gallery.tell("letters", letters=letters)


def _root(figure: FigureBase) -> Figure:
    return figure if isinstance(figure, Figure) else figure.get_figure(root=True)


def _is_empty(figure: Figure) -> bool:
    return not figure.get_axes() and not figure.texts and not figure.images and not figure.patches


def _is_seaborn_plot(value: Any) -> bool:
    plot = sys.modules.get("seaborn._core.plot")
    return plot is not None and isinstance(value, plot.Plot)


def _artists(value: Any, depth: int) -> Any:
    """The artists in a value such as plotting calls return: an Axes, arrays, lists, dicts and tuples of artists."""
    if isinstance(value, Artist):
        yield value
    elif isinstance(getattr(value, "figure", None), FigureBase):  # seaborn's grids
        yield value.figure
    elif isinstance(getattr(value, "_figure", None), FigureBase):  # seaborn's Plotter
        yield value._figure
    elif depth < 3:
        if isinstance(value, dict):
            parts = list(value.values())[:50]
        elif isinstance(value, (list, tuple)):
            parts = list(value[:50])
        elif isinstance(value, np.ndarray) and value.dtype == object:
            parts = list(value.flat[:50])
        elif hasattr(value, "to_numpy") and getattr(value, "dtype", None) == object:
            parts = list(value.to_numpy()[:50])
        else:
            parts = []
        for part in parts:
            yield from _artists(part, depth + 1)
