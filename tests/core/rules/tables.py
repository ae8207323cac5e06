"""What a rule is shown in its table: papers and crossings in few words, and what it is to find in them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, get_args

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Fitted, Paper, Scale, Sign, Visit, Weighed
from beket.core.risk.in_force import OF_CROSSINGS, OF_DOCUMENTS
from beket.core.risk.picture import Picture
from beket.core.risk.rule import Rule
from beket.words.documents import DocumentKind, PartyRole
from beket.words.facts import IdentityRole
from beket.words.folding import folded_name
from beket.words.gist import Gist, Invoiced, Line, Named, Plate, Sum
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, LaneId, Sha256
from beket.words.plates import plate_key
from beket.words.site import Direction

HERE: Final = CrossingId("KG-TST-A:2.0")
CAME: Final = Instant(1_795_000_000_000)
"""The moment at which the conveyance of every table came: 2026-11-18 in Bishkek."""

Found = tuple[dict[str, str], ...]
Row = tuple[str, Picture | Paper, Found]
Tables = dict[str, tuple[Row, ...]]

LAW: Final[tuple[Rule[Picture] | Rule[Paper], ...]] = (*OF_CROSSINGS, *OF_DOCUMENTS)
"""All rules in force."""


def rows(tables: Tables) -> list[Any]:
    """Give each row as a test of its own, named by its rule."""
    return [
        pytest.param(code, seen, found, id=f"{code} {what}")
        for code, table in tables.items()
        for what, seen, found in table
    ]


def finds(code: str, seen: Picture | Paper) -> Found:
    """Give what the rule in force under a code finds."""
    if isinstance(seen, Picture):
        return tuple(found.values for rule in OF_CROSSINGS if rule.code == code for found in rule.check(seen))
    return tuple(found.values for rule in OF_DOCUMENTS if rule.code == code for found in rule.check(seen))


def paper(kind: DocumentKind = "consignment_note", name: str = "p1", **held: object) -> Paper:
    """A document on file that says what `held` does; `unannounced`, `version` and `crossings` are its own."""
    own = {key: held.pop(key) for key in ("unannounced", "version", "crossings") if key in held}
    gist = replace(Gist(kind=kind, format="trial", number=name), **held)
    bare = Paper(
        id=DocumentId(name), ref=EntryRef("9.0"), identity=name, content=Sha256(name), gist=gist, filed_at=CAME
    )
    return replace(bare, **own)


def picture(
    *papers: Paper,
    signs: Mapping[str, str] | None = None,
    boxes: tuple[str, ...] = (),
    weighed: tuple[tuple[str, float], ...] = (),
    scales: Mapping[str, Scale] | None = None,
) -> Picture:
    """A crossing of this moment with papers; a sign may be followed by its country, a weighing is by a device."""
    seen = signs or {}
    read: dict[IdentityRole, Sign] = {role: sign_of(seen[role]) for role in get_args(IdentityRole) if role in seen}
    assert len(read) == len(seen), "a sign of no role"
    visit = Visit(
        id=HERE, lane=LaneId("in-1"), direction="in", opened_at=CAME, opened_by=EntryRef("2.0"), signs=read,
        containers={EntryRef(f"4.{n}"): box for n, box in enumerate(boxes)},
        weighings={
            EntryRef(f"5.{n}"): Weighed(gross_kg=kg, at=Instant(CAME + n), device=DeviceId(device), evidence="weighing")
            for n, (device, kg) in enumerate(weighed)
        },
    )  # fmt: skip
    known = {DeviceId(name): scale for name, scale in (scales or {}).items()}
    return Picture(visit=visit, papers=papers, scales=known)


def sign_of(text: str) -> Sign:
    """A plate as it was seen: ``01111AAA KG``."""
    value, _, country = text.partition(" ")
    return Sign(value=value, key=value, country=country or None, ref=EntryRef("3.0"))


def plates(*written: str, trailer: bool = False) -> tuple[Plate, ...]:
    """Plates as a paper has them: ``01111AAA KG``."""
    parts = (text.partition(" ") for text in written)
    return tuple(
        Plate(written=value, key=plate_key(value), country=country or None, trailer=trailer)
        for value, _, country in parts
    )


def parties(role: PartyRole, *names: str) -> tuple[Named, ...]:
    """People in one role."""
    return tuple(Named(role=role, name=name, folded=folded_name(name)) for name in names)


def goods(*codes: str, uncoded: int = 0) -> dict[str, Any]:
    """Lines of goods by their codes, each once, and some that have none."""
    return {
        "lines": tuple(Line(code=code, sum=Sum(items=1)) for code in codes),
        "summed": Sum(items=len(codes) + uncoded),
    }


def kg(amount: str) -> Sum:
    """A gross mass that a document tells."""
    return Sum(gross_kg=Decimal(amount))


def money(amount: str, currency: str = "USD") -> Invoiced:
    """A value in a currency."""
    return Invoiced(currency=currency, amount=Decimal(amount))


def used(*crossings: tuple[str, Direction | None]) -> dict[CrossingId, Fitted]:
    """Crossings that a document belongs to, each with the way it went."""
    return {CrossingId(name): Fitted(by="order", direction=direction) for name, direction in crossings}
