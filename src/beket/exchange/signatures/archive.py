"""Opens a ZIP that anybody may have sent: bounded, with names that lead nowhere, nothing twice and nothing locked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Final

from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import BYTES_MAX

MEMBERS_MAX: Final = 1_000
"""Most members of one container."""

UNPACKED_MAX: Final = 2 * BYTES_MAX
"""Most bytes of all members together."""

RATIO_MAX: Final = 200
"""Most bytes that one packed byte may become; XML of ten thousand like lines reaches a hundred."""

RATIO_FREE: Final = 1024 * 1024
"""Members up to here may be packed as tightly as they like: they harm nobody."""

NAME_MAX: Final = 400
"""Longest name of a member."""

_LOCKED: Final = 0x1
_TROUBLES: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip


class Packed(Struct, frozen=True, kw_only=True):
    """One member as it lay in its archive."""

    name: str
    content: bytes
    stored: bool


def unpacked(blob: bytes) -> tuple[Packed, ...]:
    """Unpack every member, in the order of the archive's own list; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            return _members(archive)
    except _TROUBLES as error:
        raise Refused("container", f"no sound ZIP archive: {str(error) or type(error).__name__}") from error


def _members(archive: zipfile.ZipFile) -> tuple[Packed, ...]:
    listed = archive.infolist()
    if len(listed) > MEMBERS_MAX:
        raise Refused("items", f"{len(listed)} members; at most {MEMBERS_MAX} are read")
    found: dict[str, Packed] = {}
    left = UNPACKED_MAX
    for one in listed:
        _harmless(one)
        if one.orig_filename in found:
            raise Refused("container", "two members have the same name", one.filename)
        content = _content(archive, one, left)
        left -= len(content)
        found[one.orig_filename] = Packed(
            name=one.filename, content=content, stored=one.compress_type == zipfile.ZIP_STORED
        )
    return tuple(one for one in found.values() if not one.name.endswith("/"))


def leads_nowhere(name: str) -> bool:
    """Say whether a member's name stays in its container, whatever system unpacks it."""
    parts = name.removesuffix("/").split("/")
    odd = "\\" in name or "\x00" in name or ":" in parts[0] or {"", ".", ".."} & set(parts)
    return len(name) <= NAME_MAX and not odd


def _harmless(one: zipfile.ZipInfo) -> None:
    """Refuse a member by what its header says."""
    name = one.orig_filename
    if not leads_nowhere(name):
        raise Refused("container", "a member's name leads out of the container", name[:NAME_MAX])
    if one.flag_bits & _LOCKED:
        raise Refused("container", "a member is encrypted", name)
    if one.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("container", f"a member is packed in a way that is not read here ({one.compress_type})", name)


def _content(archive: zipfile.ZipFile, one: zipfile.ZipInfo, left: int) -> bytes:
    """Unpack a member, whatever size its header claims, up to what is left of all."""
    most = min(left, max(RATIO_FREE, one.compress_size * RATIO_MAX))
    with archive.open(one) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise Refused("size", f"unpacks to more than {most} bytes", one.filename)
    return content
