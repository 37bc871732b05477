"""The look in Vega-Lite's terms: a theme, which is the configuration of every chart that sets no other."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from . import look


def theme() -> dict[str, Any]:
    axis = {
        "labelColor": look.SOFT,
        "labelFontSize": 12,
        "labelPadding": 6,
        "titleColor": look.SOFT,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 12,
        "gridColor": look.GRID,
        "domainColor": look.AXIS,
        "tickColor": look.AXIS,
        "labelOverlap": True,
    }
    return {
        "config": {
            "background": look.GROUND,
            "font": look.STACK,
            "padding": 12,
            "view": {"stroke": None, "continuousWidth": 480, "continuousHeight": 320},
            "title": {
                "anchor": "start",
                "frame": "group",
                "fontSize": 18,
                "fontWeight": 600,
                "color": look.INK,
                "subtitleColor": look.SOFT,
                "subtitleFontSize": 13,
                "offset": 16,
            },
            "axis": axis,
            "axisX": {"grid": False, "tickSize": 5},
            "axisY": {"domain": False, "ticks": False},
            # Names beside bars: the lines belong to the other axis.
            "axisYDiscrete": {"grid": False},
            "axisXQuantitative": {"grid": True},
            "legend": {
                "labelColor": look.INK,
                "labelFontSize": 12,
                "titleColor": look.SOFT,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "symbolType": "circle",
            },
            "header": {"labelColor": look.INK, "labelFontSize": 13, "titleColor": look.SOFT, "titleFontSize": 13},
            "range": {
                "category": list(look.CATEGORICAL),
                "ordinal": list(look.DUNE),
                "ramp": list(look.DUNE),
                "heatmap": list(look.DUNE),
                "diverging": list(look.TIDE),
            },
            "mark": {"color": look.CATEGORICAL[0]},
            "line": {"strokeWidth": look.LINE, "strokeCap": "round", "strokeJoin": "round"},
            "point": {"filled": True, "size": 45},
            "circle": {"size": 45},
            "rule": {"color": look.SOFT},
            "text": {"color": look.INK},
            "arc": {"stroke": look.GROUND},
        }
    }


def apply(module: ModuleType) -> None:
    """Once altair is imported. A program that enables another theme has it."""
    module.theme.register("sandplot", enable=True)(theme)
