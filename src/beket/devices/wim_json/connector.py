"""How these stations are reached: they post to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {"http-push": Link()}
