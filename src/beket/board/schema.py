"""The board's own schema, named by its version: never migrated, built beside and switched."""

from __future__ import annotations

from importlib import resources
from typing import Any, Final

from psycopg import Connection, sql

BOARD_VERSION: Final = 10
"""Grows with every change of a table or of how a fact is folded; a new version is a new schema."""

SCHEMA: Final = f"board_{BOARD_VERSION}"
"""Where the read tables of this version live."""

CHANNEL: Final = "beket_board"
"""The NOTIFY channel that says a place's tables have changed; the payload is the place."""

OF_TRUST: Final = (
    "device_aspect",
    "device_doubt",
    "maintenance",
    "alarm",
    "refusal",
    "health",
    "switch_order",
    "standing",
)
"""What is known of devices, and what people said of alarms and to equipment."""

OF_PAPERS: Final = ("lodging", "document", "document_key", "document_crossing", "finding", "document_map")
"""Trade documents, whose they are, what does not agree, and the maps that people saved to read them by."""

OF_SITUATIONS: Final = ("situation", "situation_signal", "situation_check", "situation_fact", "shift")
"""What needs people, what they did about it, and who is on shift."""
OF_PROCEDURES: Final = (
    "procedure", "course", "course_step", "claim", "weight_limits", "passage", "passage_record",
)  # fmt: skip
"""Procedures, where crossings stand in them, what was said without proof, the limits that people put in force, and
what inspectors recorded."""

OF_ACTS: Final = ("act", "slip")
"""What the house itself issued, and what was shown of it again."""

TABLES: Final = (
    "place",
    "lane",
    "device",
    "crossing",
    "crossing_key",
    "key_part",
    "evidence",
    "conclusion",
    "sighting",
    "picture",
    "hour",
    *OF_TRUST,
    *OF_PAPERS,
    *OF_SITUATIONS,
    *OF_PROCEDURES,
    *OF_ACTS,
)
"""What is shown; two boards are the same when these hold the same rows."""

_BUILD_LOCK: Final = 0x62656B65_0001
"""Advisory lock under which a board is created, so that two processes starting together do not race."""


def exists(connection: Connection[Any], schema: str = SCHEMA) -> bool:
    """Tell whether a board of this name has been built."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.position",)).fetchone()
    return bool(row and row[0])


def ensure(connection: Connection[Any], schema: str = SCHEMA) -> bool:
    """Create an empty board if there is none; True when it was created now and must be filled from the log."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_BUILD_LOCK,))
        if exists(connection, schema):
            return False
        create(connection, schema)
    return True


def create(connection: Connection[Any], schema: str) -> None:
    """Create an empty board; what stood there under that name is gone."""
    tables = resources.files("beket.board").joinpath("schema.sql").read_text(encoding="utf-8")
    name = sql.Identifier(schema)
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        before = connection.execute("SELECT current_setting('search_path')").fetchone()
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))
        connection.execute(tables.encode())
        connection.execute("SELECT set_config('search_path', %s, true)", before)
