"""How N42 documents come: as files in a watched folder, or posted over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {"file-drop": Link(), "http-push": Link(paths=("/n42",))}
