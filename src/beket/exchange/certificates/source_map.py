"""What an operator writes about a source of certificates: who it is, how it is asked, and where its answer says what.

A map is TOML, checked whole when it is read. No ministry has shown us what its server answers, so every map says itself
whether somebody has seen the layout; while it does not, what is read with it is marked as unconfirmed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct

from beket.exchange.certificates.address import ADDRESS_LENGTH_MAX, AddressForm, form_of
from beket.words.documents import CertificateType

MAP_LENGTH_MAX: Final = 64 * 1024
"""Most characters of a map."""

ADDRESSES_MAX: Final = 16
"""Most forms of address that one source prints in its codes."""

SOURCES_MAX: Final = 100
"""Most sources of one installation."""

PATHS_MAX: Final = 8
"""Most paths that one field is looked for at."""

Field = Literal[
    "number", "type", "issued_at", "valid_from", "valid_until", "consignor", "consignor_country", "consignee",
    "consignee_country", "issuer", "plate", "origin", "destination", "gross_kg", "net_kg", "packages",
]  # fmt: skip
"""What is read of a certificate as a whole."""

GoodsField = Literal["code", "description", "origin", "gross_kg", "net_kg", "packages"]
"""What is read of each line of goods."""

Paths = str | tuple[str, ...]


class MapTrouble(Exception):
    """A map cannot be used; the message names the file, the key in it and what is wrong."""


class AbsentRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer says that there is no such certificate: one of some words at a path."""

    path: str
    words: tuple[str, ...]


class GoodsRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where lines of goods are, and what each says."""

    each: str
    fields: dict[GoodsField, Paths]


class SourceRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A map as it is written."""

    name: str
    title: str
    codes: tuple[str, ...]
    ask: str
    answers: Literal["json", "xml"]
    layout: Literal["confirmed", "unconfirmed"]
    fields: dict[Field, Paths]
    type: CertificateType | None = None
    types: dict[str, CertificateType] = {}
    internal: bool = False
    goods: GoodsRow | None = None
    absent: AbsentRow | None = None


class Source(Struct, frozen=True, kw_only=True):
    """A source, ready to be asked: `codes` are the addresses that its QR codes have, `ask` the one that it answers."""

    name: str
    title: str
    codes: tuple[AddressForm, ...]
    ask: AddressForm
    answers: Literal["json", "xml"]
    confirmed: bool
    fields: Mapping[Field, tuple[str, ...]]
    goods_at: str
    goods: Mapping[GoodsField, tuple[str, ...]]
    type: CertificateType | None
    types: Mapping[str, CertificateType]
    internal: bool
    absent: AbsentRow | None

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be asked in this source's name."""
        return frozenset({self.ask.host})


def read_source(text: str, file: str) -> Source:
    """Read and check a map; raises MapTrouble naming the file, the key and what is wrong with it."""
    if len(text) > MAP_LENGTH_MAX:
        raise MapTrouble(f"{file}: longer than {MAP_LENGTH_MAX} characters")
    try:
        row = msgspec.convert(tomllib.loads(text), SourceRow)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise MapTrouble(f"{file}: {wrong}") from wrong
    try:
        return _source(row)
    except _Wrong as wrong:
        raise MapTrouble(f"{file}: {wrong}") from wrong


class _Wrong(Exception):
    """What is wrong, with the key before it."""


def _source(row: SourceRow) -> Source:
    if not 0 < len(row.codes) <= ADDRESSES_MAX:
        raise _Wrong(f"codes: a source has from 1 to {ADDRESSES_MAX} forms of address")
    codes = tuple(_form(code, f"codes[{at}]") for at, code in enumerate(row.codes))
    ask = _form(row.ask, "ask")
    lacking = [code.text for code in codes if ask.places() - code.places()]
    if lacking or not ask.places():
        raise _Wrong(f"ask: {sorted(ask.places())} must be taken from every code; {lacking} have less")
    if "number" not in row.fields:
        raise _Wrong("fields: without `number` nobody can tell whether it is the same certificate")
    if row.type is None and "type" not in row.fields:
        raise _Wrong(f"type: one of {', '.join(get_args(CertificateType))}, or a path in `fields`")
    return Source(
        name=row.name,
        title=row.title,
        codes=codes,
        ask=ask,
        answers=row.answers,
        confirmed=row.layout == "confirmed",
        fields={name: _paths(paths, f"fields.{name}") for name, paths in row.fields.items()},
        goods_at=row.goods.each if row.goods else "",
        goods={name: _paths(paths, f"goods.fields.{name}") for name, paths in row.goods.fields.items()}
        if row.goods
        else {},
        type=row.type,
        types={word.casefold(): one for word, one in row.types.items()},
        internal=row.internal,
        absent=row.absent,
    )


def _form(text: str, where: str) -> AddressForm:
    if len(text) > ADDRESS_LENGTH_MAX:
        raise _Wrong(f"{where}: longer than {ADDRESS_LENGTH_MAX} characters")
    try:
        return form_of(text)
    except ValueError as wrong:
        raise _Wrong(f"{where}: {wrong}") from wrong


def _paths(paths: Paths, where: str) -> tuple[str, ...]:
    found = (paths,) if isinstance(paths, str) else paths
    if not 0 < len(found) <= PATHS_MAX or not all(path.strip("/") for path in found):
        raise _Wrong(f"{where}: from 1 to {PATHS_MAX} paths, names with a slash between")
    return tuple(path.strip("/") for path in found)
