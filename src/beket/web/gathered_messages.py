"""What a device's page is given of its messages: the newest in one line each, which is live, and one of them whole."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from django.utils.translation import get_language
from msgspec import Struct

from beket.board.panels.equipment import EquipmentRow
from beket.board.panels.spoken import Spoken
from beket.web import access, codecs
from beket.web.eyes import Eyes
from beket.web.shown.messages import MESSAGES_MAX, ShownLine, ShownMessage, line_of, show_message
from beket.words.ids import EntryRef
from beket.words.site import Device

Context = dict[str, Any]

LISTS_MAX: Final = 256
"""Lists kept until their devices speak again: as many as engineers look at."""


class _List(Struct, frozen=True):
    """The newest messages of a device, and the entry until which they were read."""

    until: EntryRef
    lines: tuple[ShownLine, ...]


_lists: OrderedDict[tuple[object, ...], _List] = OrderedDict()


def slot(name: str, asked: dict[str, str]) -> str:
    """The name of the panel on a page that was asked for with these words: `message` is the one that is open."""
    return f"messages:{name}?{urlencode(asked)}"


def panel(eyes: Eyes, argument: str) -> Context:
    """The newest messages of a device, one line each; what is open on the page is marked and not touched."""
    name, _mark, query = argument.partition("?")
    row, asked = access.piece(eyes, name), dict(parse_qsl(query))
    others = {word: value for word, value in asked.items() if word != "message"}
    return {
        "lines": [(line, _address(name, {**others, "message": line.ref})) for line in _newest(eyes, row)],
        "open_ref": asked.get("message", ""),
        "zone": access.names()[row.place][1],
    }


def _address(name: str, asked: dict[str, str]) -> str:
    return f"/devices/{quote(name)}?{urlencode(asked)}#messages"


def newest(eyes: Eyes, row: EquipmentRow) -> str:
    """The reference of the newest message of a device; nothing where it has said nothing."""
    return next((line.ref for line in _newest(eyes, row)), "")


def one(eyes: Eyes, row: EquipmentRow, ref: str) -> ShownMessage:
    """One message of a device: its bytes, what was read of them then, what today's driver reads."""
    return _show(eyes, access.registered(eyes, row), access.message(eyes, row, ref))


def _newest(eyes: Eyes, row: EquipmentRow) -> tuple[ShownLine, ...]:
    """Lines are kept, so that each message is read from the log and by its driver once, however many watch."""
    if row.last is None:
        return ()
    key = (row.id, row.driver, get_language(), eyes.sees("see_raw", row.place))
    known = _lists.get(key)
    if known is None or known.until != row.last:
        spoken = access.messages(eyes, row, MESSAGES_MAX, known.until if known is not None else None)
        registered = access.registered(eyes, row) if spoken else None
        fresh = tuple(line_of(_show(eyes, registered, said)) for said in spoken)
        known = _List(row.last, (*fresh, *(known.lines if known is not None else ()))[:MESSAGES_MAX])
        _lists[key] = known
        while len(_lists) > LISTS_MAX:
            _lists.popitem(last=False)
    return known.lines


def _show(eyes: Eyes, registered: Device | None, said: Spoken) -> ShownMessage:
    raw = access.raw(eyes, said)
    again = codecs.read_again(registered, raw.blob, said.at) if raw is not None and registered else None
    return show_message(said, raw, again)
