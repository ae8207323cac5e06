"""A small language for scenes at one checkpoint: what devices say, and what the house concludes from it.

A line is ``TIME VERB [WORDS] [KEY=VALUE] -> CONCLUSIONS``. TIME is seconds or m:ss or h:mm:ss after the scene begins.
VERB is a device of the lane (front, front2, rear, portal, scale, strip, spectra, box, xray, papers, exit, exitrear,
loop), tick or health; lane 2 is written front@2. late=S: the message came S seconds later; clock=S: the device's clock
is off by S; back: it moves against the lane; box eye=D: camera D reads the number. Crossings are called A, B, C in the
order in which they were opened.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from beket.core.state import State, apply, empty
from beket.core.step import step
from beket.words import facts as f
from beket.words.decisions import Decision, DescribePost
from beket.words.facts import Fact
from beket.words.ids import CLOCK, DeviceId, Instant, LaneId, PlaceId, ReadingId, entry_ref
from beket.words.readings import (
    Axle,
    CodeRead,
    ContainerRead,
    DocumentRead,
    Health,
    Passage,
    PlateRead,
    RadMeasurement,
    Reading,
    RpmBackground,
    RpmFault,
    RpmOccupancy,
    RpmTamper,
    ScanResult,
    Tick,
    Weighing,
    WimPass,
)
from beket.words.site import Device, Lane, Name, Post, View, Zone

PLACE = PlaceId("KG-TST-A")
BEGIN = 1_795_000_000_000

_DEVICES: tuple[tuple[str, Zone, View, tuple[int, int]], ...] = (
    ("front", "arrival", "front", (0, 3)),
    ("front2", "arrival", "front", (0, 3)),
    ("rear", "arrival", "rear", (2, 8)),
    ("portal", "arrival", "none", (0, 10)),
    ("box", "arrival", "side", (1, 8)),
    ("loop", "arrival", "none", (0, 5)),
    ("strip", "arrival", "none", (0, 5)),
    ("spectra", "arrival", "none", (0, 5)),
    ("scale", "control", "none", (20, 900)),
    ("xray", "control", "none", (30, 900)),
    ("papers", "control", "none", (30, 900)),
    ("exit", "departure", "front", (0, 3)),
    ("exitrear", "departure", "rear", (2, 8)),
)


def post() -> Post:
    """Lay out two lanes in and one out, each with every kind of device."""
    ways = (("1", "in-1", "in"), ("2", "in-2", "in"), ("9", "out-1", "out"))
    return Post(
        id=PLACE,
        name=Name(ky="Сыноо", ru="Проба", en="Trial"),
        latitude=41.0,
        longitude=74.0,
        lanes=tuple(Lane(id=LaneId(lane), direction="in" if way == "in" else "out") for _, lane, way in ways),
        devices=tuple(
            Device(
                id=DeviceId(f"{name}@{number}"), driver="trial", lane=LaneId(lane), zone=zone, view=view,
                after_s=after_s, forward="against" if view == "rear" else "along",
            )
            for number, lane, _ in ways
            for name, zone, view, after_s in _DEVICES
        ),
    )  # fmt: skip


def seconds(text: str) -> float:
    """Read seconds, m:ss or h:mm:ss."""
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total


ASIDE = (
    f.AspectFound | f.DeviceDoubted | f.DoubtWithdrawn | f.UsualFound | f.MaintenanceAgreed | f.MaintenanceEnded
    | f.AlarmRaised | f.AlarmAdjudicated | f.DecisionRefused | f.FindingRaised | f.FindingWithdrawn | f.OfSituation
)  # fmt: skip
"""What is known of devices themselves, of alarms and of what does not agree has scenes of its own."""


class Player:
    """Plays readings to the core as the loop does, and names what comes out."""

    def __init__(self) -> None:
        self.state: State = empty(PLACE)
        self.names: dict[str, str] = {}
        self.facts: list[Fact] = []
        self.seq = 0
        self.say(DescribePost(decision_id="d1", by="trial", role="administrator", at=Instant(BEGIN), post=post()))

    def say(self, body: Reading | Decision) -> tuple[Fact, ...]:
        """Append one entry, think, fold."""
        self.seq += 1
        ref = entry_ref(self.seq, 0)
        facts = step(self.state, ref, body)
        for index, fact in enumerate(facts):
            apply(self.state, entry_ref(self.seq, index + 1), fact)
        self.facts.extend(facts)
        return facts

    def name(self, crossing: str) -> str:
        """Call a crossing by a letter."""
        return self.names.setdefault(crossing, chr(ord("A") + len(self.names)))

    def show(self, facts: tuple[Fact, ...]) -> str:
        """Print conclusions."""
        return ", ".join(self.words(fact) for fact in facts if not isinstance(fact, ASIDE)) or "nothing"

    def words(self, fact: Fact) -> str:  # noqa: C901, PLR0912
        """Print one conclusion."""
        match fact:
            case f.CrossingOpened():
                return f"{self.name(fact.crossing)} opened"
            case f.CrossingIdentified():
                was = f" was {fact.corrects}" if fact.corrects else ""
                return f"{self.name(fact.crossing)} {fact.role} {fact.value}{was}"
            case f.EvidenceAttached():
                kg = f" {fact.gross_kg:.0f}" if fact.gross_kg is not None else ""
                alarm = " gamma" if fact.gamma_alarm else ""
                back = " back" if fact.movement == "against" else ""
                return (
                    f"{self.name(fact.crossing)} + {str(fact.device).partition('@')[0]}{kg}{alarm}{back} by {fact.by}"
                )
            case f.EvidenceMoved():
                return f"{fact.evidence} moves {self.name(fact.out_of)} to {self.name(fact.crossing)}"
            case f.CrossingUnexplained():
                return f"{self.name(fact.crossing)} unexplained {fact.why}"
            case f.CrossingExplained():
                return f"{self.name(fact.crossing)} explained"
            case f.CrossingsJoined():
                return f"{self.name(fact.crossing)} joins {self.name(fact.into)}"
            case f.CrossingDeparted():
                return f"{self.name(fact.crossing)} departed"
            case f.CrossingClosed():
                return f"{self.name(fact.crossing)} closed {fact.reason}"
            case f.PostDescribed():
                return "post described"
            case f.DeviceFailed():
                return f"{fact.device} failed {fact.reason}"
            case f.DeviceRecovered():
                return f"{fact.device} recovered"
            case f.ClockFoundWrong():
                return f"{fact.device} clock wrong {fact.drift_ms}"
            case f.ClockFoundRight():
                return f"{fact.device} clock right {fact.drift_ms}"
            case _:
                raise AssertionError(fact)


class Heard(Struct, frozen=True, kw_only=True):
    """One line's words before they become a reading."""

    device: DeviceId
    verb: str
    words: tuple[str, ...]
    keys: dict[str, str]
    time: Instant
    received: Instant
    reading_id: ReadingId

    @property
    def drift_ms(self) -> int | None:
        """How far the device's clock was found ahead."""
        return int(1000 * float(self.keys["drift"])) if "drift" in self.keys else None


