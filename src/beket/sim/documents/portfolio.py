"""Decides which papers a lorry has, what is wrong with them, and when each of them is sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.sim.documents import wrongs
from beket.sim.documents.advance import arrival_of, preliminary_of
from beket.sim.documents.declaration import EXPORT, IMPORT, TRANSIT, declaration_of
from beket.sim.documents.ledger import Paper, Papers, Wrong
from beket.sim.documents.load import Load, load_of
from beket.sim.documents.making import Making
from beket.sim.documents.note import cmr_of, ecmr_of
from beket.sim.documents.tables import ettn_of, register_of
from beket.sim.faults import PaperFault
from beket.sim.happenings import Journey
from beket.words.ids import Instant, PlaceId, Sha256, sha256
from beket.words.plates import canonical
from beket.words.site import Post

ADVANCE_SHARE: Final = 0.5
"""Share of incoming lorries that were announced."""

DECLARED_SHARE: Final = 1 / 3
"""Share of lorries with a declaration; whoever carries a container has one, for no note has a box for its number."""

ELECTRONIC_SHARE: Final = 0.2
"""Share of consignment notes that are electronic."""

REGISTER_SHARE: Final = 0.12
WAYBILL_SHARE: Final = 0.1
"""Shares of lorries with their invoice as a table, and with a national waybill."""

RESENT_SHARE: Final = 0.05
CORRECTED_SHARE: Final = 0.05
"""Shares of lorries of which a paper is sent twice, and of which the note is corrected."""

FAULTY_SHARE: Final = 0.04
"""Share of loaded lorries whose papers are wrong where nobody asked for anything: a day shows a few."""

ASKED_SHARE: Final = 0.25
"""The same where faults of papers were asked for: a trial is short."""

AHEAD_MS: Final = (2_000, 14_000)
"""How long before the lorry its papers are sent: as far ahead as the rehearsal looks."""

LATE_MS: Final = (3_000, 20_000)
"""How long after it has gone; sooner than any conveyance comes back."""

INSIDE: Final = (0.15, 0.8)
"""Which part of its stay has passed when papers are sent that come while it is here."""

PHASES: Final = (("ahead", 55), ("inside", 35), ("late", 10))
"""When the papers of a lorry are sent, in hundredths of all."""

APART_MS: Final = 400
"""From one paper of a lorry to the next."""

AGAIN_MS: Final = 3_000
"""From a paper to its resend, or its correction."""

MADE_DAYS: Final = (1, 4)
"""How many days before it comes a lorry's papers were made out."""

SERIALS: Final = 10**9
"""So many numbers there are."""

KNOWN_MAX: Final = 20_000
"""Lorries remembered, so that whoever comes back is known."""

BROKEN: Final = "broken-"
NOTE: Final = "cmr-"
ANNOUNCED: Final = "pi-"
ELECTRONIC_NOTE: Final = "ecmr-"
"""How the files of broken papers and of notes begin."""

XML: Final = "application/xml"
JSON: Final = "application/json"
CSV: Final = "text/csv"

_DAY_MS: Final = 86_400_000


class Season(Struct, frozen=True, kw_only=True):
    """What makes the papers of one rehearsal others than those of another; `share` of the lorries have wrong ones.

    Each of `shown` stands in the papers of the first lorry in which it can.
    """

    seed: int = 1
    began: Instant = Instant(0)
    faults: frozenset[PaperFault] = frozenset()
    share: float = FAULTY_SHARE
    shown: tuple[PaperFault, ...] = ()


class Sheet(Struct, frozen=True):
    """One paper as it is written: what its file is called, its bytes, and the plates and container that it names."""

    name: str
    media_type: str
    blob: bytes
    signs: frozenset[str]


class Lorry(Struct, frozen=True, kw_only=True):
    """One loaded lorry on one visit: its load, what is wrong with its papers, and how one of them is made.

    `rng` decides what there is, `names` only gives numbers.
    """

    journey: Journey
    load: Load
    made: Making
    fault: PaperFault | None
    returns: bool
    rng: Random
    names: Random


class Before(Struct, frozen=True):
    """The lorry before at a post: its load, and the note about it that stands."""

    crossing: str
    load: Load
    note: Sha256


