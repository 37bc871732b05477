"""The hand in which charts are drawn unless a program says otherwise: colours, letters, spacing, once for matplotlib, plotly and
altair. Each library gets them in its own terms by the look_* module beside this one; a program may set anything anew.

The ground is white on a dark page as well: what is saved goes on paper and into other people's pages, and programs that colour
a word or a line choose it for white.
"""

from __future__ import annotations

# Read against the ground: what is said, what accompanies it, what only guides the eye.
GROUND = "#ffffff"
INK = "#16212b"
SOFT = "#566270"
AXIS = "#8a949e"
GRID = "#e4e7ea"

# Chosen by search over OKLCH for the largest smallest distance as everybody sees them, with and without each of the three kinds
# of cone; each stands out from white by 3:1 and from the dark page by 2:1 (e2e/unit/look.test.mjs measures it). Blue and sand
# first, since most charts have two series.
CATEGORICAL = ("#1952af", "#c48225", "#5b9fa3", "#b93d46", "#65396f", "#a670f3", "#842b02", "#756592")

# From little to much: from sand in the sun to the night. Each step is darker than the one before, so it holds in grey.
DUNE = ("#fbf1d9", "#f3d48c", "#e0a24f", "#c0653f", "#8d3f55", "#57305f", "#251a3d")
# From below to above a middle: blue and sand, which no common blindness confuses.
TIDE = ("#123c82", "#4a82c4", "#a9c8e4", "#f4f2ee", "#e8c48a", "#c0812b", "#6e4306")

# Latin, Greek and Cyrillic are bundled, cut from Source Sans 3. The page writes plotly and altair figures in them too, whatever these name;
# the others are for their JSON, which may be opened elsewhere.
FAMILY = "Sandplot Sans"
FALLBACKS = (
    "Source Sans 3",
    "system-ui",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "sans-serif",
)
STACK = ", ".join(f'"{name}"' if " " in name else name for name in FALLBACKS)

# In points where a figure has them (matplotlib), in pixels where it lives on a page.
TITLE = 14
LABEL = 11
TICK = 10
LINE = 2
