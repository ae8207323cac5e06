"""Facts that take something from one row and give it to another: folded one by one, on tables that are up to date."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from beket.board import holding, layouts, papers, passages, past, procedures, slips, sql
from beket.board.concluded import conclusion
from beket.board.rows import ConclusionRow, DeviceRow, LaneRow
from beket.board.spread import columns
from beket.words.facts import CrossingsJoined, EvidenceMoved, PostDescribed
from beket.words.ids import PlaceId, split_ref


def mend(
    connection: Connection[Any], schema: str, at: tuple[int, int], fact: EvidenceMoved | CrossingsJoined
) -> list[ConclusionRow]:
    """Fold one mending fact that stands `at` its frame and index; gives back its conclusion, still to be written."""
    seq, idx = at
    if isinstance(fact, EvidenceMoved):
        of_seq, of_idx = split_ref(fact.of)
        named = {
            "out_of": fact.out_of, "seq": of_seq, "idx": of_idx, "crossing": fact.crossing,
            "because": " ".join(fact.because),
            "fact_seq": seq, "fact_idx": idx, "gross_kg": fact.gross_kg, "gamma_alarm": fact.gamma_alarm,
            "neutron_alarm": fact.neutron_alarm,
        }  # fmt: skip
        connection.execute(sql.for_schema(past.MOVED, schema), named)
        connection.execute(sql.for_schema(sql.MOVE_EVIDENCE, schema), named)
        touched = [fact.out_of, fact.crossing]
    else:
        named = {"crossing": fact.crossing, "into": fact.into, "at": fact.at, "fact_seq": seq}
        rooms = (papers, procedures, passages, slips, holding)
        for statement in (*past.JOINED, *sql.JOIN, *(one for room in rooms for one in room.JOIN)):
            connection.execute(sql.for_schema(statement, schema), named)
        touched = [fact.crossing, fact.into]
    connection.execute(sql.for_schema(sql.RECOUNT, schema), (touched,))
    return [conclusion(seq, idx, touched[-1], fact)]


def describe(
    connection: Connection[Any], schema: str, place: PlaceId, at: tuple[int, int], fact: PostDescribed
) -> None:
    """Put a layout in force: lanes and devices it does not name are no longer part of the place."""
    post = fact.post
    connection.execute(sql.for_schema(past.LAYOUT, schema), past.layout_named(place, at, fact))
    connection.execute(
        sql.for_schema(sql.DESCRIBE_PLACE, schema),
        (
            place, post.name.ky, post.name.ru, post.name.en, post.latitude, post.longitude, post.zone_name,
            post.neighbour, post.mode, post.border, post.kind,
        ),
    )  # fmt: skip
    layouts.put_in_force(connection, schema, place, fact)
    connection.execute(sql.for_schema(sql.FORGET_LANES, schema), (place,))
    connection.execute(sql.for_schema(sql.FORGET_DEVICES, schema), (place,))
    lanes = [LaneRow(place, lane.id, lane.direction, ordinal) for ordinal, lane in enumerate(post.lanes)]
    devices = [
        DeviceRow(
            place, device.id, device.driver, device.lane, device.zone, device.view, device.model, device.serial,
            device.expected_period_s, device.verified_until, ordinal, device.klass, device.firmware,
            device.installed_on, device.verified_on, device.calibrated_on, device.calibrated_until,
            device.accuracy_class, device.scale_error_kg,
        )
        for ordinal, device in enumerate(post.devices)
    ]  # fmt: skip
    if lanes:
        connection.execute(sql.for_schema(sql.DESCRIBE_LANES, schema, LaneRow), columns(lanes))
    if devices:
        connection.execute(sql.for_schema(sql.DESCRIBE_DEVICES, schema, DeviceRow), columns(devices))
