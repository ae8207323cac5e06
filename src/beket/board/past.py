"""What the read tables would forget: how devices, findings, evidence and layouts stood before a later fact.

Rows carry the frame of the fact that brought them: the past is asked for by a position in the log (decision 0022).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct, field

from beket.board.papers import RANKS
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    CrossingClosed,
    CrossingDeparted,
    CrossingOpened,
    DeviceFailed,
    DeviceRecovered,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    MaintenanceAgreed,
    MaintenanceEnded,
    PostDescribed,
)
from beket.words.ids import Instant, PlaceId

MINUTE_MS: Final = 60_000
"""How finely the past is kept of what changes with every reading."""

Of = Literal["failed", "recovered", "clock_wrong", "clock_right", "agreed", "ended"]

OF_DEVICES: Final[Mapping[type[Fact], Of]] = {
    DeviceFailed: "failed",
    DeviceRecovered: "recovered",
    ClockFoundWrong: "clock_wrong",
    ClockFoundRight: "clock_right",
    MaintenanceAgreed: "agreed",
    MaintenanceEnded: "ended",
}
"""What is said of devices that a tile of the wall counts."""

_ENCODER: Final = msgspec.json.Encoder()


class DeviceRow(Struct):
    """Something was said of a device."""

    place: str
    device: str
    kind: str
    seq: int
    idx: int
    from_at: int | None = None
    until_at: int | None = None


class FindingRow(Struct):
    """A rule found something, or takes it back (no ranking)."""

    about: str
    rule: str
    subject: str
    seq: int
    idx: int
    ranking: int | None


class StayRow(Struct):
    """The facts that began and first ended a crossing's stay: departed or closed, whichever was said first."""

    crossing: str
    opened_seq: int | None = None
    opened_idx: int | None = None
    ended_seq: int | None = None
    ended_idx: int | None = None


class HeardRow(Struct):
    """The newest reading that a place had in a minute."""

    place: str
    minute: int
    newest_at: int


class Past(Struct):
    """The rows of one batch; of devices and findings every one, for nothing said of them stands for another."""

    devices: list[DeviceRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    stays: dict[str, StayRow] = field(default_factory=dict)


def gather_past(rows: Past, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Note a fact that a table shows only until the next one of its kind."""
    if isinstance(fact, CrossingOpened | CrossingDeparted | CrossingClosed):
        _stay(rows, ref, fact)
    elif isinstance(fact, FindingRaised | FindingWithdrawn):
        ranking = RANKS[fact.level] if isinstance(fact, FindingRaised) else None
        about = fact.crossing or fact.document or ""
        rows.findings.append(FindingRow(about, fact.rule, fact.subject, *ref, ranking))
    elif isinstance(fact, MaintenanceAgreed):
        rows.devices.append(DeviceRow(place, fact.device, "agreed", *ref, fact.from_at, fact.until_at))
    elif (kind := OF_DEVICES.get(type(fact))) is not None:
        rows.devices.append(DeviceRow(place, fact.device, kind, *ref))  # type: ignore[union-attr]


def _stay(rows: Past, ref: tuple[int, int], fact: CrossingOpened | CrossingDeparted | CrossingClosed) -> None:
    row = rows.stays.setdefault(fact.crossing, StayRow(fact.crossing))
    if isinstance(fact, CrossingOpened):
        row.opened_seq, row.opened_idx = ref
    elif row.ended_seq is None:
        row.ended_seq, row.ended_idx = ref


def number_past(rows: Past, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for device in rows.devices:
        device.seq, device.idx = refs[device.idx]
    for finding in rows.findings:
        finding.seq, finding.idx = refs[finding.idx]
    for stay in rows.stays.values():
        if stay.opened_idx is not None:
            stay.opened_seq, stay.opened_idx = refs[stay.opened_idx]
        if stay.ended_idx is not None:
            stay.ended_seq, stay.ended_idx = refs[stay.ended_idx]


def written(rows: Past) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows."""
    yield DEVICES, rows.devices
    yield FINDINGS, rows.findings
    yield STAYS, list(rows.stays.values())


def heard_rows(place: PlaceId, minutes: Mapping[int, Instant]) -> Iterator[HeardRow]:
    """The rows of the minutes in which something was heard."""
    for minute, newest in minutes.items():
        yield HeardRow(place, minute, newest)


def layout_named(place: PlaceId, ref: tuple[int, int], fact: PostDescribed) -> dict[str, object]:
    """The parameters of `LAYOUT`."""
    post = fact.post
    return {
        "place": place, "seq": ref[0], "idx": ref[1], "name_ky": post.name.ky, "name_ru": post.name.ru,
        "name_en": post.name.en, "latitude": post.latitude, "longitude": post.longitude, "zone_name": post.zone_name,
        "neighbour": post.neighbour, "mode": post.mode, "border": post.border, "kind": post.kind,
        "devices": _ENCODER.encode([device.id for device in post.devices]).decode(),
    }  # fmt: skip


DEVICES: Final = """
INSERT INTO BOARD.device_past (place, device, kind, seq, idx, from_at, until_at) SELECT * FROM SPREAD AS e
"""

FINDINGS: Final = """
INSERT INTO BOARD.finding_past (about, rule, subject, seq, idx, ranking) SELECT * FROM SPREAD AS e
"""

STAYS: Final = """
UPDATE BOARD.crossing AS c SET opened_seq = coalesce(c.opened_seq, e.opened_seq),
  ended_seq = coalesce(c.ended_seq, e.ended_seq)
FROM SPREAD AS e WHERE c.id = e.crossing
"""

HEARD: Final = """
INSERT INTO BOARD.heard AS h (place, minute, newest_at) SELECT * FROM SPREAD AS e
ON CONFLICT (place, minute) DO UPDATE SET newest_at = greatest(h.newest_at, excluded.newest_at)
"""

LAYOUT: Final = """
INSERT INTO BOARD.place_past (place, seq, idx, name_ky, name_ru, name_en, latitude, longitude, zone_name, neighbour,
  mode, border, kind, devices)
VALUES (%(place)s, %(seq)s, %(idx)s, %(name_ky)s, %(name_ru)s, %(name_en)s, %(latitude)s, %(longitude)s, %(zone_name)s,
  %(neighbour)s, %(mode)s, %(border)s, %(kind)s, %(devices)s)
"""

_BEFORE: Final = """
INSERT INTO BOARD.evidence_past (place, seq, idx, crossing, zone, at, gamma_alarm, neutron_alarm, fact_seq, until_seq)
SELECT place, seq, idx, crossing, zone, at, gamma_alarm, neutron_alarm, fact_seq, %(fact_seq)s FROM BOARD.evidence
WHERE WHOSE ON CONFLICT DO NOTHING
"""

MOVED: Final = _BEFORE.replace("WHOSE", "crossing = %(out_of)s AND seq = %(seq)s AND idx = %(idx)s")
JOINED: Final = (
    _BEFORE.replace("WHOSE", "crossing = %(crossing)s"),
    "UPDATE BOARD.crossing SET ended_seq = coalesce(ended_seq, %(fact_seq)s) WHERE id = %(crossing)s",
)
"""Said before the evidence is given to another crossing."""
