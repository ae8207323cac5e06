"""Maps that people make at the desk: lends pages the workbench, and gives the intake what was saved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import psycopg

from beket.app.aside import Aside, NotDone, Why
from beket.board.panels import maps as board_maps
from beket.board.schema import SCHEMA
from beket.log.book import Trouble
from beket.log.connect import Engine, open_connection, troubled

if TYPE_CHECKING:
    from beket.web.mapping import Fault

logger = logging.getLogger(__name__)

TRY_S_MAX: Final = 20.0
"""Longest that a page waits until a paper is read by a map."""

TURN_S_MAX: Final = 3.0
"""Longest wait for somebody else who tries a map: one at a time, for reading is work that screens would wait for."""

ANSWER_BYTES_MAX: Final = 32 * 1024 * 1024
"""Longest answer that is taken: three documents of the longest neutral form."""

TROUBLES: Final[dict[Why, str]] = {
    "busy": "somebody else tries a map just now; try again in a moment",
    "late": f"it was not read within {TRY_S_MAX:.0f} seconds",
    "ended": "the program that reads it could not be run, or ended",
}

Answer = TypeVar("Answer")

_READER: Final = Aside("beket.app.maps_aside", work_s_max=TRY_S_MAX, turn_s_max=TURN_S_MAX)


def lend_maps() -> None:
    """Let pages make maps of documents."""
    from beket.web.mapping import Begun, Tried, Workbench, install

    install(
        Workbench(
            begin=lambda blob: _aside(blob, None, Begun),
            attempt=lambda blob, text: _aside(blob, text, Tried),
            faults=_faults,
        )
    )


def _faults(name: str, text: str) -> tuple[Fault, ...]:
    """Tell what is wrong with a map; its text is short and a person's, so no other process is needed."""
    from beket.app.maps_aside import faults

    return faults(name, text)


def _aside(blob: bytes, text: str | None, answer: type[Answer]) -> Answer:
    """Have a process of its own read a paper; raises CannotTry."""
    from beket.app.maps_aside import Asked
    from beket.web.mapping import CannotTry

    try:
        said = _READER.answer(Asked(blob=blob, text=text))
        if len(said) > ANSWER_BYTES_MAX:
            raise CannotTry("what it becomes is too long for a page")
        return msgspec.msgpack.decode(said, type=answer)
    except NotDone as failed:
        raise CannotTry(TROUBLES[failed.why]) from failed
    except msgspec.DecodeError as torn:
        raise CannotTry(TROUBLES["ended"]) from torn


class SavedMaps:
    """The maps that people saved, as the read tables have them; what was known before holds while nobody can look."""

    def __init__(self, dsn: str) -> None:
        """Name the engine; it is asked when a paper first needs a map."""
        self._dsn = dsn
        self._connection: Engine | None = None
        self._words = 0
        self._texts: Mapping[str, str] = MappingProxyType({})
        self._failed = False

    def __call__(self) -> Mapping[str, str]:
        """Give the texts of those in force by name: the same object as long as nothing more was said of maps."""
        try:
            with troubled():
                self._look()
        except (Trouble, psycopg.errors.UndefinedTable) as trouble:
            self.close()
            if not self._failed:
                logger.warning("saved maps cannot be looked at, those known before hold: %s", trouble)
            self._failed = True
        else:
            self._failed = False
        return self._texts

    def close(self) -> None:
        """Let go of the engine."""
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None

    def _look(self) -> None:
        if self._connection is None:
            self._connection = open_connection(self._dsn)
            self._connection.execute(f"SET search_path TO {SCHEMA}".encode())
        with self._connection.cursor() as cursor:
            words = board_maps.words(cursor)
            if words != self._words:
                found = board_maps.in_force(cursor)
                self._texts = MappingProxyType({one.name: one.text or "" for one in found})
                self._words = words
