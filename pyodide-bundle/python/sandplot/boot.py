"""Imports what nearly every program needs and sets how charts look unless the program says otherwise.

Runs before any program, and may be run before a memory snapshot is taken: it leaves no figure, file or task behind.
"""

from __future__ import annotations

import gc
import importlib
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


# What programs for charts import as a rule, and what libraries import only when something is done for the first time.
COMMON = (
    "calendar",
    "collections.abc",
    "colorsys",
    "csv",
    "dateutil.relativedelta",
    "decimal",
    "difflib",
    "fractions",
    "functools",
    "itertools",
    "matplotlib.animation",
    "matplotlib.patheffects",
    "matplotlib.sankey",
    "mpl_toolkits.axes_grid1",
    "mpl_toolkits.axes_grid1.inset_locator",
    "mpl_toolkits.mplot3d",
    "numpy.fft",
    "numpy.polynomial",
    "operator",
    "pandas.api.types",
    "pandas.io.formats.string",
    "pprint",
    "statistics",
    "string",
    "textwrap",
    "timeit",
    "zoneinfo",
)


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

    for name in COMMON:
        importlib.import_module(name)
    _warm_up(plt, pd)
    gc.collect()


def restored() -> None:
    """Gets ready what was restored from a memory snapshot: nothing in it may be the same in every tab."""
    import random
    import sys
    import tempfile

    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002 - the old generator is the one that is already there
    tempfile._name_sequence = None
    # Put in once by the start that was recorded, and once more by this one.
    if sys.path[:2] == ["", ""]:
        del sys.path[0]


def _warm_up(plt: Any, pd: Any) -> None:
    """Draws and reads once, so that the first real chart does not pay for lazy compilation and caches."""
    frame = pd.read_csv(io.StringIO("day,kind,value\n2024-01-01,a,1.5\n2024-01-02,b,2\n"))
    frame["day"] = pd.to_datetime(frame["day"])
    repr(frame), repr(frame.describe()), frame.to_html(), frame.info(buf=io.StringIO())
    frame.pivot_table(index="day", columns="kind", values="value").rolling(2).mean()
    frame.set_index("day").resample("MS").sum(numeric_only=True)
    frame.merge(frame.melt(id_vars="kind", value_name="amount"), on="kind").sort_values("kind")
    frame[["value"]].corr()
    figure, axes = plt.subplots(2, 3, layout="constrained")
    (lines, bars, points, areas, field, rest) = axes.flat
    lines.plot(frame["day"], frame["value"], label="$x^2$")
    lines.legend()
    frame.groupby("kind")["value"].mean().plot.bar(ax=bars, title="Bars")
    points.scatter([1, 2], [3, 4], c=[0, 1])
    points.annotate("a", (1, 3), xytext=(2, 4), arrowprops={"arrowstyle": "->"})
    areas.hist([1, 2, 2, 3], bins=3)
    areas.fill_between([1, 2], [1, 2], alpha=0.3)
    figure.colorbar(field.contourf([[1, 2], [3, 4]]), ax=field)
    rest.boxplot([1, 2, 3])
    for form in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=form, bbox_inches="tight")
    plt.figure().add_subplot().pie([1, 2], labels=["a", "b"])
    plt.close("all")
