"""What people write for the house in TOML: read whole in the form that it must have, or refused with the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import TypeVar

import msgspec

Form = TypeVar("Form")


class Unreadable(ValueError):
    """A text is too long, no TOML, or of another form; the message says which and where."""


def read_written(text: str, form: type[Form], chars_max: int, parse_float: Callable[[str], object] = float) -> Form:
    """Read a text in a form; raises Unreadable and nothing else."""
    if len(text) > chars_max:
        raise Unreadable(f"longer than {chars_max} characters")
    try:
        return msgspec.convert(tomllib.loads(text, parse_float=parse_float), form)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from error
    except (ValueError, ArithmeticError, RecursionError) as error:  # numbers too long, brackets too deep
        raise Unreadable(f"not TOML: {error}") from error
