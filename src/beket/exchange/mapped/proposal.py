"""Proposes a map for a table that no map fits, from the words in its headers: somebody then changes and saves it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.shape import shape_of
from beket.exchange.kit.table import Line, Page, folded
from beket.exchange.kit.tables import opened_table
from beket.exchange.mapped.shelf import shipped_texts

MODEL: Final = "register"
"""The shipped map whose columns and words a proposal is made from."""

ALIKE_MIN: Final = 0.5
"""Least share of a header's words that a known word must be."""

_UNSHOWN: Final = str.maketrans("", "", "\x7f")

Raw = Mapping[str, Any]


def proposed_map(blob: bytes, name: str = "our_register") -> str:
    """Write a map that fits a table, as TOML; raises Refused where it is no table, or none of its headers is known."""
    if shape_of(blob) != "table":
        raise Refused("not_this_format", "a map of columns is for a table: CSV or XLSX")
    table = opened_table(blob)
    model = tomllib.loads(shipped_texts()[MODEL])
    rows = ((page, line, _keys(line, model)) for page in table.pages() for line in page.head())
    best = max(rows, key=_worth, default=None)
    if best is None or not best[2]:
        raise table.stranger()
    page, line, keys = best
    headers = [str(cell).translate(_UNSHOWN) for cell in line[1]]
    found = {key: headers[at] for key, at in sorted(keys.items(), key=lambda one: one[1])}
    unread = [header for at, header in enumerate(headers) if header and at not in keys.values()]
    return "\n".join(_written(_map(name, page, found, model), unread)) + "\n"


def _worth(one: tuple[Page, Line, dict[str, int]]) -> tuple[int, int]:
    """Prefer the row with the most known headers, then the way to split it that gives the most cells."""
    return len(one[2]), len(one[1][1])


def _keys(line: Line, model: Raw) -> dict[str, int]:
    """Find which column each key is: the headers that are most like a known word first."""
    alike = sorted(_likeness(line, model["columns"]), reverse=True)
    found: dict[str, int] = {}
    for _, back, key in alike:
        if key not in found and -back not in found.values():
            found[key] = -back
    return found


def _likeness(line: Line, columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[float, int, str]]:
    for at, cell in enumerate(line[1]):
        header = folded(cell) if isinstance(cell, str) else ""
        words = set(header.split())
        for key, known in columns.items():
            alike = max((_share(words, set(folded(word).split())) for word in known), default=0.0)
            if words and alike >= ALIKE_MIN:
                yield alike, -at, key


def _share(header: set[str], known: set[str]) -> float:
    return len(known) / len(header) if known and known <= header else 0.0


def _map(name: str, page: Page, found: Mapping[str, str], model: Raw) -> dict[str, Any]:
    """Make the model's map of those columns that are there."""
    table = dict(model["table"]) | ({"sheet": page.name} if page.name else {})
    table["documents_by"] = [key for key in table["documents_by"] if key in found]
    plain = {"name": name, "title": name, "source": "proposed from the headers of a table"}
    plain |= {key: model[key] for key in ("kind", "shape", "layout_confirmed", "dates", "decimal")}
    sections = {key: _pruned(model[key], found) or {} for key in ("document", "consignment")}
    return plain | {"known": {"columns": list(found)}, "table": table, "columns": dict(found)} | sections


def _pruned(node: Any, found: Mapping[str, str]) -> Any:  # noqa: ANN401  a piece of TOML
    """Leave out what is read from columns that are not there; a group that only says something by itself goes too."""
    if isinstance(node, str):
        return node if node in found else None
    if isinstance(node, list):
        return [kept for one in node if (kept := _pruned(one, found)) is not None]
    if set(node) == {"value"} and not isinstance(node["value"], str):
        return node
    kept = {key: value for key, one in node.items() if (value := _kept(one, found)) not in (None, [])}
    lacks = "amount" in node and "amount" not in kept
    return None if lacks or all(_constant(one) for one in kept.values()) else kept


def _kept(one: Any, found: Mapping[str, str]) -> Any:  # noqa: ANN401  a piece of TOML
    return one if _constant(one) else _pruned(one, found)


def _constant(one: object) -> bool:
    return isinstance(one, dict) and set(one) == {"value"}


# TOML ----------------------------------------------------------------------------------------------------------------


def _written(one: Raw, unread: Sequence[str]) -> Iterator[str]:
    yield "# Proposed from the headers of a table. Read it, change it, give it a name, and save it among your maps."
    yield from (f"# not read: {toml_value(header)}" for header in unread)
    yield from _table("", one)


def _table(path: str, table: Raw) -> Iterator[str]:
    """Write a table: plain values first, then what has tables of its own."""
    inner = {key: value for key, value in table.items() if _is_table(value)}
    yield from (f"{key} = {toml_value(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        name = f"{path}.{key}" if path else key
        for one in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            yield from _table(name, one)


def _is_table(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict) and not _constant(value)


def toml_value(value: object) -> str:
    """Write a value; what JSON writes is TOML too, but for tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