def reading(number: int, line: str) -> Reading:
    """Read the left side of a line as a reading."""
    when, verb, *words = line.split()
    keys = dict(word.split("=") for word in words if "=" in word)
    at = BEGIN + round(1000 * seconds(when))
    heard = Heard(
        device=DeviceId(verb if "@" in verb else f"{verb}@1"),
        verb=verb.partition("@")[0],
        words=tuple(word for word in words if "=" not in word),
        keys=keys,
        time=Instant(at + round(1000 * float(keys.get("clock", 0)))),
        received=Instant(at + round(1000 * float(keys.get("late", 0)))),
        reading_id=ReadingId(f"{number:032x}"),
    )
    return structs.replace(_body(heard), drift_ms=heard.drift_ms, buffered="buffered" in words)


def _body(heard: Heard) -> Reading:
    device, received, reading_id, time = heard.device, heard.received, heard.reading_id, heard.time
    match heard.verb:
        case "tick":
            return Tick(device_id=CLOCK, received=received, reading_id=reading_id)
        case "scale":
            kg = float(heard.words[0])
            return Weighing(
                device_id=device, received=received, reading_id=reading_id, started=time, ended=Instant(time + 8000),
                time=time if "clock" in heard.keys else None, gross_kg=kg, min_kg=kg, max_kg=kg, n=5,
            )  # fmt: skip
        case "portal":
            ordinary = "ordinary" in heard.words
            return RpmOccupancy(
                device_id=device, received=received, reading_id=reading_id, started=time, ended=Instant(time + 4000),
                counter=None, gamma_alarm="gamma" in heard.words, neutron_alarm=False, max_neutron=0,
                max_gamma_1s=500 if ordinary else 1, gamma_background=(250,) if ordinary else (),
            )  # fmt: skip
        case "box":
            eye = DeviceId(f"{heard.keys['eye']}@1") if "eye" in heard.keys else device
            return ContainerRead(
                device_id=eye, received=received, reading_id=reading_id, time=time, number=heard.words[0]
            )
        case "papers" if "code" in heard.words:
            return CodeRead(device_id=device, received=received, reading_id=reading_id, time=time, text=heard.words[0])
        case "papers":
            number = heard.words[0]
            return DocumentRead(device_id=device, received=received, reading_id=reading_id, time=time, number=number)
        case "xray":
            boxes = (heard.keys["box"],) if "box" in heard.keys else ()
            return ScanResult(
                device_id=device, received=received, reading_id=reading_id, time=time, scan_id=heard.words[0],
                plate=heard.keys.get("plate"), containers=boxes,
            )  # fmt: skip
        case "loop":
            occupied = "free" not in heard.words
            return Passage(device_id=device, received=received, reading_id=reading_id, time=time, occupied=occupied)
        case "strip" | "spectra":
            return _measured(heard)
        case _:
            return _condition(heard)


