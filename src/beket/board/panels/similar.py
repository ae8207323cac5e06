"""Earlier situations that are like one: they share a plate, a maker's number, a paper, a firm, or a fault of a device.

What a situation is about is asked for first, then whoever else is about the same: only by keys that an index has,
and of each key only the newest few, because a firm that brings a lorry an hour is like nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.board.panels.situations import SituationSeen
from beket.words.gist import Gist
from beket.words.ids import Instant, PlaceId, SituationId

Kind = Literal["vin", "container", "plate", "number", "fault", "rule", "firm"]
"""What two situations may share: a maker's number, a container, a plate, the number of a paper; the same fault of one
device, the same rule by what one device measured; and a consignor or carrier."""

ALIKE: Final[dict[Kind, int]] = {
    "vin": 8, "container": 7, "number": 7, "plate": 6, "fault": 4, "rule": 3, "firm": 2,
}  # fmt: skip
"""How much each says: a maker's number is of one vehicle and a number of one paper; a plate is changed between two, a
device has faults with anybody, and a firm has many lorries. Our guess: they only put what was found in order."""

SIMILAR_MAX: Final = 8
"""Most earlier situations that are shown: who has one open reads a few lines, and the search has the rest."""

KEYS_MAX: Final = 80
"""Most things that are asked for: a lorry has six, a register of passengers more."""

OF_KEY_MAX: Final = 50
"""Most visits and papers of one key that are looked at, the newest."""

PAPERS_MAX: Final = 20
"""Most papers of one situation whose numbers and firms are asked for."""

SHARED_MAX: Final = 6
"""Most shared things that are told of one earlier situation."""


class Shared(Struct, frozen=True):
    """One thing that two situations share; `value` as it is written."""

    kind: Kind
    value: str


class Similar(Struct, frozen=True, kw_only=True):
    """An earlier situation, how it ended and by whom, and what it shares."""

    place: PlaceId
    id: SituationId
    sort: str
    level: str
    opened_at: Instant
    asks: bool
    holder: str | None
    snoozed_until: Instant | None
    outcome: str | None
    closed_at: Instant | None
    closed_by: str | None
    second: str | None
    remark: str | None
    kinds: tuple[Kind, ...]
    keys: tuple[str, ...]
    shared: tuple[Shared, ...] = ()


class Sought(Struct, frozen=True):
    """One thing that is asked for: its key, and how it is written."""

    kind: Kind
    key: str
    value: str


class _Paper(Struct, frozen=True):
    gist: str


class _Sign(Struct, frozen=True):
    key: str
    boxed: bool


_ABOUTS: Final = "SELECT s.about FROM situation s WHERE s.id = %(id)s OR s.merged_into = %(id)s"

_SIGNS: Final = f"""
SELECT DISTINCT k.folded AS key, coalesce(c.container = k.folded, false) AS boxed
FROM crossing_key k JOIN crossing c ON c.id = k.crossing WHERE k.crossing IN ({_ABOUTS}) ORDER BY 1 LIMIT %(limit)s
"""  # noqa: S608 - words of our own

_PAPERS: Final = f"""
SELECT d.gist FROM document d WHERE d.replaced_by IS NULL AND d.id IN (
  {_ABOUTS} UNION SELECT f.document FROM document_crossing f WHERE f.crossing IN ({_ABOUTS}) AND f.gone IS NULL
) ORDER BY d.filed_at DESC, d.id LIMIT %(limit)s
"""  # noqa: S608 - words of our own

_FAULTS: Final = """
SELECT 'fault' AS kind, s.about || ' ' || s.name AS key, s.about AS value FROM situation_signal s
WHERE s.situation = %(id)s AND s.kind IN ('failed', 'doubted', 'unused')
UNION SELECT 'rule', f.device || ' ' || f.rule, f.device FROM situation_signal s
JOIN finding f ON f.about = s.about AND f.rule = s.name AND f.subject = s.subject AND f.device IS NOT NULL
WHERE s.situation = %(id)s AND s.kind = 'finding' LIMIT %(limit)s
"""

_FOUND: Final = """
WITH sought AS (SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS w (kind, key)),
papers AS (
  SELECT w.kind, w.key, d.document FROM sought w CROSS JOIN LATERAL (
    SELECT k.document FROM document_key k WHERE k.key = w.key ORDER BY k.filed_at DESC LIMIT %(of_key)s) d
  WHERE w.kind NOT IN ('fault', 'rule')
),
found AS (
  SELECT w.kind, w.key, v.crossing AS about FROM sought w CROSS JOIN LATERAL (
    SELECT k.crossing FROM crossing_key k WHERE k.folded = w.key ORDER BY k.opened_at DESC LIMIT %(of_key)s) v
  WHERE w.kind IN ('plate', 'container')
  UNION SELECT p.kind, p.key, p.document FROM papers p
  UNION SELECT p.kind, p.key, f.crossing FROM papers p JOIN document_crossing f ON f.document = p.document
    WHERE f.gone IS NULL
),
alike AS (
  SELECT f.kind, f.key, s.id, s.merged_into FROM found f JOIN situation s ON s.about = f.about
  UNION SELECT w.kind, w.key, v.id, v.merged_into FROM sought w CROSS JOIN LATERAL (
    SELECT s.id, s.merged_into FROM situation_signal g JOIN situation s ON s.id = g.situation
    WHERE w.kind = 'fault' AND g.kind IN ('failed', 'doubted', 'unused') AND g.about || ' ' || g.name = w.key
    ORDER BY g.raised_at DESC LIMIT %(of_key)s) v
  UNION SELECT w.kind, w.key, v.id, v.merged_into FROM sought w CROSS JOIN LATERAL (
    SELECT s.id, s.merged_into FROM finding f JOIN situation s ON s.about = f.about
    WHERE w.kind = 'rule' AND f.device || ' ' || f.rule = w.key ORDER BY f.at DESC LIMIT %(of_key)s) v
)
SELECT c.place, c.id, c.sort, c.level, c.opened_at, c.asks, c.holder, c.snoozed_until, c.outcome, c.closed_at,
  c.closed_by, c.second, c.remark, array_agg(a.kind ORDER BY a.kind, a.key) AS kinds,
  array_agg(a.key ORDER BY a.kind, a.key) AS keys
