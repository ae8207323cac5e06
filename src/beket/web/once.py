"""Within one tick of the stream the same question is asked of the database once, whatever language it is drawn in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class _Tick(threading.local):
    """What this thread was told since its tick began; None in threads that have no ticks (pages)."""

    told: dict[Any, Any] | None = None


_tick = _Tick()


def begin_tick() -> None:
    """Forget what was told: from here on this thread sees the read tables as they are now."""
    _tick.told = {}


def once_a_tick(ask: Callable[P, T]) -> Callable[P, T]:
    """Let equal questions of one tick share an answer; a tick asks at most as much as it draws panels."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        if _tick.told is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(sorted(kwargs.items())))
        if key not in _tick.told:
            _tick.told[key] = ask(*args, **kwargs)
        return cast(T, _tick.told[key])

    return asked