def _measured(heard: Heard) -> WimPass | RadMeasurement:
    device, received, reading_id, time = heard.device, heard.received, heard.reading_id, heard.time
    if heard.verb == "strip":
        kg = float(heard.words[0])
        axles = (Axle(load_kg=kg / 2), Axle(load_kg=kg / 2, spacing_m=4.0))
        return WimPass(device_id=device, received=received, reading_id=reading_id, time=time, axles=axles, gross_kg=kg)
    what, alarm = ("Background" if "background" in heard.words else "Foreground"), "gamma" in heard.words
    held, lasts = "held" in heard.words, heard.keys.get("lasts")
    return RadMeasurement(
        device_id=device, received=received, reading_id=reading_id, time=time, measurement=what,
        gamma_alarm=alarm, instrument_class="Radionuclide Identifier" if held else "Portal Monitor",
        real_time_s=None if lasts is None else float(lasts),
    )  # fmt: skip


def _condition(heard: Heard) -> Reading:
    received, reading_id, portal = heard.received, heard.reading_id, DeviceId("portal@1")
    match heard.verb:
        case "alive" | "dead":
            named, fault = DeviceId(heard.words[0]), heard.keys.get("fault")
            alive = heard.verb == "alive"
            return Health(device_id=named, received=received, reading_id=reading_id, alive=alive, fault=fault)
        case "case":
            tampered = "open" in heard.words
            return RpmTamper(device_id=portal, received=received, reading_id=reading_id, tampered=tampered)
        case "background" if "high" in heard.words:
            return RpmFault(
                device_id=portal, received=received, reading_id=reading_id, channel="gamma", fault="high_background"
            )
        case "background":
            return RpmBackground(
                device_id=portal, received=received, reading_id=reading_id, channel="gamma", counts=(250,)
            )
        case _:
            return _plate(heard)


def _plate(heard: Heard) -> PlateRead:
    """Read a plate; a camera behind the vehicle sees it recede while it moves along."""
    words = heard.words
    unread = words[0] in ("noPlate", "unknown")
    behind = heard.verb in ("rear", "exitrear")
    return PlateRead(
        device_id=heard.device,
        received=heard.received,
        reading_id=heard.reading_id,
        time=heard.time,
        plate=None if unread else words[0],
        unread_reason=("no_plate" if words[0] == "noPlate" else "unreadable") if unread else None,
        confidence=float(words[1]) / 100 if len(words) > 1 and words[1].isdigit() else 0.9,
        country=heard.keys.get("country"),
        vehicle_type=heard.keys.get("type"),
        event_id=heard.keys.get("event"),
        direction="approaching" if behind == ("back" in words) else "receding",
    )


def lines_of(tape: str) -> list[str]:
    """Give a tape's lines; one that begins with a comma goes on with the line before."""
    lines: list[str] = []
    for line in filter(None, map(str.strip, tape.splitlines())):
        if line.startswith(","):
            lines[-1] += line
        else:
            lines.append(line)
    return lines


def play(tape: str) -> Iterator[tuple[str, str, str]]:
    """Play a tape: each line's words, what it promises, and what was concluded."""
    player = Player()
    for number, line in enumerate(lines_of(tape), start=1):
        said, _, promised = line.partition("->")
        yield said.strip(), promised.strip(), player.show(player.say(reading(number, said)))
