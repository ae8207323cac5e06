"""Many rows as one array literal per column: cheap to write here, cheap to read there, and safe for any text."""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

_ENCODER: Final = msgspec.json.Encoder()
_ESCAPED: Final = re.compile(rb'\\[^"\\]')
_CONTROL: Final = re.compile(r"[\x00-\x1f]")

_TYPES: Final[dict[object, str]] = {
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
}

SHAPES_MAX: Final = 64
"""Shapes and statements kept ready: several times as many as there are."""


@lru_cache(maxsize=SHAPES_MAX)
def source(shape: type[Struct]) -> str:
    """The SQL that gives the rows back, to be used as `FROM <this> AS e`: one parameter per field of the shape."""
    hints = typing.get_type_hints(shape)
    types = [_TYPES[_plain(hints[name])] for name in shape.__struct_fields__]
    columns = ", ".join(f"%s::text::{one}[]" for one in types)
    names = ", ".join(shape.__struct_fields__)
    return f"(SELECT * FROM unnest({columns}) AS u ({names}))"  # noqa: S608 - names of our own fields


def columns(rows: Sequence[Struct]) -> tuple[str, ...]:
    """The parameters that `source` asks for."""
    return tuple(map(array, zip(*map(msgspec.structs.astuple, rows), strict=True)))


def array(values: Sequence[object]) -> str:
    """Write values as one array literal; control characters, which no table wants, become U+FFFD.

    JSON's own form is the engine's once the brackets are curled: both quote with a double quote and escape it, and
    the backslash, with a backslash; only the escapes of control characters differ.
    """
    text = _ENCODER.encode(values)
    if _ESCAPED.search(text) is not None:
        text = _ENCODER.encode([_CONTROL.sub("�", one) if isinstance(one, str) else one for one in values])
    return "{" + text[1:-1].decode() + "}"


def _plain(hint: object) -> object:
    """The type behind `X | None`."""
    return next((one for one in typing.get_args(hint) if one is not type(None)), hint)
