"""Says how far the opening of a file has come: the worker listens, the page shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PARSING = "parsing"  # in bytes of the file
TYPING = "typing"  # in columns
KEEPING = "keeping"

Tell = Callable[[str, str, int, int], Any]


class _Listener:
    """Who is told. Nobody, unless somebody asked."""

    def __init__(self) -> None:
        self.tell: Tell | None = None
        self.name = ""


_listener = _Listener()


def listen(tell: Tell | None) -> None:
    _listener.tell = tell


def of_file(name: str) -> None:
    """From now on it is about this file."""
    _listener.name = name


def say(phase: str, done: int, total: int) -> None:
    if _listener.tell is not None:
        _listener.tell(phase, _listener.name, done, total)


class Counted:
    """A file that tells how much of it has been read. All that pandas' parser asks of one."""

    def __init__(self, file: Any, total: int) -> None:
        self._file, self._total = file, total
        # Of a text, what is read of its bytes.
        self._bytes = getattr(file, "buffer", file)

    def read(self, size: int = -1) -> Any:
        piece = self._file.read(size)
        say(PARSING, min(self._bytes.tell(), self._total), self._total)
        return piece

    def __iter__(self) -> Any:
        return iter(self._file)
