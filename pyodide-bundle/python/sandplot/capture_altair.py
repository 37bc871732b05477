"""Catches altair charts as vega-lite specifications that hold their data, drawn by vega in a frame of its own.

Composing charts copies them, so a layer that was also assigned is recognised by its marks and encodings rather than by
identity.
"""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType
from typing import Any

from . import drawn_altair, facts_altair, faults_altair, look_altair
from .gallery import Gallery, Sink
from .hooks import AfterImport
from .text import well_formed

MOST_CHARACTERS = 40_000_000

_dumps = json.dumps


class AltairCapture:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._before: list[tuple[Any, str, Any]] = []

    def install(self, hooks: AfterImport) -> None:
        hooks.call("altair", self._patch)

    def remove(self) -> None:
        for owner, name, value in reversed(self._before):
            setattr(owner, name, value)
        self._before.clear()

    def show_value(self, value: Any) -> bool:
        if not _is_chart(value):
            return False
        self.show(value)
        return True

    def show(self, chart: Any) -> None:
        if not self._gallery.has(chart):
            self._gallery.show(chart, lambda sink: draw(chart, sink, self._gallery))

    def show_assigned(self, namespace: dict[str, Any]) -> None:
        charts: list[Any] = []
        for value in list(namespace.values()):
            if _is_chart(value) and not any(value is other for other in charts):
                charts.append(value)
        units = [set(_units(chart)) for chart in charts]
        for i, chart in enumerate(charts):
            is_part = any(
                units[i] <= units[j] and (len(units[j]) > len(units[i]) or j > i) for j in range(len(charts)) if j != i
            )
            if units[i] and not is_part:
                self.show(chart)

    def _patch(self, module: ModuleType) -> None:
        look_altair.apply(module)
        # Without this, more than 5000 rows are an error: sensible for notebooks that store the data with the chart.
        module.data_transformers.disable_max_rows()

        def show(chart: Any, *_args: Any, **_kwargs: Any) -> None:
            self.show(chart)

        def save(chart: Any, fp: Any, *_args: Any, **_kwargs: Any) -> None:
            self.show(chart)
            if isinstance(fp, (str, os.PathLike)):
                self._gallery.tell("not_written", file=os.fspath(fp))

        owner = module.TopLevelMixin
        for name, mine in (("show", show), ("display", show), ("save", save)):
            self._before.append((owner, name, getattr(owner, name)))
            setattr(owner, name, mine)


def draw(chart: Any, sink: Sink, gallery: Gallery) -> dict[str, Any]:
    altair = sys.modules["altair"]
    # Other transformers write the data into files or ask a server: neither can be reached from where it is drawn.
    with altair.data_transformers.enable("default", max_rows=None):
        spec = chart.to_dict()
    text = _dumps(_plain(spec), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"The altair chart holds {len(text) // 1_000_000} MB of data, more than the "
            f"{MOST_CHARACTERS // 1_000_000} MB that can be drawn. Aggregate or sample the data first."
        )
    for address in facts_altair.addresses(spec):
        gallery.tell("elsewhere", address=address)
    drawn = drawn_altair.of(spec)
    facts = {**facts_altair.of(spec), "trends": drawn["trends"], "faults": faults_altair.of(spec)}
    return {"kind": "vega", "spec": sink.add("vega", well_formed(text)), "facts": facts, "tables": drawn["tables"]}


def _is_chart(value: Any) -> bool:
    altair = sys.modules.get("altair")
    return altair is not None and isinstance(value, altair.TopLevelMixin)


def _units(chart: Any) -> list[str]:
    """The single views of a chart, each by what it draws; an unfinished base without a mark has none."""
    parts: list[Any] = []
    for name in ("layer", "hconcat", "vconcat", "concat"):
        members = _given(chart, name)
        if isinstance(members, list):
            parts += members
    inner = _given(chart, "spec")
    if inner is not None:
        parts.append(inner)
    if parts:
        return [unit for part in parts for unit in _units(part)]
    mark = _given(chart, "mark")
    return [] if mark is None else [repr((mark, _given(chart, "encoding")))]


def _given(chart: Any, name: str) -> Any:
    """A property of a chart, or None where it was never set (altair's own `Undefined`)."""
    value = getattr(chart, "_kwds", {}).get(name)
    return None if type(value).__name__ == "UndefinedType" else value


def _plain(value: Any) -> Any:
    """The specification with NaN and infinity as null: JSON has neither."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not (-1e308 <= value <= 1e308):
        return None
    return value
