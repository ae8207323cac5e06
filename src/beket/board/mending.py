"""Facts that take something from one row and give it to another: folded one by one, on tables that are up to date."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import Connection

from beket.board import sql
from beket.board.concluded import conclusion
from beket.board.rows import Batch
from beket.words.facts import CrossingsJoined, EvidenceMoved, PostDescribed
from beket.words.ids import EntryRef, PlaceId, split_ref


def mend(
    connection: Connection[Any], schema: str, place: PlaceId, ref: EntryRef, fact: EvidenceMoved | CrossingsJoined
) -> Batch:
    """Fold one mending fact; gives back the batch that carries its conclusion."""
    seq, idx = split_ref(ref)
    after = Batch()
    if isinstance(fact, EvidenceMoved):
        of_seq, of_idx = split_ref(fact.of)
        named = {
            "place": place, "seq": of_seq, "idx": of_idx, "crossing": fact.crossing, "because": list(fact.because),
            "fact_seq": seq, "fact_idx": idx, "gross_kg": fact.gross_kg, "gamma_alarm": fact.gamma_alarm,
            "neutron_alarm": fact.neutron_alarm,
        }  # fmt: skip
        connection.execute(sql.for_schema(sql.MOVE_EVIDENCE, schema), named)
        touched = [fact.out_of, fact.crossing]
    else:
        named = {"crossing": fact.crossing, "into": fact.into, "at": fact.at}
        for statement in sql.JOIN:
            connection.execute(sql.for_schema(statement, schema), named)
        touched = [fact.crossing, fact.into]
    connection.execute(sql.for_schema(sql.RECOUNT, schema), (touched,))
    after.conclusions = [conclusion(place, seq, idx, crossing, fact) for crossing in touched[-1:]]
    return after


def describe(connection: Connection[Any], schema: str, place: PlaceId, fact: PostDescribed) -> None:
    """Put a layout in force: lanes and devices it does not name are no longer part of the place."""
    post = fact.post
    connection.execute(
        sql.for_schema(sql.DESCRIBE_PLACE, schema),
        (
            place, post.name.ky, post.name.ru, post.name.en, post.latitude, post.longitude, post.zone_name,
            post.neighbour, post.mode, post.border, post.kind,
        ),
    )  # fmt: skip
    connection.execute(sql.for_schema(sql.FORGET_LANES, schema), (place,))
    connection.execute(sql.for_schema(sql.FORGET_DEVICES, schema), (place,))
    lanes = [
        {"place": place, "id": lane.id, "direction": lane.direction, "ordinal": ordinal}
        for ordinal, lane in enumerate(post.lanes)
    ]
    connection.execute(sql.for_schema(sql.DESCRIBE_LANES, schema), (msgspec.json.encode(lanes).decode(),))
    devices = [
        {
            "place": place, "id": device.id, "driver": device.driver, "lane": device.lane, "zone": device.zone,
            "view": device.view, "model": device.model, "serial": device.serial, "ordinal": ordinal,
            "expected_period_s": device.expected_period_s, "verified_until": device.verified_until,
        }
        for ordinal, device in enumerate(post.devices)
    ]  # fmt: skip
    connection.execute(sql.for_schema(sql.DESCRIBE_DEVICES, schema), (msgspec.json.encode(devices).decode(),))
