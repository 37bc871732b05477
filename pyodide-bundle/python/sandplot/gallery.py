"""Keeps what a program showed, in the order it showed it, until the run is over.

Each kind of figure is recognised by its own `capture_*` module; this one only knows order and limits. A figure is kept
as a promise (`Shown.draw`) because most programs save and then show the same figure: drawn once, at the end, it is
drawn as its author left it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .text import said

# A loop that shows a figure in every turn must not fill the tab.
MOST_FIGURES = 60

_dumps = json.dumps


class Sink:
    """Hands binary parts to the worker's own `sink`, as JavaScript values rather than proxies."""

    def __init__(self, sink: Any) -> None:
        self._add = sink.add
        try:
            from pyodide.ffi import to_js
        except ImportError:  # outside Pyodide there is nothing to convert for
            to_js = None
        self._to_js = to_js

    def add(self, kind: str, part: bytes | str) -> int:
        if isinstance(part, bytes) and self._to_js is not None:
            return int(self._add(kind, self._to_js(part)))
        return int(self._add(kind, part))


@dataclass(eq=False)
class Shown:
    """One thing that was shown: the object itself, and how to draw it."""

    thing: Any
    draw: Callable[[Sink], dict[str, Any]]
    drawn: dict[str, Any] | None = None

    def settle(self, sink: Sink) -> dict[str, Any]:
        """Draws it now if that has not been done, so that later changes no longer matter."""
        if self.drawn is None:
            self.drawn = self.draw(sink)
        return self.drawn


@dataclass
class Gallery:
    sink: Sink
    shown: list[Shown] = field(default_factory=list)
    # Sentences of libraries, and what the page says in the person's language.
    warnings: list[str | dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    def show(self, thing: Any, draw: Callable[[Sink], dict[str, Any]]) -> Shown | None:
        """Adds one more; None if there are too many already."""
        if len(self.shown) >= MOST_FIGURES:
            self.left_out += 1
            return None
        shown = Shown(thing, draw)
        self.shown.append(shown)
        return shown

    def has(self, thing: Any) -> bool:
        return any(shown.thing is thing for shown in self.shown)

    def warn(self, sentence: str | dict[str, Any]) -> None:
        if sentence not in self.warnings and len(self.warnings) < 20:
            self.warnings.append(sentence)

    def tell(self, code: str, **values: str | int) -> None:
        """A warning of ours: `code` is a key of static/words without its `warning.`."""
        self.warn(said(code, values))

    def figures(self) -> list[dict[str, Any]]:
        """Everything that was shown, drawn. Empty figures are left out where there are others."""
        drawn = [shown.settle(self.sink) for shown in self.shown]
        if self.left_out:
            self.tell("figures", n=len(drawn) + self.left_out, most=MOST_FIGURES)
        with_content = [figure for figure in drawn if not figure["facts"].get("blank")]
        return with_content or drawn[:1]
