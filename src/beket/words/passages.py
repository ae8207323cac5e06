"""What an inspector notes of a conveyance: beside what machines read of it, never in its place.

A datum is entered once (reference 01 §7.4). What a machine reads is written by hand only where it could not, or read
wrongly: then the note says why, and a photograph goes with it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from beket.words.concluded import IdentityRole
from beket.words.folding import folded_seal
from beket.words.ids import EntryRef, Instant, Sha256
from beket.words.plates import canonical, plate_key
from beket.words.procedures import Override, Proof

NoteField = Literal["plate", "trailer", "container", "vin", "seals", "gross_kg", "packages", "persons"]
"""What may be noted; `seals` are their numbers with spaces between, `gross_kg` what a scale by itself showed."""

NoteWhy = Literal["unread", "device_failed", "wrong", "other"]
"""Why somebody writes what a machine reads: it could not, it was out of order, it read wrongly, or in so many words."""

READ: Final[dict[NoteField, Proof]] = {
    "plate": "plate", "trailer": "rear_plate", "container": "container", "gross_kg": "weighing",
}  # fmt: skip
"""What a machine reads, and what it proves by that."""

PLATES: Final[dict[NoteField, tuple[IdentityRole, ...]]] = {
    "plate": ("front", "exit_front"), "trailer": ("trailer", "rear", "exit_rear"),
}  # fmt: skip
"""Where cameras read what may be noted of a plate; what is read behind is a trailer's, or a rigid lorry's own. A
conveyance may have several containers, and all that are read are told."""

PhotoOf = Literal["vehicle", "plate", "seal", "goods", "document", "other"]

PHOTO_BYTES_MAX: Final = 300 * 1024
"""Largest photograph: what a tablet makes of one that is looked at on a screen (reference 08 §A2.2)."""

PHOTOS_MAX: Final = 12
NOTES_MAX: Final = 16
"""Most of each in one record; whoever has more makes another."""

VALUE_MAX: Final = 200
"""Most characters of one note: twenty seals."""

_DIGITS: Final = re.compile(r"\d{1,9}", re.ASCII)
_KILOGRAMS: Final = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.ASCII)
KG_MAX: Final = 1_000_000


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was noted."""

    field: NoteField
    value: str
    country: str | None = None
    why: NoteWhy | None = None


class Photo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A photograph kept in the evidence store; where and when it was taken is what the tablet says."""

    sha256: Sha256
    size: int
    of: PhotoOf
    taken_at: Instant
    media_type: Literal["image/jpeg"] = "image/jpeg"
    latitude: float | None = None
    longitude: float | None = None


class StepTaken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a step ended, as the decision about one step says it (words/decisions.DecideStep)."""

    step: str
    outcome: str
    remark: str = ""
    override: Override | None = None
    replaces: EntryRef | None = None


class Unusable(ValueError):
    """A note cannot be used; the message names the field and what is wrong with it."""


def tidy(note: Note) -> Note:
    """Give a note as it is kept: plates and numbers as they are compared, figures exact; raises Unusable."""
    try:
        value = _WRITTEN[note.field](_printable(note.value))
        return Note(field=note.field, value=value, country=_country(note), why=note.why)
    except Unusable as error:
        raise Unusable(f"{note.field}: {error}") from error


def _printable(value: str) -> str:
    found = " ".join(value.split())
    if not 0 < len(found) <= VALUE_MAX or not found.isprintable():
        raise Unusable(f"from 1 to {VALUE_MAX} characters that can be printed")
    return found


def _country(note: Note) -> str | None:
    if note.country is None or note.field not in ("plate", "trailer"):
        return None
    if not (2 <= len(note.country) <= 3 and note.country.isascii() and note.country.isalpha()):
        raise Unusable("the country is a code of two or three letters")
    return note.country.upper()


def _plate(value: str) -> str:
    return _number(plate_key(value))


def _container(value: str) -> str:
    return _number(canonical(value))


def _number(found: str) -> str:
    if not found:
        raise Unusable("no letter or digit")
    return found


def _vin(value: str) -> str:
    found = canonical(value)
    if _VIN.fullmatch(found) is None:
        raise Unusable("17 letters and digits, without I, O and Q (ISO 3779)")
    return found


def _seals(value: str) -> str:
    found = " ".join(dict.fromkeys(filter(None, map(folded_seal, re.split(r"[\s,;]+", value)))))
    if not found:
        raise Unusable("no number")
    return found


def _kilograms(value: str) -> str:
    written = value.replace(" ", "").replace(",", ".")
    if _KILOGRAMS.fullmatch(written) is None:  # no exponent: a few signs of one write out to a gigabyte of noughts
        raise Unusable("a number of kilograms")
    kg = Decimal(written)
    if not 0 < kg <= KG_MAX:
        raise Unusable(f"more than nought, at most {KG_MAX}")
    return f"{kg:f}"


def _count(value: str) -> str:
    if _DIGITS.fullmatch(value) is None:
        raise Unusable("a whole number of at most nine digits")
    return str(int(value))


_WRITTEN: Final = {
    "plate": _plate, "trailer": _plate, "container": _container, "vin": _vin, "seals": _seals, "gross_kg": _kilograms,
    "packages": _count, "persons": _count,
}  # fmt: skip
