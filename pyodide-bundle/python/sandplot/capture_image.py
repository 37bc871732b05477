"""Shows PIL images: `image.show()`, which would start a viewer elsewhere, and an image as the last expression."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Any

from .gallery import Gallery, Sink
from .hooks import AfterImport

_LONGEST_SIDE = 4000


class ImageCapture:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._show: Any = None

    def install(self, hooks: AfterImport) -> None:
        hooks.call("PIL.Image", self._patch)

    def remove(self) -> None:
        if self._show is not None:
            sys.modules["PIL.Image"].Image.show = self._show

    def show_value(self, value: Any) -> bool:
        image = sys.modules.get("PIL.Image")
        if image is None or not isinstance(value, image.Image):
            return False
        self.show(value)
        return True

    def show(self, image: Any) -> None:
        if not self._gallery.has(image):
            shown = self._gallery.show(image, lambda sink: _draw(image, sink))
            if shown is not None:  # images are painted on in place, so what was shown is kept at once
                shown.settle(self._gallery.sink)

    def _patch(self, module: ModuleType) -> None:
        capture = self
        self._show = module.Image.show

        def show(image: Any, *_args: Any, **_kwargs: Any) -> None:
            capture.show(image)

        module.Image.show = show


def _draw(image: Any, sink: Sink) -> dict[str, Any]:
    width, height = image.size
    if max(width, height) > _LONGEST_SIDE:
        image = image.copy()
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = image.convert("RGB")
    target = io.BytesIO()
    image.save(target, format="PNG")
    facts = {
        "library": "pillow",
        "kind": "image",
        "title": "",
        "axes": [],
        "series": [],
        "points": width * height,
        "blank": width * height == 0,
    }
    return {
        "kind": "png",
        "svg": None,
        "png": sink.add("png", target.getvalue()),
        "width": max(width, 1),
        "height": max(height, 1),
        "facts": facts,
    }
