"""Imports what nearly every program needs, and has charts look as look.py says unless the program says otherwise.

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

# What programs for charts import as a rule, and what libraries import only when something is done for the first time.
# All of it travels to every browser, so what few charts need is not in it.
COMMON = (
    "calendar",
    "collections.abc",
    "csv",
    "dateutil.relativedelta",
    "decimal",
    "functools",
    "itertools",
    "operator",
    "pandas.api.types",
    "pandas.io.formats.string",
    "statistics",
    "string",
    "textwrap",
    "zoneinfo",
)


def boot(libraries: str = "[]") -> None:
    """Gets ready. `libraries` is a JSON list of the import names that a program may use, for messages about others."""
    trace.libraries = json.loads(libraries)
    import matplotlib

    from . import fonts, look_matplotlib, look_pandas

    matplotlib.use("Agg")
    import numpy as np  # noqa: F401
    import pandas as pd
    from matplotlib import pyplot as plt

    # "Font family 'Arial' not found" on every text of a chart tells its reader nothing: the fallback is always there.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    look_matplotlib.apply()
    look_pandas.apply()
    fonts.install()

    for name in COMMON:
        importlib.import_module(name)
    _warm_up(plt, pd)
    gc.collect()
    # What is there now stays: a collection in the middle of a first chart would look through all of it, for nothing.
    gc.freeze()


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
    (lines, bars, points, areas, slices, rest) = axes.flat
    lines.plot(frame["day"], frame["value"], label="$x^2$")
    lines.legend()
    frame.groupby("kind")["value"].mean().plot.bar(ax=bars, title="Bars")
    points.scatter([1, 2], [3, 4], c=[0, 1])
    points.annotate("a", (1, 3), xytext=(2, 4), arrowprops={"arrowstyle": "->"})
    areas.hist([1, 2, 2, 3], bins=3)
    areas.fill_between([1, 2], [1, 2], alpha=0.3)
    slices.pie([1, 2], labels=["a", "b"])
    rest.boxplot([1, 2, 3])
    for form in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=form, bbox_inches="tight")
    plt.close("all")
