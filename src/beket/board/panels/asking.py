"""How panels ask the board: any DB-API cursor will do, psycopg's or Django's, with the board on its search path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct

from beket.words.ids import PlaceId

_Row = TypeVar("_Row", bound=Struct)

Scope = frozenset[PlaceId] | None
"""The places someone may see; None is all of them."""

OPEN: Final = "c.departed_at IS NULL AND c.closed_at IS NULL AND c.joined_into IS NULL"
"""A dossier that still awaits something; the board has an index for exactly these words."""

INSIDE: Final = OPEN + " AND c.unexplained IS DISTINCT FROM 'departure_without_arrival'"
"""A conveyance that is at the checkpoint now, explained or not."""

WAITING: Final = INSIDE + " AND c.controlled_at IS NULL"
"""Inside, and nothing was heard from the control area yet."""

UNEXPLAINED: Final = OPEN + " AND c.unexplained IS NOT NULL"
"""Something is or was there and the house does not know what."""


class Cursor(Protocol):
    """What is needed of a cursor."""

    @property
    def description(self) -> Any:  # noqa: ANN401 - drivers and Django type it each in their own way
        """Columns of the last answer, each beginning with its name."""
        ...

    def execute(self, query: Any, params: Any = ..., /) -> object:  # noqa: ANN401 - as above
        """Run a statement with `%(name)s` parameters."""
        ...

    def fetchall(self) -> Sequence[Any]:
        """All rows of the last answer."""
        ...


def all_of(cursor: Cursor, shape: type[_Row], statement: str, named: Mapping[str, object]) -> tuple[_Row, ...]:
    """Ask, and give each row as a struct whose fields are the statement's columns."""
    cursor.execute(statement, dict(named))
    names = [column[0] for column in cursor.description]
    return tuple(shape(**dict(zip(names, map(_frozen, row), strict=True))) for row in cursor.fetchall())


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def scoped(statement: str, places: Scope, column: str = "c.place") -> str:
    """Put the scope where the statement says SCOPE; its parameter is `places`."""
    return statement.replace("SCOPE", "true" if places is None else f"{column} = ANY(%(places)s)")


def places_named(places: Scope) -> dict[str, object]:
    """The parameter that `scoped` asks for."""
    return {} if places is None else {"places": sorted(places)}
