"""A small country for the desk's tests: real entries in a real log, folded by the real board, facts said outright."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from decimal import Decimal
from importlib import resources
from pathlib import Path

import msgspec
import psycopg
from PIL import Image, ImageDraw

from beket.board.projector import BoardProjection
from beket.board.schema import SCHEMA
from beket.log import inbox, taking
from beket.log.book import Seq
from beket.log.evidence import Picture, Shelf
from beket.log.postgres import PostgresBook
from beket.web.procedures import shipped_procedures
from beket.words import facts, readings
from beket.words.acts import Act, ActContent, act_digest
from beket.words.decisions import AwaitTrade, DescribePost, ProposeProcedure, ReportNeighbour, SignAct
from beket.words.documents import Consignment, Document, GoodsItem, Party, Remark, Signature
from beket.words.facts import Fact, Level
from beket.words.gist import gist_of
from beket.words.holding import AWAITED_MS, NEIGHBOUR_MS
from beket.words.ids import (
    INTAKE,
    CrossingId,
    DeviceId,
    DocumentId,
    EntryRef,
    Instant,
    LaneId,
    PlaceId,
    Sha256,
    SituationId,
    reading_id,
    sha256,
)
from beket.words.procedures import Override, read_procedure
from beket.words.site import Class, Device, Direction, Lane, Name, Post, View, Zone
from beket.words.wire import Body, Entry, Piece, Raw

MINUTE = 60_000
LANES: tuple[tuple[str, Direction], ...] = (("in-1", "in"), ("out-1", "out"))


DEVICES: tuple[tuple[str, str, Zone, View, str], ...] = (
    ("camera-front", "hikvision_isapi", "arrival", "front", "iDS-TCM403"),
    ("scale", "yaohua_a9", "control", "none", "XK3190-A9"),
    ("portal", "rapiscan_tsa", "arrival", "none", "TSA VM-250"),
)
CLASSES: dict[str, Class] = {"camera-front": "camera", "scale": "scale", "portal": "portal"}
HEALTHY = b"a"
STRANGE = b"Qwer;Lorry;Kilos;Rest\n7;01999XYZ;1200;x\n8;01888ABC;300;y\n"
"""A register whose headers nobody here knows; none of its lorries is here."""


class Numbered(msgspec.Struct):
    """A fact with its reference, as the loop hands it to the board."""

    ref: EntryRef
    fact: Fact


def checkpoints() -> list[dict[str, object]]:
    """The 36 checkpoints, as the house knows them."""
    text = resources.files("beket.words").joinpath("checkpoints.json").read_text(encoding="utf-8")
    decoded = msgspec.json.decode(text)
    found = decoded["checkpoints"] if isinstance(decoded, dict) else decoded
    assert isinstance(found, list)
    return found


def lorry(plate: str, seed: int) -> bytes:
    """Draw a lorry's front with its plate."""
    chance = random.Random(seed)
    image = Image.new("RGB", (480, 300), (58 + chance.randrange(30), 66, 74))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 210, 480, 300), fill=(70, 72, 74))
    body = tuple(chance.randrange(60, 210) for _ in range(3))
    draw.rounded_rectangle((130, 30, 350, 250), 18, fill=body)
    draw.rounded_rectangle((150, 50, 330, 130), 10, fill=(30, 40, 52))
    draw.ellipse((140, 175, 185, 205), fill=(250, 240, 200))
    draw.ellipse((295, 175, 340, 205), fill=(250, 240, 200))
    draw.rectangle((188, 205, 292, 232), fill="white", outline="black")
    draw.text((202, 212), plate, fill="black")
    blob = io.BytesIO()
    image.save(blob, "JPEG", quality=82)
    return blob.getvalue()


