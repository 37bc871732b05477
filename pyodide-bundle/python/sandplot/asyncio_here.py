"""Makes `asyncio.run(main())` work inside an event loop that is already running and cannot be waited for.

The browser's loop runs this very program, so asyncio's own answer is a RuntimeError (or, from Pyodide's loop, a future
that nobody awaits). A second loop that sleeps instead of polling sockets, of which there are none, does what the author
meant. Stack switching would do it as well, but not every browser has it.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import base_events, events, tasks
from collections.abc import Callable, Coroutine
from typing import Any


class _Sleeper:
    """What a loop asks for events: there are none, so it only waits."""

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("the program waits for something that cannot happen")
        if timeout > 0:
            time.sleep(timeout)
        return []


class _Loop(base_events.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._selector = _Sleeper()

    def _process_events(self, _events: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


def run(main: Coroutine[Any, Any, Any], *, debug: bool | None = None, loop_factory: Any = None) -> Any:  # noqa: ARG001
    if not asyncio.iscoroutine(main) and not hasattr(main, "__await__"):
        raise ValueError(f"a coroutine was expected, got {main!r}")
    outer = events._get_running_loop()
    task = tasks._swap_current_task(outer, None) if outer is not None else None
    events._set_running_loop(None)
    loop = _Loop()
    try:
        return loop.run_until_complete(main)
    finally:
        try:
            for left in asyncio.all_tasks(loop):
                left.cancel()
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
            events._set_running_loop(outer)
            if outer is not None:
                tasks._swap_current_task(outer, task)


def install() -> Callable[[], None]:
    """Replaces `asyncio.run` and the running loop's `run_until_complete`; returns what puts them back."""
    before_run = asyncio.run
    asyncio.run = run
    loop_type = type(events._get_running_loop())
    before_until = loop_type.__dict__.get("run_until_complete")
    if before_until is not None:

        def run_until_complete(self: Any, future: Any) -> Any:  # noqa: ARG001
            return run(future)

        loop_type.run_until_complete = run_until_complete

    def restore() -> None:
        asyncio.run = before_run
        if before_until is not None:
            loop_type.run_until_complete = before_until

    return restore
