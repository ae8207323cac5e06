"""What a paper is made from: the load it speaks of, its own names, the moments it gives, and where it is shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from beket.sim.documents.load import Load
from beket.words.ids import Instant
from beket.words.moments import BISHKEK

ROAD_MODE: Final = "31"
"""A road train in the classifier of kinds of transport."""


class Making(Struct, frozen=True, kw_only=True):
    """One paper about one load; `corrects` names the one whose place it takes, `remark` is what the carrier noted."""

    load: Load
    id: str
    made_at: Instant
    expected_at: Instant
    office: str
    post: str
    corrects: str | None = None
    remark: str | None = None

    @property
    def moment(self) -> str:
        """When it was made out, with the country's zone."""
        return self._local(self.made_at).isoformat(timespec="seconds")

    @property
    def day(self) -> str:
        """The day on which it was made out."""
        return self._local(self.made_at).date().isoformat()

    @property
    def loaded_on(self) -> str:
        """The day before, when the goods were taken over."""
        return (self._local(self.made_at) - timedelta(days=1)).date().isoformat()

    @property
    def expected(self) -> datetime:
        """When the lorry is to be at the border."""
        return self._local(self.expected_at)

    def _local(self, at: Instant) -> datetime:
        return datetime.fromtimestamp(at // 1000, BISHKEK)
