"""Begins a map for a paper that nobody reads: proposed where headers are known, else a frame with what stands in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from textwrap import wrap
from typing import Final, get_args

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.json import opened_json
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.shape import Shape, shape_of
from beket.exchange.kit.table import Table
from beket.exchange.kit.tables import opened_table
from beket.exchange.kit.xml import opened
from beket.exchange.mapped.proposal import proposed_map, toml_value
from beket.words.documents import DocumentKind

PATHS_MAX: Final = 120
"""Most paths that a frame tells of: a form that a person maps has fewer."""

HEADERS_MAX: Final = 256
"""Most headers that a frame tells of: as many as a table has columns."""

SAMPLE_MAX: Final = 40
"""Most signs of what stands at a path that a frame shows."""

LINE_MAX: Final = 64
"""Longest line of the kinds that are told."""

Found = tuple[str, int, str]
"""A path, how often it is there, and the first that is said there."""


def begun_map(blob: bytes, name: str) -> str:
    """Write the beginning of a map for a paper, as TOML; raises Refused where no map can read it."""
    shape = shape_of(blob)
    if shape == "edifact":
        raise Refused("not_this_format", "UN/EDIFACT is read by code; a map is for XML, JSON and tables")
    if shape == "table":
        return _of_table(blob, name)
    root = opened(blob) if shape == "xml" else opened_json(blob)
    return "\n".join(_of_tree(root, shape, name)) + "\n"


def _of_table(blob: bytes, name: str) -> str:
    try:
        return proposed_map(blob, name)
    except Refused as refused:
        table = opened_table(blob)
        if refused.refusal.kind != "unknown_format" or not table.headers():
            raise
        return "\n".join(_unknown_table(table, name)) + "\n"


def _unknown_table(table: Table, name: str) -> Iterator[str]:
    """Name each column by its place: what it holds a person has to say."""
    yield "# None of these headers is known here. Say below what each column"
    yield "# holds, and take out the others."
    yield from _head(name, "table")
    yield "\n[columns]"
    headers = dict.fromkeys(_shown(one) for one in islice(table.headers(), HEADERS_MAX))
    for number, header in enumerate(filter(None, headers), start=1):
        yield f"column_{number} = {toml_value(header)}"
    yield "\n# One document for all rows that say the same here; without it, one for the file."
    yield '# [table]\n# documents_by = ["column_1"]'
    yield from _sections('number = "column_1"')


def _of_tree(root: Branch, shape: Shape, name: str) -> Iterator[str]:
    found = list(_paths(root))
    yield "# Say below where each field stands: a path below the outermost"
    yield "# element or, with `each`, below that one."
    yield "# What stands in this paper, how often, and what it says first:"
    yield from (f"#   {_shown(path)} × {count}  {_shown(said)[:SAMPLE_MAX]}" for path, count, said in found[:PATHS_MAX])
    if len(found) > PATHS_MAX:
        yield f"#   and {len(found) - PATHS_MAX} more"
    yield from _head(name, shape)
    yield "\n[known]"
    if shape == "xml":
        yield f"root = [{toml_value(root.name)}]"
        if root.namespace:
            yield f"namespace = {toml_value(root.namespace)}"
    else:
        first = next((path for path, _, _ in found if "@" not in path), "")
        yield f"paths = [{toml_value(first)}]"
    yield from _sections('number = "…"')


def _head(name: str, shape: Shape) -> Iterator[str]:
    yield "\n# kind is one of"
    yield from (f"#   {line}" for line in wrap(", ".join(get_args(DocumentKind)), LINE_MAX))
    yield f"name = {toml_value(name)}"
    yield f"title = {toml_value(name)}"
    yield 'source = "one paper that came in; its author was not asked"'
    yield 'kind = ""'
    yield f"shape = {toml_value(shape)}"
    yield "layout_confirmed = false"
    yield 'decimal = "either"'
    yield 'dates = ["dd.mm.yyyy", "dd.mm.yyyy hh:mm", "dd.mm.yyyy hh:mm:ss"]'


def _sections(example: str) -> Iterator[str]:
    """Leave room for the fields; the names are those of the neutral form."""
    yield f"\n[document]\n# {example}\n\n[consignment]\n\n[[consignment.items]]"


def _paths(root: Branch) -> Iterator[Found]:
    """Give each path at which something is said, in the order in which they are met first."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    waiting = [(root, "")]
    while waiting:
        branch, path = waiting.pop()
        for name, said in branch.attributes.items():
            counts[f"{path}/@{name}"] += 1
            first.setdefault(f"{path}/@{name}", said)
        if branch.text and path:
            counts[path] += 1
            first.setdefault(path, branch.text)
        waiting += [(below, f"{path}/{below.name}" if path else below.name) for below in reversed(branch.branches)]
    return ((path, counts[path], said) for path, said in first.items())


def _shown(text: str) -> str:
    """Give a text as a comment or a header may hold it: on one line, without what cannot be seen."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
