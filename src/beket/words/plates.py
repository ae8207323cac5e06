"""Plates as keys: one script, no separators, so that what two eyes read alike is found alike."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЅЈЁ", "ABEKMHOPCTYXISJE")
"""Cyrillic capitals that look like Latin ones (reference 06 §6)."""

PLATE_LENGTH_MAX: Final = 32
"""The longest plate a camera may claim (Hikvision ISAPI: 1-32 characters)."""


def canonical(text: str) -> str:
    """Fold a plate as anyone may write it to its key: upper case, Latin, letters and digits only.

    Letters of other scripts stay (a Chinese province sign is part of the plate); separators, marks and
    invisible characters go; full-width forms become plain.
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * PLATE_LENGTH_MAX]).upper().translate(_LOOK_ALIKES)
    return "".join(sign for sign in plain if sign.isalnum())[:PLATE_LENGTH_MAX]


_KG_INFIX: Final = re.compile(r"(0[1-9])KG(\d{3}[A-Z]{2,3}|\d{4}[A-Z])")


def plate_key(text: str, country: str | None = None) -> str:
    """Give one key for all writings of one plate: a Kyrgyz plate with and without the KG of its box is one plate."""
    key = canonical(text)
    infix = _KG_INFIX.fullmatch(key)
    return infix[1] + infix[2] if infix is not None and country in (None, "KG") else key


def formats_of(plate: str) -> tuple[tuple[str, str], ...]:
    """Placeholder until the table."""
    return (("KG", "private"),) if plate else ()
