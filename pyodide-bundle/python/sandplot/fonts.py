"""The letters of matplotlib's figures. Latin, Greek and Cyrillic are there from the start; Chinese, Japanese and Korean come, as packages
do, with a run that has a use for them, and lie in a folder of this package's when it begins.

Whatever family a program names, and whether it is there or not, what that family lacks is drawn from these: a chart of Chinese data
has no boxes because its program says Arial, and one that says SimHei gets Chinese.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.font_manager import FontEntry, fontManager

from . import look

FOLDER = Path(__file__).parent.parent / "sandplot_fonts"

# The families by their own names and by those of the fonts that programs name in their place. In this order they are asked for a
# letter: a Chinese one has all ideographs, so it follows the Japanese one where there are kana, too.
ARRIVING: dict[str, tuple[str, ...]] = {
    "NotoSansJP-Regular.ttf": (
        *("Noto Sans JP", "Noto Sans CJK JP", "Source Han Sans JP", "Source Han Sans", "IPAexGothic", "IPAGothic", "TakaoGothic"),
        *("Hiragino Sans", "Hiragino Maru Gothic Pro", "Hiragino Kaku Gothic Pro", "Yu Gothic", "YuGothic", "Meiryo", "MS Gothic"),
    ),
    "NotoSansSC-Regular.ttf": (
        *("Noto Sans SC", "Noto Sans CJK SC", "Noto Sans CJK TC", "Source Han Sans SC", "Source Han Sans CN", "SimHei", "SimSun"),
        *("Microsoft YaHei", "Microsoft JhengHei", "PingFang SC", "PingFang TC", "PingFang HK", "Heiti SC", "Heiti TC", "STHeiti"),
        *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS", "KaiTi", "FangSong"),
    ),
    "NotoSansKR-Regular.ttf": (
        *("Noto Sans KR", "Noto Sans CJK KR", "Source Han Sans KR", "NanumGothic", "NanumBarunGothic", "Malgun Gothic"),
        *("AppleGothic", "Apple SD Gothic Neo", "Gulim", "Dotum"),
    ),
}

# What is there from the start: file, slant, weight.
_TEXT = (
    ("SandplotSans-Regular.ttf", "normal", 400),
    ("SandplotSans-Semibold.ttf", "normal", 600),
    ("SandplotSans-Italic.ttf", "italic", 400),
)

# Grotesques that programs and seaborn ask for, and that are on no machine of this kind.
_STANDS_FOR = (
    *("Arial", "Helvetica", "Helvetica Neue", "Liberation Sans", "Segoe UI", "Roboto", "Inter", "Source Sans Pro"),
    *("system-ui", "Verdana", "Tahoma", "Calibri", "Open Sans"),
)

_files_of = fontManager._find_fonts_by_props
# Asked for a letter after what the program named: mathematics and signs, then what has arrived.
_last: list[str] = []


def install() -> None:
    """Before a snapshot is taken."""
    for file, style, weight in _TEXT:
        _add(FOLDER / file, (look.FAMILY, *_STANDS_FOR), style, weight)
    fontManager.defaultFamily["ttf"] = look.FAMILY
    fontManager._findfont_cached.cache_clear()
    _last[:] = [font_manager.findfont("DejaVu Sans")]
    fontManager._find_fonts_by_props = _with_last


def arrived() -> None:
    """Before a run: takes in what has come with it."""
    found = [(FOLDER / file, names) for file, names in ARRIVING.items() if (FOLDER / file).exists()]
    for path, names in found:
        if str(path) not in _last:
            _add(path, names, "normal", 400)
    _last[1:] = [str(path) for path, _ in found]
    if found:
        fontManager._findfont_cached.cache_clear()


def _add(path: Path, names: tuple[str, ...], style: str, weight: int) -> None:
    fontManager.ttflist += [FontEntry(str(path), name, style, "normal", weight, "normal", "scalable") for name in names]


def _with_last(prop: Any, *args: Any, **kwargs: Any) -> list[str]:
    found: list[str] = _files_of(prop, *args, **kwargs)
    # Those that arrive have no Latin letters. Each file in the list is opened anew for it, so none is in it that is not needed.
    text = [str(FOLDER / _TEXT[0][0])] if found[0] in _last[1:] else []
    return [*found, *(path for path in (*text, *_last) if path not in found)]
