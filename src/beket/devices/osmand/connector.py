"""How phones are reached: they post to us over HTTP, from any address, and say in each request who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {"http-push": Link(in_band=True)}
