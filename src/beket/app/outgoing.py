"""Lends the desk what writes for others: containers signed by this node's signer, registers, events of crossings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from beket.board.panels.crossings import Row
from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.settings import Settings, SettingsTrouble
from beket.words.documents import Document

if TYPE_CHECKING:
    from beket.exchange.events import CrossingTold, RegisteredVehicle, Route, State
    from beket.exchange.signatures.bundle import Signer
    from beket.web.outgoing import Member, RegisterForm


def lend_writers(settings: Settings) -> None:
    """Have pages write for others; raises SettingsTrouble for a signer that cannot be used."""
    from beket.web.outgoing import Outgoing, install

    signer = signer_of(settings)
    install(Outgoing(bundle=lambda members: _bundle(members, signer), register=_register, event=_event))


def signer_of(settings: Settings) -> Signer:
    """Give the signer that the settings name, else one for demonstrations, which says so in its own name."""
    from beket.exchange.signatures.demo import demo_signer
    from beket.exchange.signatures.keyed import KeyTrouble, key_signer

    if not (settings.signer_key and settings.signer_certificate):
        return demo_signer(datetime.now(UTC))
    try:
        return key_signer(Path(settings.signer_key).read_bytes(), Path(settings.signer_certificate).read_bytes())
    except (OSError, KeyTrouble) as error:
        raise SettingsTrouble(f"settings signer_key, signer_certificate: {error}") from error


def _bundle(members: Sequence[Member], signer: Signer) -> bytes:
    from beket.exchange.kit.refusal import Refused
    from beket.exchange.signatures import asic
    from beket.exchange.signatures.bundle import bundle
    from beket.web.outgoing import CannotWrite

    packed = [asic.Member(name=one.name, media_type=one.media_type, content=one.content) for one in members]
    try:
        return bundle(packed, signer, datetime.now(UTC))
    except Refused as refused:
        raise CannotWrite(refused.refusal.reason) from refused


def _register(documents: Sequence[Document], form: RegisterForm) -> bytes:
    from beket.exchange.kit.refusal import Refused
    from beket.exchange.register import written_csv, written_xlsx
    from beket.web.outgoing import CannotWrite

    try:
        return written_csv(documents) if form == "csv" else written_xlsx(documents)
    except Refused as refused:
        raise CannotWrite(refused.refusal.reason) from refused


def _event(dossier: Dossier, papers: Sequence[Held], findings: Sequence[Finding], zone: str) -> bytes:
    from beket.exchange import events
    from beket.exchange.kit.refusal import Refusal
    from beket.web.outgoing import CannotWrite

    blob = events.written(_told(dossier, papers, findings, zone))
    if isinstance(blob, Refusal):
        raise CannotWrite(f"{blob.where}: {blob.reason}")
    return blob


def _told(dossier: Dossier, papers: Sequence[Held], findings: Sequence[Finding], zone: str) -> CrossingTold:
    """Say of a crossing what others are told; that an inspection is required nobody has decided yet."""
    from beket.exchange import events

    row = dossier.crossing
    boxes = (row.container,) if row.container else ()
    return events.CrossingTold(
        schema_version=events.SCHEMA_VERSION,
        crossing_id=row.id,
        state=_state(row),
        place=row.place,
        direction=row.direction,
        updated_date_time=events.moment(row.last_at),
        is_unaccompanied=row.plate is None and bool(row.trailer or boxes),
        vehicle_reg_num=None if row.plate is None else events.reg_num(row.plate),
        vehicle=_vehicle(row.plate, row.country),
        trailer_registration_nums=_latin(row.trailer),
        trailers=tuple(filter(None, (_vehicle(row.trailer, row.trailer_country),))),
        container_reference_nums=boxes,
        documents=tuple(
            events.NamedDocument(document_id=one.row.id, kind=one.row.kind, number=one.row.number or None)
            for one in papers[: events.DOCUMENTS_MAX]
        ),
        checked_in_crossing=_route(row.place, row.direction, row.opened_at, zone),
        actual_crossing=None if row.departed_at is None else _route(row.place, row.direction, row.departed_at, zone),
        rule_failures=tuple(
            events.RuleFailure(code=one.rule, technical_message=_values(one), field=one.subject or None)
            for one in findings[: events.FAILURES_MAX]
        ),
        joined_into=row.joined_into,
    )


def _state(row: Row) -> State:
    if row.joined_into:
        return "joined"
    return "departed" if row.departed_at else "closed" if row.closed_at else "checked_in"


def _vehicle(plate: str | None, country: str | None) -> RegisteredVehicle | None:
    from beket.exchange.events import RegisteredVehicle

    return None if plate is None else RegisteredVehicle(registration=plate, country=country)


def _latin(plate: str | None) -> tuple[str, ...]:
    from beket.exchange.events import reg_num

    latin = None if plate is None else reg_num(plate)
    return () if latin is None else (latin,)


def _route(place: str, direction: str, at: int, zone: str) -> Route:
    from beket.exchange.events import Route

    local = datetime.fromtimestamp(at / 1000, _zone(zone)).strftime("%Y-%m-%dT%H:%M")
    return Route(route_id=f"{place}-{direction.upper()}", local_date_time_of_arrival=local)


def _values(finding: Finding) -> str:
    return ", ".join(f"{name}={value}" for name, value in finding.values.items()) or finding.rule


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
