"""Django's view of the read tables says what the tables are: a column that is not there would fail only on a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psycopg

_SAY = """
import django, json
django.setup()
from beket.board import models
found = [models.Place, models.Device, models.Crossing]
columns = {m._meta.db_table: m._meta.local_concrete_fields for m in found}
print(json.dumps({name: {f.column: f.null for f in fields if f.column} for name, fields in columns.items()}))
"""


def test_models_name_columns_that_are_there(dsn: str) -> None:
    # In a process of its own: Django can be set up once only, and the desk's tests do that in their way.
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "beket.web.settings", "BEKET_DSN": dsn}
    done = subprocess.run([sys.executable, "-c", _SAY], env=environment, capture_output=True, text=True, check=True)
    said: dict[str, dict[str, bool]] = json.loads(done.stdout)
    assert sorted(said) == ["crossing", "device", "place"]
    with psycopg.connect(dsn) as connection:
        for table, columns in said.items():
            rows = connection.execute(
                "SELECT column_name, is_nullable = 'YES' FROM information_schema.columns"
                " WHERE table_schema = 'board_1' AND table_name = %s",
                (table,),
            ).fetchall()
            assert columns.items() <= dict(rows).items()
            assert len(columns) > 10
