"""What the text of a QR code is: an address of a source that the operator knows, GS1 elements, or a plain number.

Anybody can print a code. Nothing is asked before its host is one of the operator's list, sign for sign: an address in
letters that only look like it, with a name before an @, or in another scheme is told as what it is and leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from beket.exchange.certificates.address import ADDRESS_LENGTH_MAX, AddressSplit, fitted, taken_apart
from beket.exchange.certificates.gs1 import Gs1Broken, elements_of, is_gs1
from beket.exchange.certificates.source_map import Source
from beket.words.folding import folded_text

TEXT_LENGTH_MAX: Final = 4_300
"""Characters of a QR code's text: the largest kind holds 4,296."""

NUMBER_LENGTH_MAX: Final = 64
"""Characters of a plain number."""

QrTrouble = Literal["empty", "size", "signs", "scheme", "userinfo", "host", "look_alike", "form", "check", "unknown"]
"""Why a text is not taken.

`host`: none of the operator's sources; `look_alike`: written to be taken for one of them; `form`: a source's host, and
none of the addresses that its codes have; `check`: a check digit is wrong.
"""

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NUMBER: Final = re.compile(r"(?=.*\d)(?:№ ?)?[^\W_][\w №/.()-]*", re.DOTALL)
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


class QrAddress(Struct, frozen=True, kw_only=True):
    """An address of a known source, and what its open places hold: a number at least, or a key."""

    source: str
    url: str
    taken: Mapping[str, str]


class QrElements(Struct, frozen=True, kw_only=True):
    """GS1 elements, by the number that says what each is."""

    elements: Mapping[str, str]


class QrNumber(Struct, frozen=True, kw_only=True):
    """A number and nothing more: it says which certificate, and not who knows it."""

    number: str


class QrRefused(Struct, frozen=True, kw_only=True):
    """A text that leads nowhere: why, in one word and in a sentence."""

    trouble: QrTrouble
    reason: str


QrText = QrAddress | QrElements | QrNumber | QrRefused


def read_qr(text: str, sources: Iterable[Source]) -> QrText:
    """Say what the text of a code is; there is always a value, never an exception."""
    if len(text) > TEXT_LENGTH_MAX:
        return _refused("size", f"{len(text)} characters; a code has at most {TEXT_LENGTH_MAX}")
    plain = text.strip(" \t\r\n")
    if not plain:
        return _refused("empty", "there is nothing in it")
    if is_gs1(plain):
        return _elements(plain)
    if _ADDRESS.match(plain):
        return _address(plain, tuple(sources))
    if len(plain) <= NUMBER_LENGTH_MAX and _NUMBER.fullmatch(plain):
        return QrNumber(number=plain)
    return _refused("unknown", "neither an address, nor GS1 elements, nor a number")


def _elements(text: str) -> QrElements | QrRefused:
    try:
        return QrElements(elements=elements_of(text))
    except Gs1Broken as broken:
        return _refused("check" if broken.check else "unknown", str(broken))


def _refused(trouble: QrTrouble, reason: str) -> QrRefused:
    return QrRefused(trouble=trouble, reason=reason)


def _address(text: str, sources: tuple[Source, ...]) -> QrAddress | QrRefused:
    if len(text) > ADDRESS_LENGTH_MAX:
        return _refused("size", f"an address of {len(text)} characters; at most {ADDRESS_LENGTH_MAX} are read")
    if _FORBIDDEN.search(text):
        return _refused("signs", "an address with blanks, invisible signs or backslashes in it")
    scheme = text.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        return _refused("scheme", f"{scheme[:20]}: is no web address")
    try:
        split = taken_apart(text)
    except ValueError as wrong:
        return _refused("signs", f"no address: {wrong}")
    if split.hidden:
        return _refused("userinfo", "an address with a name before its host, which hides where it leads")
    return _at_source(text, split, sources)


def _at_source(text: str, split: AddressSplit, sources: tuple[Source, ...]) -> QrAddress | QrRefused:
    hosts = {code.host for source in sources for code in source.codes}
    if split.host not in hosts:
        return _stranger(split.host, hosts)
    for source in sources:
        for code in source.codes:
            taken = fitted(code, split)
            if taken is not None:
                return QrAddress(source=source.name, url=text, taken=taken)
    return _refused("form", f"{split.host} is a source, and no code of it has this address")


def _stranger(host: str, hosts: set[str]) -> QrRefused:
    """Say that a host is none of ours, and whether it was made to look like one."""
    shown = host[:100]
    plain = _readable(host)
    for known in sorted(hosts):
        if folded_text(plain) == folded_text(known):
            return _refused("look_alike", f"{shown} looks like {known} and is another")
    return _refused("host", f"{shown or 'no host'} is none of the sources that are known here")


def _readable(host: str) -> str:
    """Give a host as people would read it on a screen."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