FROM (SELECT DISTINCT kind, key, coalesce(merged_into, id) AS id FROM alike) a JOIN situation c ON c.id = a.id
WHERE SCOPE AND c.id <> %(id)s AND c.opened_at < %(before)s
GROUP BY c.id ORDER BY c.opened_at DESC LIMIT %(limit)s
"""

READ_MAX: Final = 400
"""Most earlier situations that are put in order of likeness, the newest."""


def similar(cursor: Cursor, row: SituationSeen, places: Scope = None, *, papers: bool) -> tuple[Similar, ...]:
    """Read the earlier situations that are most like one; `papers` says whether its papers may be asked for."""
    sought = tuple(_sought(cursor, row.id, papers=papers))[:KEYS_MAX]
    if not sought:
        return ()
    asked = {
        "kinds": [one.kind for one in sought], "keys": [one.key for one in sought], "of_key": OF_KEY_MAX,
        "id": row.id, "before": row.opened_at, "limit": READ_MAX, **places_named(places),
    }  # fmt: skip
    written = {(one.kind, one.key): one.value for one in sought}
    found = [_with_shared(one, written) for one in all_of(cursor, Similar, scoped(_FOUND, places), asked)]
    return tuple(sorted(found, key=lambda one: (-_alike(one), -one.opened_at, one.id))[:SIMILAR_MAX])


def _sought(cursor: Cursor, name: SituationId, *, papers: bool) -> Iterator[Sought]:
    """Say what a situation is about, each thing once."""
    named = {"id": name, "limit": KEYS_MAX}
    said = list(_of_signs(all_of(cursor, _Sign, _SIGNS, named)))
    if papers:
        gists = all_of(cursor, _Paper, _PAPERS, {"id": name, "limit": PAPERS_MAX})
        said += _of_papers(msgspec.json.decode(one.gist, type=Gist) for one in gists)
    boxes = {one.key for one in said if one.kind == "container"}
    once: dict[tuple[Kind, str], Sought] = {}
    for one in said:
        if one.kind != "plate" or one.key not in boxes:
            once.setdefault((one.kind, one.key), one)
    yield from all_of(cursor, Sought, _FAULTS, named)
    yield from once.values()


def _of_signs(signs: Iterable[_Sign]) -> Iterator[Sought]:
    for sign in signs:
        yield Sought("container" if sign.boxed else "plate", sign.key, sign.key)


def _of_papers(gists: Iterable[Gist]) -> Iterator[Sought]:
    for gist in gists:
        yield from (Sought("vin", one.vin, one.vin) for one in gist.vins)
        yield from (Sought("container", one, one) for one in gist.containers)
        yield from (Sought("number", one, one) for one in gist.own)
        yield from (Sought("plate", one.key, one.written) for one in gist.plates)
        for party in gist.parties:
            if party.role in ("consignor", "carrier"):
                yield Sought("firm", party.folded, party.name)


def _with_shared(one: Similar, written: dict[tuple[Kind, str], str]) -> Similar:
    pairs = sorted(zip(one.kinds, one.keys, strict=True), key=lambda pair: -ALIKE[pair[0]])
    shared = tuple(Shared(kind, written[kind, key]) for kind, key in pairs)
    return msgspec.structs.replace(one, shared=shared[:SHARED_MAX])


def _alike(one: Similar) -> int:
    """How alike it is: each kind of thing counts once, or ten numbers of one paper would be more than its vehicle."""
    return sum(ALIKE[kind] for kind in set(one.kinds))
