"""Catches plotly figures as their own JSON, drawn by plotly.js in a frame of its own.

Shown, saved or last figures come first; only a program that shows nothing gets what it merely assigned, and then
without the figures whose traces went into a bigger one.
"""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType
from typing import Any

from . import drawn_plotly, facts_plotly, look_plotly
from .gallery import Gallery, Sink
from .hooks import AfterImport
from .text import well_formed

MOST_CHARACTERS = 40_000_000

_dumps = json.dumps
_loads = json.loads


class PlotlyCapture:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._before: list[tuple[Any, str, Any]] = []

    def install(self, hooks: AfterImport) -> None:
        hooks.call("plotly.io", self._patch)

    def remove(self) -> None:
        for owner, name, value in reversed(self._before):
            setattr(owner, name, value)
        self._before.clear()

    def show_value(self, value: Any) -> bool:
        if not _is_figure(value):
            return False
        self.show(value)
        return True

    def show(self, figure: Any) -> None:
        if isinstance(figure, dict):
            figure = sys.modules["plotly.graph_objects"].Figure(figure)
        for shown in self._gallery.shown:
            if shown.thing is figure:
                shown.drawn = None  # shown again after a change: the last state counts, once
                return
        self._gallery.show(figure, lambda sink: draw(figure, sink))

    def show_assigned(self, namespace: dict[str, Any]) -> None:
        figures: list[Any] = []
        for value in list(namespace.values()):
            if _is_figure(value) and not any(value is other for other in figures):
                figures.append(value)
        drawn = [figure for figure in figures if len(figure.data)] or figures[:1]
        traces = [[_mark(trace) for trace in figure.data] for figure in drawn]
        for i, figure in enumerate(drawn):
            is_part = any(
                all(trace in traces[j] for trace in traces[i]) and (len(traces[j]) > len(traces[i]) or j > i)
                for j in range(len(drawn))
                if j != i
            )
            if not is_part or not traces[i]:
                self.show(figure)

    def _patch(self, module: ModuleType) -> None:
        look_plotly.apply(module)

        def show(fig: Any, *_args: Any, **_kwargs: Any) -> None:
            self.show(fig)

        def save(fig: Any, file: Any = None, *_args: Any, **_kwargs: Any) -> None:
            if not isinstance(file, (str, os.PathLike)):
                raise RuntimeError("A plotly figure cannot be turned into a file here; it is shown instead.")
            self.show(fig)
            self._gallery.tell("not_written", file=os.fspath(file))

        renderers = sys.modules.get("plotly.io._renderers")
        for owner, name, mine in (
            (module, "show", show),
            (renderers, "show", show),
            (module, "write_html", save),
            (module, "write_image", save),
        ):
            if owner is not None and hasattr(owner, name):
                self._before.append((owner, name, getattr(owner, name)))
                setattr(owner, name, mine)


def draw(figure: Any, sink: Sink) -> dict[str, Any]:
    text = figure.to_json()
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"The plotly figure holds {len(text) // 1_000_000} MB of data, more than the "
            f"{MOST_CHARACTERS // 1_000_000} MB that can be drawn. Aggregate or sample the data first."
        )
    plain = _loads(text)
    if look_plotly.settle(plain, drawn_plotly.values):
        text = _dumps(plain, separators=(",", ":"))
    drawn = drawn_plotly.of(plain)
    facts = {**facts_plotly.of(plain), "trends": drawn["trends"]}
    return {"kind": "plotly", "spec": sink.add("plotly", well_formed(text)), "facts": facts, "tables": drawn["tables"]}


def _is_figure(value: Any) -> bool:
    base = sys.modules.get("plotly.basedatatypes")
    return base is not None and isinstance(value, base.BaseFigure)


def _mark(trace: Any) -> str:
    """What a trace shows, without where it stands: a trace moved into a subplot is still the same."""
    plain = trace.to_plotly_json()
    kept = {key: plain.get(key) for key in ("type", "name", "x", "y", "z", "values", "labels", "lat", "lon", "r")}
    return repr(kept)
