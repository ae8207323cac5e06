"""Addresses that an operator writes with places left open, and addresses from strangers that are held against them.

`https://cert.example/check/{number}?lang={any}` fits an address of that server with one part of a path in the place of
`{number}`. There are no patterns in it: what a stranger wrote can neither reach another host nor take long to try.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from msgspec import Struct

ADDRESS_LENGTH_MAX: Final = 2_048
"""Characters of an address; a QR code of the largest kind holds hardly more."""

PARTS_MAX: Final = 32
"""Most parts of a path, and most parameters."""

TAKEN_LENGTH_MAX: Final = 128
"""Characters of what is taken out of an address: numbers and identifiers have at most 64."""

ANY: Final = "any"
"""The name of an open place of which nothing is kept."""

_OPEN: Final = re.compile(r"\{([a-z_]{1,32})\}")
_TAKEN: Final = re.compile(r"[^\x00-\x1f\x7f]+")


class AddressForm(Struct, frozen=True, kw_only=True):
    """An address with open places, ready to be held against others."""

    scheme: str
    host: str
    parts: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    text: str

    def places(self) -> frozenset[str]:
        """Name the places that are open."""
        return frozenset(_OPEN.findall(self.text)) - {ANY}


class AddressSplit(Struct, frozen=True, kw_only=True):
    """An address taken apart: the host in small letters, with its port if it is an unusual one.

    `hidden` where a name stands before the host.
    """

    scheme: str
    host: str
    parts: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    hidden: bool


def form_of(text: str) -> AddressForm:
    """Read an operator's address; raises ValueError with what is wrong."""
    split = taken_apart(text)
    if split.scheme not in ("http", "https") or not split.host:
        raise ValueError("an address begins with http:// or https:// and a host")
    if split.hidden or "{" in split.host or "}" in split.host:
        raise ValueError("a host has no open place, and no name before it")
    pieces = (*split.parts, *(value for _, value in split.parameters))
    if any(("{" in piece or "}" in piece) and _OPEN.fullmatch(piece) is None for piece in pieces):
        raise ValueError("an open place is a whole part of a path, or the whole value of a parameter")
    return AddressForm(scheme=split.scheme, host=split.host, parts=split.parts, parameters=split.parameters, text=text)


def taken_apart(text: str) -> AddressSplit:
    """Take an address apart; raises ValueError where it is none."""
    split = urlsplit(text)
    port = split.port  # asked for here, because a wrong one is found only now
    usual = {"http": 80, "https": 443}.get(split.scheme)
    host = (split.hostname or "").lower()
    parameters = parse_qsl(split.query, keep_blank_values=True, max_num_fields=PARTS_MAX)
    parts = tuple(unquote(part) for part in split.path.strip("/").split("/"))
    if len(parts) > PARTS_MAX:
        raise ValueError(f"more than {PARTS_MAX} parts of a path")
    return AddressSplit(
        scheme=split.scheme,
        host=host if port in (None, usual) else f"{host}:{port}",
        parts=parts,
        parameters=tuple(parameters),
        hidden="@" in split.netloc,
    )


def fitted(form: AddressForm, split: AddressSplit) -> dict[str, str] | None:
    """Give what stands in the open places; None where the address does not fit. Parameters beyond the form's may stand.

    A server that is asked in the clear is not the one that is asked under its certificate, so the scheme counts.
    """
    if (form.scheme, form.host, len(form.parts)) != (split.scheme, split.host, len(split.parts)):
        return None
    written = dict(split.parameters)
    if len(written) != len(split.parameters):  # a number that is there twice is no number
        return None
    pairs = [
        *zip(form.parts, split.parts, strict=True),
        *((open_, written.get(name)) for name, open_ in form.parameters),
    ]
    taken: dict[str, str] = {}
    for wanted, said in pairs:
        place = _OPEN.fullmatch(wanted)
        if said is None or (place is None and wanted != said):
            return None
        if place is not None and place[1] != ANY:
            if not _is_harmless(said) or taken.get(place[1], said) != said:
                return None
            taken[place[1]] = said
    return taken


def _is_harmless(said: str) -> bool:
    """Say whether a text may stand in an address of ours: short, of visible signs, and no way up its path."""
    upward = any(part in {".", ".."} for part in re.split(r"[/\\]", said))
    return len(said) <= TAKEN_LENGTH_MAX and _TAKEN.fullmatch(said) is not None and not upward


def filled(form: AddressForm, taken: Mapping[str, str]) -> str:
    """Write an operator's address with what was taken put into its places, so that it stays what it is there."""
    return _OPEN.sub(lambda place: quote(taken[place[1]], safe=""), form.text)
