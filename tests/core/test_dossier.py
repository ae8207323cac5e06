"""The picture of one crossing holds what was said of it, in order."""

from __future__ import annotations

from beket.core.dossier import dossier
from beket.words.ids import CrossingId
from tests.core.tape import PLACE, Player, reading

TAPE = ("0 front 01777ABC", "1 portal gamma", "4 rear 01234AB", "60 scale 24400", "600 exit 01777ABC")


def test_a_lorry_that_passed_is_one_picture() -> None:
    player = Player()
    for number, line in enumerate(TAPE, start=1):
        player.say(reading(number, line))
    drawn = dossier(player.state.crossings, CrossingId(f"{PLACE}:2.0"))
    assert drawn is not None
    assert [(sign.role, sign.value) for sign in drawn.signs] == [
        ("exit_front", "01777ABC"),
        ("front", "01777ABC"),
        ("trailer", "01234AB"),
    ]
    assert [one.kind for one in drawn.evidence] == [
        "plate_read", "rpm_occupancy", "plate_read", "weighing", "plate_read",
    ]  # fmt: skip
    assert (drawn.weighed_kg, drawn.evidence[1].gamma_alarm) == (24400.0, True)
    assert drawn.departed_at is not None
    assert drawn.closed is None


def test_what_is_not_held_has_no_picture() -> None:
    assert dossier(Player().state.crossings, CrossingId(f"{PLACE}:9.0")) is None
