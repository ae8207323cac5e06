"""Days as people write them, by a form like `dd.mm.yyyy`, into ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

ISO: Final = "iso"
"""The form that every field takes beside its own: a day that begins with its year is nobody's other day."""

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_FORM: Final = re.compile(r"((?:dd|mm|yyyy)(?:[./ -]?(?:dd|mm|yyyy)){2})([T ])?(hh:mm(?::ss)?)?")
_SIGNS: Final = (("dd", "%d"), ("mm", "%m"), ("yyyy", "%Y"))
_CLOCK: Final = {"hh:mm": "%H:%M", "hh:mm:ss": "%H:%M:%S", "": ""}


def date_form(word: str) -> str | None:
    """Turn a form as an administrator writes it into the one that is read by; None where it is none."""
    if word == ISO:
        return ISO
    found = _FORM.fullmatch(word)
    if found is None or any(word.count(sign) != (1 + (sign == "mm" and bool(found[3]))) for sign, _ in _SIGNS):
        return None
    if bool(found[2]) != bool(found[3]):
        return None
    day = found[1]
    for sign, read in _SIGNS:
        day = day.replace(sign, read)
    return f"{day}{found[2] or ''}{_CLOCK[found[3] or '']}"


def day_or_moment(said: str, forms: tuple[str, ...]) -> str | None:
    """Write a day or a moment as ISO 8601, with a time only where one is written; None where it is neither."""
    if _ISO.fullmatch(said):
        return _checked(said)
    for form in forms:
        if form == ISO:
            continue
        try:
            found = datetime.strptime(said, form)  # noqa: DTZ007  nobody named a zone
        except ValueError:
            continue
        if "%H" not in form:
            return found.date().isoformat()
        return found.isoformat(timespec="seconds" if "%S" in form else "minutes")
    return None


def _checked(said: str) -> str | None:
    try:
        datetime.fromisoformat(said)
    except ValueError:
        return None
    return said
