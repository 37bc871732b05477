"""What seaborn brings of its own and not from matplotlib's settings: the colours of its heat maps."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import matplotlib


def apply(module: ModuleType) -> None:
    """Once seaborn.matrix is imported. A program that names a colour map gets that one."""
    maps = matplotlib.colormaps
    module.cm = SimpleNamespace(rocket=maps["dune"], icefire=maps["tide"])  # type: ignore[attr-defined]
