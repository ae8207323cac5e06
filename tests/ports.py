"""Ports that stay free until a house or a broker of a test takes them, whatever the tests of another process open."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from typing import Final

_FIRST, _LAST = 20_000, 31_999
"""Below those that Linux gives to whoever asks for any (from 32768), so that no such connection takes one meanwhile."""

_WORKERS_MAX: Final = 16


def _own() -> range:
    """Those of this process: its worker's share, if there are several."""
    share = (_LAST + 1 - _FIRST) // _WORKERS_MAX
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS_MAX
    return range(_FIRST + worker * share, _FIRST + (worker + 1) * share)


def _one_after_another() -> Iterator[int]:
    """From anywhere on and round again: two runs of the tests on one machine seldom meet."""
    own = _own()
    begun = random.randrange(len(own))
    while True:
        yield from own[begun:]
        yield from own[:begun]


_numbers: Final = _one_after_another()


def free_ports(number: int) -> list[int]:
    """Give ports that nobody holds and that nobody here was given lately."""
    found: list[int] = []
    while len(found) < number:
        port = next(_numbers)
        if _is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    """Give one."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    """Whether whoever wants it on all addresses gets it."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True