class Country:
    """Writes what devices say and what the house concludes of it."""

    def __init__(self, dsn: str, evidence: Path, now: int) -> None:
        self.book = PostgresBook(dsn)
        self.shelf = Shelf(evidence)
        self.line = psycopg.connect(dsn, autocommit=True, options=f"-c search_path={SCHEMA},beket")
        self.board = BoardProjection()
        self.now = now
        self.said = 0
        self.situations = 0

    def close(self) -> None:
        self.book.close()
        self.line.close()

    def write(self, place: str, bodies: Sequence[Body], raws: Sequence[Raw | None] | None = None) -> list[EntryRef]:
        """Append entries and fold them into the board."""
        given = raws or [None] * len(bodies)
        entries = [Entry(body=body, raw=raw) for body, raw in zip(bodies, given, strict=True)]
        appended = self.book.append(PlaceId(place), entries)
        frames = self.book.read(PlaceId(place), Seq((appended.seq or 1) - 1), 1)
        concluded = [
            Numbered(ref, body)
            for ref, body in zip(appended.refs, bodies, strict=True)
            if isinstance(body, facts.Concluded)
        ]
        with self.line.transaction():
            self.board.fold(self.line, PlaceId(place), frames, concluded)
        return list(appended.refs)

    def describe(self, point: dict[str, object]) -> str:
        """Put a checkpoint with two lanes and six devices in force."""
        place = str(point["id"])
        names = point["name"]
        assert isinstance(names, dict)
        devices = [
            Device(
                id=DeviceId(f"{place}/{lane}/{name}"),
                driver=driver,
                lane=LaneId(lane),
                zone=zone,
                view=view,
                model=model,
                klass=CLASSES[name],
            )
            for lane, _ in LANES
            for name, driver, zone, view, model in DEVICES
        ]
        post = Post(
            id=PlaceId(place),
            name=Name(ky=names["ky"], ru=names["ru"], en=names["en"]),
            latitude=float(str(point["lat"])),
            longitude=float(str(point["lon"])),
            mode=point.get("mode", "road"),  # type: ignore[arg-type]
            neighbour=point.get("neighbour"),  # type: ignore[arg-type]
            lanes=tuple(Lane(id=LaneId(lane), direction=direction) for lane, direction in LANES),
            devices=tuple(devices),
        )
        at = Instant(self.now - 60 * MINUTE)
        order = DescribePost(decision_id=f"site-{place}", by="site file", role="administrator", at=at, post=post)
        (ref,) = self.write(place, [order])
        self.write(place, [facts.PostDescribed(at=at, because=(ref,), post=post)])
        return place

    def plate(
        self, place: str, lane: str, plate: str, at: int, *, pictured: bool = True
    ) -> tuple[EntryRef, str | None]:
        """A camera says it saw a plate; gives the entry and the picture's name."""
        self.said += 1
        name: Sha256 | None = None
        pieces: tuple[Piece, ...] = (Piece(inline=f'{{"ANPR":{{"licensePlate":"{plate}","confidence":97}}}}'.encode()),)
        blob = b"" if not pictured else lorry(plate, self.said)
        if blob:
            name = sha256(blob)
            assert self.shelf.keep([Picture(name, blob)]) == [None]
            pieces += (Piece(kept=name),)
        whole = (pieces[0].inline or b"") + blob
        device = DeviceId(f"{place}/{lane}/camera-front")
        read = readings.PlateRead(
            device_id=device,
            time=Instant(at),
            received=Instant(at + 40),
            drift_ms=120,
            reading_id=reading_id(device, "plate_read", at, plate.encode()),
            raw_sha256=sha256(whole),
            plate=plate,
            country="KG",
            confidence=97.0,
            vehicle_type="truck",
            images=(readings.Image(role="vehicle", sha256=name, size=len(blob)),) if name else (),
        )
        (ref,) = self.write(place, [read], [Raw(sha256=sha256(whole), pieces=pieces)])
        return ref, name

    def arrive(self, place: str, plate: str, at: int, lane: str = "in-1", *, pictured: bool = False) -> CrossingId:
        """A lorry comes: one dossier begins."""
        ref, _ = self.plate(place, lane, plate, at, pictured=pictured)
        crossing = CrossingId(f"{place}:{ref}")
        direction: Direction = "in" if lane.startswith("in") else "out"
        because = (ref,)
        self.write(
            place,
            [
                facts.CrossingOpened(
                    at=Instant(at),
                    because=because,
                    crossing=crossing,
                    lane=LaneId(lane),
                    direction=direction,
                    zone="arrival",
                    opened_by="plate_read",
                ),
                facts.EvidenceAttached(
                    at=Instant(at),
                    because=because,
                    crossing=crossing,
                    of=ref,
                    evidence="plate_read",
                    device=DeviceId(f"{place}/{lane}/camera-front"),
                    lane=LaneId(lane),
                    zone="arrival",
                ),
                facts.CrossingIdentified(
                    at=Instant(at),
                    because=because,
                    crossing=crossing,
                    role="front",
                    value=plate,
                    country="KG",
                    confidence=97.0,
                ),
            ],
        )
        return crossing

    def weigh(self, crossing: CrossingId, gross_kg: float, at: int, lane: str = "in-1") -> None:
        """The scale says what stood on it."""
        place = crossing.partition(":")[0]
        device = DeviceId(f"{place}/{lane}/scale")
        said = readings.Weighing(
            device_id=device,
            received=Instant(at),
            reading_id=reading_id(device, "weighing", at, b"w"),
            gross_kg=gross_kg,
            min_kg=gross_kg - 20,
            max_kg=gross_kg + 20,
            n=14,
            started=Instant(at - 9000),
            ended=Instant(at),
        )
        (ref,) = self.write(place, [said])
        self.write(
            place,
            [
                facts.EvidenceAttached(
                    at=Instant(at),
                    because=(ref,),
                    crossing=crossing,
                    of=ref,
                    evidence="weighing",
                    device=device,
                    lane=LaneId(lane),
                    zone="control",
                    gross_kg=gross_kg,
                ),
            ],
        )

    def situation(self, crossing: CrossingId, at: int, level: Level = "high") -> SituationId:
        """Something is the matter with a lorry that needs people."""
        place = crossing.partition(":")[0]
        self.situations += 1
        name = SituationId(f"{crossing}.{self.situations}")
        signal = facts.Signal(kind="finding", about=crossing, name="W03", level=level, subject="consignment_note")
        because = (EntryRef(crossing.partition(":")[2]),)
        opened = facts.SituationOpened(
            at=Instant(at), because=because, situation=name, version=1, about=crossing, subject="crossing",
            sort="weight", level=level, rung="all", signals=(signal,),
        )  # fmt: skip
        self.write(place, [opened])
        return name

    def shows(self, crossing: CrossingId, at: int) -> None:
        """A document, a code and a scan are read at the window of its lane."""
        place = crossing.partition(":")[0]
        device, received = DeviceId(f"{place}/in-1/window"), Instant(at)
        document = readings.DocumentRead(
            device_id=device,
            received=received,
            reading_id=reading_id(device, "document", at, b"d"),
            document_type="P",
            number="U10471156",
            issuer="UTO",
            surname="VALDORIN",
            given_names="KESTRA",
            birth_date="1980-02-03",
            personal_number="7731",
        )
        code = readings.CodeRead(
            device_id=device,
            received=received,
            reading_id=reading_id(device, "code", at, b"c"),
            text="CMR-UT-<b>0104711</b>",
        )
        scan = readings.ScanResult(
            device_id=device,
            received=received,
            reading_id=reading_id(device, "scan_result", at, b"s"),
            scan_id="S-1",
            verdict="suspect",
            plate="01777ABC",
        )
        refs = self.write(place, [document, code, scan])
        for ref, evidence in zip(refs, ("document", "code", "scan_result"), strict=True):
            attached = facts.EvidenceAttached(
                at=received,
                because=(ref,),
                crossing=crossing,
                of=ref,
                evidence=evidence,
                device=device,
                lane=LaneId("in-1"),
                zone="control",
            )
            self.write(place, [attached])

    def act(self, crossing: CrossingId, at: int) -> str:
        """A crossing act that an inspector issued and signed."""
        place = crossing.partition(":")[0]
        name = Name(ky="Пост", ru="Пост", en="Post")
        content = ActContent(
            place=PlaceId(place), place_name=name, zone_name="Asia/Bishkek", drawn_on="2026-11-22", crossing=crossing,
            direction="in", lane="in-1", opened_at=Instant(at), outcome="held", reasons="<b>no seal</b>",
        )  # fmt: skip
        act = Act(
            number=f"{place}-2026-000001", sort="crossing", content=content, by="b.bekov", role="inspector",
            at=Instant(at),
        )  # fmt: skip
        pdf = b"%PDF-1.7 " + place.encode()
        signed = SignAct(
            decision_id="s", by="b.bekov", role="inspector", at=Instant(at), number=act.number, act=act_digest(act),
            pdf=sha256(pdf), size=len(pdf), signer="CN=DEMO b.bekov", certificate=sha256(b"c"), demo=True,
        )  # fmt: skip
        (ref,) = self.write(place, [signed], [Raw(sha256=sha256(pdf), pieces=(Piece(inline=pdf),))])
        issued = facts.ActIssued(
            at=Instant(at), because=(ref,), crossing=crossing, decision_id="i", act=act, sha256=act_digest(act)
        )
        brought = facts.ActSigned(
            at=Instant(at), because=(ref,), crossing=crossing, number=act.number, pdf=sha256(pdf), size=len(pdf),
            by="b.bekov", signer=signed.signer, certificate=signed.certificate, demo=True,
        )  # fmt: skip
        self.write(place, [issued, brought])
        return act.number

    def document(self, crossing: CrossingId, at: int, level: Level) -> DocumentId:
        """A consignment note comes in, belongs to a crossing, and does not agree with the scale."""
        place, when = crossing.partition(":")[0], Instant(at)
        claims = Document(
            kind="consignment_note", format="cmr_album", number="CMR-<b>100</b>", id="id-1", issued_at="2026-11-17",
            parties=(Party(role="consignor", name="ООО «Восток»"), Party(role="consignee", name="ОсОО «Ак-Куу»")),
            consignments=(Consignment(items=(GoodsItem(number=1, code="0703101900", gross_kg=Decimal(337)),)),),
            remarks=(Remark(kind="version", detail="version 9 is odd", where="line 3"),),
            signatures=(Signature(form="xades", state="unchecked", reason="no verifier for GOST"),),
        )  # fmt: skip
        blob = b"<CMR><script>alert(1)</script></CMR>"
        raw = Raw(sha256=sha256(blob), pieces=(Piece(inline=blob),))
        said = readings.DocumentLodged(
            device_id=INTAKE, received=when, reading_id=reading_id(INTAKE, "document_lodged", None, crossing.encode()),
            raw_sha256=raw.sha256, document=claims, identity="i", content=sha256(b"claims"), way="desk", by="a.asanov",
            file_name="note.xml",
        )  # fmt: skip
        (ref,) = self.write(place, [said], [raw])
        name, because = DocumentId(f"{place}:{ref}"), (ref,)
        self.write(
            place,
            [
                facts.DocumentFiled(
                    at=when, because=because, document=name, identity="i", content=said.content, gist=gist_of(claims)
                ),
                facts.DocumentAttached(
                    at=when, because=because, document=name, crossing=crossing, by="plate", sign="01777ABC"
                ),
                facts.FindingRaised(
                    at=when, because=because, rule="W03", level=level, crossing=crossing, documents=(name,),
                    subject="consignment_note", values={"declared_kg": "337", "weighed_kg": "24400"},
                ),
            ],
        )  # fmt: skip
        return name

    def refused_paper(self, place: str, at: int) -> int:
        """A paper comes in that nobody can read."""
        paper = inbox.Paper(
            place=PlaceId(place), way="folder", by="folder", at=Instant(at), blob=b"<a>", file_name="torn.xml"
        )
        number = inbox.bring(self.line, paper)
        refused = inbox.Outcome(refused="truncated", reason="an element is not closed", where="line 1, column 4")
        taking.settle(self.line, {number: refused}, Instant(at))
        return number

    def strange_paper(self, place: str, at: int, blob: bytes = STRANGE, reason: str = "no map fits it") -> int:
        """A table comes in whose columns nobody here knows."""
        paper = inbox.Paper(
            place=PlaceId(place), way="folder", by="folder", at=Instant(at), blob=blob, file_name="strange.csv"
        )
        number = inbox.bring(self.line, paper)
        refused = inbox.Outcome(refused="unknown_format", reason=reason)
        taking.settle(self.line, {number: refused}, Instant(at))
        return number

    def map_saved(self, place: str, at: int, name: str = "their_register") -> str:
        """Somebody saves a map; gives its name."""
        text = f'name = "{name}"\ntitle = "<b>Theirs</b>"\nkind = "register"\n'
        saved = facts.MapSaved(
            at=Instant(at), because=(EntryRef("1.0"),), name=name, title="<b>Theirs</b>", text=text,
            sha256=sha256(text.encode()), by="somebody",
        )  # fmt: skip
        self.write(place, [saved])
        return name

    def procedure(self, place: str, at: int, *, approved: bool = True) -> EntryRef:
        """Somebody proposes a procedure, and another approves it; gives the entry that it was proposed by."""
        text = shipped_procedures()["external_road_in"]
        proposal = ProposeProcedure(
            decision_id=f"p-{at}", by="somebody", role="administrator", at=Instant(at), text=text,
            sha256=sha256(text.encode()), from_at=Instant(at),
        )  # fmt: skip
        (of,) = self.write(place, [proposal])
        proposed = facts.ProcedureProposed(
            at=Instant(at), because=(of,), procedure=read_procedure(text), text=text, sha256=sha256(text.encode()),
            from_at=Instant(at), by="somebody",
        )  # fmt: skip
        agreed = facts.ProcedureApproved(
            at=Instant(at), because=(of,), of=of, code="external_road_in", sha256=proposed.sha256, version=1,
            from_at=Instant(at), by="somebody", second="another",
        )  # fmt: skip
        self.write(place, [proposed, agreed] if approved else [proposed])
        return of

    def stands(self, crossing: CrossingId, at: int, due: tuple[str, ...] = ("registration", "border")) -> None:
        """A crossing goes by the procedure: it was read, and the steps that are due wait."""
        text = shipped_procedures()["external_road_in"]
        steps = dict.fromkeys((step.code for step in read_procedure(text).steps), "pending") | {
            "identification": "cleared", "radiation": "cleared", "radiation_alarm": "not_required",
            "veterinary": "undecided",
        }  # fmt: skip
        found = facts.StandingFound(
            at=Instant(at), because=(EntryRef("1.0"),), crossing=crossing, procedure=sha256(text.encode()),
            state="identified", proven=True, steps=steps, lacks=("registration:transport_document", "border"),  # type: ignore[arg-type]
            due=due, overdue=("registration",),
        )  # fmt: skip
        self.write(crossing.partition(":")[0], [found])

    def decides(
        self, crossing: CrossingId, step: str, at: int, override: Override | None = None, outcome: str = "registered"
    ) -> None:
        """Somebody of customs says that a step is done."""
        done = facts.StepDecided(
            at=Instant(at), because=(EntryRef("1.0"),), crossing=crossing, step=step, outcome=outcome, effect="clears",
            agency="customs", by="inspector", override=override,
        )  # fmt: skip
        self.write(crossing.partition(":")[0], [done])

    def stops(self, place: str, since: int, direction: Direction = "out", until: int | None = None) -> EntryRef:
        """Somebody says that the neighbour takes or sends nobody; gives the entry."""
        said = ReportNeighbour(
            decision_id=f"n-{since}", by="inspector", role="inspector", at=Instant(since), direction=direction,
            passes=False, remark="their <b>system</b> is down",
        )  # fmt: skip
        (ref,) = self.write(place, [said])
        stopped = facts.NeighbourStopped(
            at=Instant(since), because=(ref,), of=ref, direction=direction, since_at=Instant(since),
            until_at=Instant(since + NEIGHBOUR_MS), by="inspector", agency="customs", remark=said.remark,
        )  # fmt: skip
        ended = facts.NeighbourResumed(
            at=Instant(until or since), because=(ref,), of=ref, direction=direction, why="said", by="inspector"
        )
        self.write(place, [stopped] if until is None else [stopped, ended])
        return ref

    def waits(self, crossing: CrossingId, at: int, agency: str = "customs", remark: str = "") -> EntryRef:
        """An agency says that it waits for the driver; gives the entry."""
        place = crossing.partition(":")[0]
        said = AwaitTrade(
            decision_id=f"w-{at}", by="inspector", role="inspector", agency=agency, at=Instant(at), crossing=crossing,
            what="driver", remark=remark,
        )  # fmt: skip
        (ref,) = self.write(place, [said])
        awaited = facts.TradeAwaited(
            at=Instant(at), because=(ref,), of=ref, crossing=crossing, what="driver", by="inspector", agency=agency,
            until_at=Instant(at + AWAITED_MS), remark=remark,
        )  # fmt: skip
        self.write(place, [awaited])
        return ref

    def alarm(self, place: str, at: int) -> str:
        """Let a radiation alarm wait at a checkpoint; gives the reading that it is about."""
        device, of = DeviceId(f"{place}/in-1/portal"), EntryRef("1.0")
        raised = facts.AlarmRaised(
            at=Instant(at), because=(of,), of=of, device=device, lane=LaneId("in-1"), gamma=True, neutron=False
        )
        self.write(place, [raised])
        return str(of)

    def portal(
        self, crossing: CrossingId, at: int, *, gamma: bool = False, neutron: bool = False, lane: str = "in-1"
    ) -> None:
        """The radiation portal says what passed it."""
        place = crossing.partition(":")[0]
        device = DeviceId(f"{place}/{lane}/portal")
        said = readings.RpmOccupancy(
            device_id=device,
            received=Instant(at),
            reading_id=reading_id(device, "rpm_occupancy", at, b"p"),
            counter=7,
            gamma_alarm=gamma,
            neutron_alarm=neutron,
            max_gamma_1s=1200,
            max_neutron=3,
            started=Instant(at - 8000),
            ended=Instant(at),
        )
        (ref,) = self.write(place, [said])
        self.write(
            place,
            [
                facts.EvidenceAttached(
                    at=Instant(at),
                    because=(ref,),
                    crossing=crossing,
                    of=ref,
                    evidence="rpm_occupancy",
                    device=device,
                    lane=LaneId(lane),
                    zone="arrival",
                    gamma_alarm=gamma,
                    neutron_alarm=neutron,
                ),
            ],
        )

    def depart(self, crossing: CrossingId, at: int) -> None:
        """The lorry is seen at the exit."""
        place = crossing.partition(":")[0]
        ref = EntryRef(crossing.partition(":")[2])
        self.write(
            place,
            [
                facts.CrossingDeparted(at=Instant(at), because=(ref,), crossing=crossing, lane=LaneId("in-1")),
                facts.CrossingClosed(at=Instant(at), because=(ref,), crossing=crossing, reason="departed"),
            ],
        )

    def fail(self, place: str, device: str, at: int) -> None:
        """A device falls silent, and its clock is wrong."""
        name = DeviceId(f"{place}/{device}")
        said = readings.Health(
            device_id=name,
            received=Instant(at),
            reading_id=reading_id(name, "health", at, b"h"),
            alive=False,
            fault="silent",
        )
        (ref,) = self.write(place, [said])
        self.write(place, [facts.DeviceFailed(at=Instant(at), because=(ref,), device=name, reason="silent")])

    def alive(self, place: str, at: int) -> None:
        """All devices say they are well."""
        bodies: list[Body] = []
        for lane, _ in LANES:
            for short in ("camera-front", "scale", "portal"):
                name = DeviceId(f"{place}/{lane}/{short}")
                bodies.append(
                    readings.Health(
                        device_id=name,
                        received=Instant(at),
                        drift_ms=120,
                        reading_id=reading_id(name, "health", at, b"a"),
                        alive=True,
                    )
                )
        refs = self.write(place, bodies)
        self.write(
            place,
            [
                facts.DeviceRecovered(at=Instant(at), because=(ref,), device=body.device_id)
                for ref, body in zip(refs, bodies, strict=True)
                if isinstance(body, readings.Health)
            ],
        )
