"""Imports what nearly every program needs and sets how charts look unless the program says otherwise.

Runs before any program, and may be run before a memory snapshot is taken: it leaves no figure, file or task behind.
"""

from __future__ import annotations

import gc
import io
import json
import logging
from typing import Any

from . import trace

# Quiet choices: the colours, fonts and sizes that matplotlib's users expect, without the box around the plot and with
# the grid, if asked for, behind the data. Everything can be set otherwise by the program, as in any other Python.
STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "figure.figsize": (7.2, 4.6),
    "figure.max_open_warning": 0,
    "font.size": 10.5,
    "axes.titlesize": 12.5,
    "axes.titlepad": 10,
    "axes.labelpad": 6,
    "axes.linewidth": 0.8,
    "axes.edgecolor": "#4d4d4d",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#dddddd",
    "xtick.color": "#4d4d4d",
    "ytick.color": "#4d4d4d",
    "xtick.labelcolor": "#262626",
    "ytick.labelcolor": "#262626",
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
    "patch.linewidth": 0.8,
    "lines.linewidth": 1.8,
}


def boot(libraries: str = "[]") -> None:
    """Gets ready. `libraries` is a JSON list of the import names that a program may use, for messages about others."""
    trace.libraries = json.loads(libraries)
    import matplotlib

    matplotlib.use("Agg")
    import numpy as np  # noqa: F401
    import pandas as pd
    from matplotlib import pyplot as plt

    # "Font family 'Arial' not found" on every text of a chart tells its reader nothing: the fallback is always there.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    matplotlib.rcParams.update(STYLE)

    _warm_up(plt, pd)
    gc.collect()


def _warm_up(plt: Any, pd: Any) -> None:
    """Draws and reads once, so that the first real chart does not pay for lazy compilation and caches."""
    frame = pd.read_csv(io.StringIO("day,kind,value\n2024-01-01,a,1.5\n2024-01-02,b,2\n"))
    frame["day"] = pd.to_datetime(frame["day"])
    figure, axes = plt.subplots(1, 2)
    axes[0].plot(frame["day"], frame["value"], label="line")
    axes[0].legend()
    frame.groupby("kind")["value"].mean().plot.bar(ax=axes[1], title="Bars")
    for form in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=form, bbox_inches="tight")
    plt.close("all")
