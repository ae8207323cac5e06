"""How X-ray complexes are reached: their workstation posts to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {"http-push": Link(paths=("/scan",))}
