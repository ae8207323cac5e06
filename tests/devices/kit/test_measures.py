"""What a device measures of itself."""

from __future__ import annotations

from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.kit.measures import Measured, Measures
from beket.words.ids import Instant
from beket.words.readings import PlateRead, RpmBackground, RpmSample, Weighing, Weight

HOUR = 3_600_000


def plate(at: int, plate: str | None, **said: object) -> PlateRead:
    return PlateRead(device_id=NOBODY, reading_id=UNNAMED, received=Instant(at), plate=plate, **said)  # type: ignore[arg-type]


def weight(kg: float | None, **said: object) -> Weight:
    return Weight(device_id=NOBODY, reading_id=UNNAMED, received=Instant(0), value=kg, **said)  # type: ignore[arg-type]


def test_unread_plates_are_those_that_were_there_and_could_not_be_read() -> None:
    measures = Measures()
    measures.heard(plate(0, "01KG777ABC"))
    measures.heard(plate(1, None, unread_reason="unreadable"))
    measures.heard(plate(2, None, unread_reason="no_plate"))
    measures.heard(plate(3, None, unread_reason="unreadable", buffered=True))
    assert (measures.told(Instant(4)).plates, measures.told(Instant(4)).unread) == (3, 1)
    assert measures.told(Instant(HOUR + 2)).plates == 1, "what is older than an hour is forgotten"


def test_the_zero_is_the_middle_of_what_is_shown_at_rest() -> None:
    measures = Measures()
    for kg in (0.0, 20.0, 20.0, 22_000.0, 180.0):
        measures.heard(weight(kg))
    measures.heard(weight(90.0, stable=False))
    measures.heard(weight(90.0, mode="net"))
    measures.heard(weight(0.0, mode="tare"))
    measures.heard(weight(90.0, held=True))
    measures.heard(weight(22.0, unit="t"))
    measures.heard(weight(None, overload=True))
    assert measures.told(Instant(0)).zero_kg == 20.0
    assert measures.told(Instant(0)).zero_kg is None, "each line tells of its own time"


def test_a_scale_in_other_units_or_net_has_a_zero_too() -> None:
    measures = Measures()
    measures.heard(weight(100.0, unit="lb"))
    assert measures.told(Instant(0)).zero_kg == 45.359237
    at = Instant(0)
    weighed = {"gross_kg": 9_000.0, "min_kg": 9_000.0, "max_kg": 9_000.0, "n": 5, "started": at, "ended": at}
    for zero_kg in (None, 40.0):
        measures.heard(Weighing(device_id=NOBODY, reading_id=UNNAMED, received=at, zero_kg=zero_kg, **weighed))  # type: ignore[arg-type]
    assert measures.told(Instant(0)).zero_kg == 40.0


def test_backgrounds_of_line_and_register_portals_are_means_of_an_interval() -> None:
    measures = Measures()
    for counts in ((200, 200, 200, 200), (210, 210, 210, 210)):
        measures.heard(
            RpmBackground(device_id=NOBODY, reading_id=UNNAMED, received=Instant(0), channel="gamma", counts=counts)
        )
    assert measures.told(Instant(0)).gamma_background == 820.0
    idle = RpmSample(
        device_id=NOBODY, reading_id=UNNAMED, received=Instant(0), occupied=False, gamma_background=890.5,
        neutron_background=2.5,
    )  # fmt: skip
    measures.heard(idle)
    assert measures.told(Instant(0)) == Measured(gamma_background=890.5, neutron_background=2.5)


def test_nothing_heard_is_nothing_told() -> None:
    assert Measures().told(Instant(0)) == Measured()
