"""Gives the field its sink: pictures to the evidence store, then entries to the log, refusals to the quarantine."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from beket.app.counts import counted
from beket.devices.kit.ports import Kept, Picture, Refused, SinkTrouble
from beket.log import evidence, quarantine
from beket.log.appender import Appender
from beket.log.book import Trouble
from beket.log.draft import Unwritable
from beket.log.postgres import wall_clock
from beket.words.ids import PlaceId
from beket.words.readings import Said
from beket.words.wire import Entry

logger = logging.getLogger(__name__)

SAY_FULL_S: Final = 60.0
"""How often a full evidence store is said again."""

SAY_AWAY_S: Final = 10.0
"""An outage that comes back sooner than this is the same outage, and is not told again."""


class LogSink:
    """The field's sink over the log: what it kept survives a power cut, pictures before the entries that name them."""

    def __init__(self, appender: Appender, intake: evidence.Intake, desk: quarantine.QuarantineDesk) -> None:
        """Join the three stores, each already open."""
        self._appender = appender
        self._intake = intake
        self._desk = desk
        self.pictures_refused = 0
        self._say_full_at = 0.0
        self._refused = 0
        self._away = False
        self._say_away_at = 0.0

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        """Make pictures, then entries, durable. Raises SinkTrouble when it cannot, and then nothing is acknowledged."""
        try:
            await self._keep_pictures(pictures)
            appended = await self._appender.append(place, entries)
        except Unwritable as refusal:
            await self._refuse(place, entries, str(refusal))
            return Kept(entries=0, known=0)
        except Trouble as trouble:
            self._say_away(trouble)
            raise SinkTrouble(str(trouble)) from trouble
        self._say_back()
        return Kept(entries=len(appended.refs), known=appended.known)

    def _say_away(self, trouble: Trouble) -> None:
        """Say once for all devices that nothing can be kept now; a disk at its edge gives and takes by turns."""
        self._refused += 1
        if not self._away and time.monotonic() >= self._say_away_at:
            self._away, self._say_away_at = True, time.monotonic() + SAY_AWAY_S
            logger.error("nothing that devices say can be kept now, so none of it is acknowledged: %s", trouble)

    def _say_back(self) -> None:
        """Say once that what devices say is kept again."""
        if self._away:
            logger.warning("what devices say is kept again; %s had to be refused", counted(self._refused, "attempt"))
            self._away, self._refused = False, 0

    async def _keep_pictures(self, pictures: Sequence[Picture]) -> None:
        """Keep pictures; when the store is full the reading goes on without them, and that is said."""
        try:
            await self._intake.keep([evidence.Picture(picture.sha256, picture.blob) for picture in pictures])
        except evidence.StoreFull as full:
            self.pictures_refused += len(pictures)
            if time.monotonic() >= self._say_full_at:
                self._say_full_at = time.monotonic() + SAY_FULL_S
                logger.warning("%s; readings are kept without their pictures, so far %d", full, self.pictures_refused)

    async def _refuse(self, place: PlaceId, entries: Sequence[Entry], reason: str) -> None:
        """Set aside what the log can never hold: coming again would not mend it, so the device is not asked to."""
        body = entries[0].body
        device = body.device_id if isinstance(body, Said) else None
        raw = b"".join(piece.inline or b"" for entry in entries if entry.raw for piece in entry.raw.pieces)
        at = wall_clock()
        refused = Refused(
            place=place, listener="log", address="", declared_id=None, device=device, reason=reason, raw=raw, at=at
        )
        await self.set_aside(refused)

    async def set_aside(self, refused: Refused) -> None:
        """Count a refused message where an engineer sees it. Raises SinkTrouble when it cannot."""
        try:
            await self._desk.set_aside(msgspec.convert(refused, quarantine.Refusal, from_attributes=True))
        except Trouble as trouble:
            raise SinkTrouble(str(trouble)) from trouble