class Portfolio:
    """Writes the papers of every lorry; the same seed, beginning and lorry give the same papers."""

    def __init__(self, posts: Sequence[Post], season: Season) -> None:
        self._posts: Mapping[PlaceId, tuple[int, Post]] = {post.id: (at, post) for at, post in enumerate(posts, 1)}
        self._season = season
        self._faults = sorted(season.faults)
        self._to_show = [fault for fault in season.shown if fault in season.faults]
        self._known: dict[str, None] = {}
        self._before: dict[PlaceId, Before] = {}

    def papers(self, journey: Journey) -> Papers:
        """Write what is sent about one conveyance; nothing about a car, an empty lorry, or one without plates."""
        lorry = self._lorry(journey)
        if lorry is None:
            return Papers()
        sheets = list(self._sheets(lorry))
        sent = tuple(self._timed(lorry, sheets))
        wrong = tuple(_blamed(lorry, sheets, self._before.get(journey.place)))
        noted = [sha256(sheet.blob) for sheet in sheets if sheet.name.startswith((NOTE, ELECTRONIC_NOTE))]
        if lorry.fault != "used_twice":  # its own note was never written
            self._before[journey.place] = Before(journey.crossing, lorry.made.load, noted[-1])
        return Papers(sent, wrong)

    def _lorry(self, journey: Journey) -> Lorry | None:
        number, post = self._posts[journey.place]
        rng = Random(f"papers:{self._season.seed}:{journey.crossing}")
        # numbers are given once: a rehearsal of the same seed that begins later has others
        names = Random(f"papers:{self._season.seed}:{self._season.began}:{journey.crossing}")
        load = load_of(rng, journey.vehicle, post.neighbour, journey.direction, names.randrange(1, SERIALS))
        if load is None:
            return None
        comes_at = Instant(self._season.began + journey.starts_ms)
        made = Making(
            load=load,
            id=_another(names),
            made_at=Instant(comes_at - rng.randint(*MADE_DAYS) * _DAY_MS),
            expected_at=comes_at,
            office=f"417{number:05d}",
            post=post.name.ru,
        )
        plate = load.tractor.value
        returns = plate in self._known
        self._known[plate] = None
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]
        fault = self._fault(rng, journey, load)
        return Lorry(journey=journey, load=load, made=made, fault=fault, returns=returns, rng=rng, names=names)

    def _fault(self, rng: Random, journey: Journey, load: Load) -> PaperFault | None:
        """Draw what is wrong with this lorry's papers: something that can be wrong with them."""
        wrong = rng.random() < self._season.share
        shown = next((fault for fault in self._to_show if wrongs.possible(fault, journey, load)), None)
        if shown is not None:
            self._to_show.remove(shown)
            return shown
        if not wrong:
            return None
        possible = [fault for fault in self._faults if wrongs.possible(fault, journey, load)]
        if journey.place not in self._before and "used_twice" in possible:
            possible.remove("used_twice")
        shares = [wrongs.SHARES[fault] for fault in possible]
        return rng.choices(possible, shares)[0] if possible else None

    def _sheets(self, lorry: Lorry) -> Iterator[Sheet]:
        """Write the papers in the order in which they are sent: whatever names a container comes first."""
        load = wrongs.claimed(lorry.fault, lorry.load)
        made, rng = replace(lorry.made, load=load), lorry.rng
        for procedure in _procedures(lorry):
            told = wrongs.declared(lorry.fault, load, rng) if procedure is not TRANSIT else load
            paper = replace(made, load=told, id=_another(lorry.names))
            yield Sheet(f"dt-{load.serial}.xml", XML, declaration_of(paper, procedure), _signs(told, box=True))
        signs = _signs(load, box=True)
        if lorry.journey.direction == "in" and not lorry.returns and rng.random() < ADVANCE_SHARE:
            write = rng.choice((preliminary_of, arrival_of))
            yield Sheet(f"{ANNOUNCED}{load.serial}.xml", XML, write(replace(made, id=_another(lorry.names))), signs)
        yield from self._notes(lorry, made)
        if rng.random() < REGISTER_SHARE:
            yield Sheet(f"invoice-{load.serial}.csv", CSV, register_of(replace(made, id=_another(lorry.names))), signs)
        if rng.random() < WAYBILL_SHARE:
            only = frozenset({canonical(load.tractor.value)})
            yield Sheet(f"ettn-{load.serial}.xml", XML, ettn_of(replace(made, id=_another(lorry.names))), only)

    def _notes(self, lorry: Lorry, made: Making) -> Iterator[Sheet]:
        """Write the consignment note; a file that broke off is sent before the whole one."""
        noted, serial = replace(made, load=self._noted(lorry, made.load)), made.load.serial
        signs = _signs(noted.load, box=False)
        if lorry.fault is None and lorry.rng.random() < ELECTRONIC_SHARE:
            yield Sheet(f"{ELECTRONIC_NOTE}{serial}.json", JSON, ecmr_of(noted), signs)
            return
        blob = cmr_of(noted)
        if lorry.fault == "damaged":
            yield Sheet(f"{BROKEN}{serial}.xml", XML, blob[: len(blob) * 2 // 3], signs)
        yield Sheet(f"{NOTE}{serial}.xml", XML, blob, signs)
        if lorry.fault is None and lorry.rng.random() < CORRECTED_SHARE:
            after = replace(noted, id=_another(lorry.names), corrects=noted.id, remark="Исправлено перевозчиком")
            yield Sheet(f"{NOTE}{serial}-2.xml", XML, cmr_of(after), signs)

    def _noted(self, lorry: Lorry, load: Load) -> Load:
        """What the note says: of this lorry's load, or of the load of the lorry before, under its number."""
        before = self._before.get(lorry.journey.place)
        if lorry.fault == "used_twice" and before is not None:
            return replace(before.load, tractor=load.tractor, trailer=load.trailer)
        return wrongs.noted(lorry.fault, load, lorry.rng)

    def _timed(self, lorry: Lorry, sheets: Sequence[Sheet]) -> Iterator[Paper]:
        at = _first_ms(lorry)
        if at > lorry.journey.ends_ms:  # nothing is announced that has gone
            sheets = [sheet for sheet in sheets if not sheet.name.startswith(ANNOUNCED)]
        for place, sheet in enumerate(sheets):
            yield _paper(lorry, sheet, at + place * APART_MS)
        again = lorry.rng.choice(sheets)
        if lorry.rng.random() < RESENT_SHARE and not again.name.startswith(BROKEN):
            paper = _paper(lorry, again, at + len(sheets) * APART_MS + AGAIN_MS)
            # the same request once more, or the same paper in a request of its own
            key = paper.key if lorry.rng.random() < 0.5 else f"{paper.key}-again"
            yield replace(paper, key=key, resend=True)


def _procedures(lorry: Lorry) -> tuple[tuple[str, str], ...]:
    """Choose what the goods are declared for."""
    if lorry.fault == "other_seals":
        return (TRANSIT, IMPORT)
    needed = lorry.load.container is not None or lorry.fault in {"box_digit", "other_consignee"}
    if not needed and lorry.rng.random() >= DECLARED_SHARE:
        return ()
    if lorry.fault in {"box_digit", "other_consignee"}:
        return (IMPORT,)
    return (lorry.rng.choice((IMPORT, TRANSIT)) if lorry.journey.direction == "in" else EXPORT,)


def _first_ms(lorry: Lorry) -> int:
    """Say when the first paper is sent.

    One ahead of a conveyance that was here today would be taken for a late one of that visit: nobody could know better.
    """
    journey, rng = lorry.journey, lorry.rng
    phase = rng.choices([name for name, _ in PHASES], [share for _, share in PHASES])[0]
    if lorry.returns or phase == "inside":
        return journey.starts_ms + round((journey.ends_ms - journey.starts_ms) * rng.uniform(*INSIDE))
    if phase == "late":
        return journey.ends_ms + rng.randint(*LATE_MS)
    return max(0, journey.starts_ms - rng.randint(*AHEAD_MS))


def _paper(lorry: Lorry, sheet: Sheet, send_ms: int) -> Paper:
    digest = sha256(sheet.blob)
    return Paper(
        crossing=lorry.journey.crossing,
        place=lorry.journey.place,
        file_name=sheet.name,
        media_type=sheet.media_type,
        blob=sheet.blob,
        digest=digest,
        key=f"sim-{digest[:40]}",
        send_ms=send_ms,
        signs=sheet.signs,
        damaged=sheet.name.startswith(BROKEN),
        note=sheet.name.startswith((NOTE, ELECTRONIC_NOTE)),
    )


def _signs(load: Load, *, box: bool) -> frozenset[str]:
    """Give what a paper names that somebody may see on the lorry."""
    named = (*(canonical(sign.value) for sign in load.signs), load.container if box else None)
    return frozenset(filter(None, named))


def _blamed(lorry: Lorry, sheets: Sequence[Sheet], before: Before | None) -> Iterator[Wrong]:
    """Say what is wrong, in which papers, and whom it concerns."""
    if lorry.fault is None:
        return
    names = wrongs.STANDS_IN[lorry.fault]
    digests = tuple(sha256(sheet.blob) for sheet in sheets if sheet.name.startswith(names))
    crossings: tuple[str, ...] = (lorry.journey.crossing,)
    if lorry.fault == "used_twice" and before is not None:
        crossings, digests = (*crossings, before.crossing), (*digests, before.note)
    yield Wrong(fault=lorry.fault, crossings=crossings, digests=digests)


def _another(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4)).upper()
