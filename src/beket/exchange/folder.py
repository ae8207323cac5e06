"""The watched folder: a file that somebody lays into a post's folder is brought, and put away once it is settled.

What is brought is named by place, name and bytes, so that after a crash the same file is the same paper: it is moved
only when the inbox has settled it, and never removed before.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.exchange.drawer import NAMES_MAX, REFUSED, TAKEN, Drawer, Sight, opened_drawer, safe_name
from beket.exchange.kit.refusal import Refusal
from beket.exchange.mail import opened_letter
from beket.log import inbox
from beket.log.connect import Engine
from beket.log.inbox import Brought, Outcome, Paper
from beket.words.ids import Instant, PlaceId, Sha256, sha256

logger = logging.getLogger(__name__)

LOOK_S: Final = 2.0
"""Time between two looks: a file that has not changed in it is whole."""

BROUGHT_MAX: Final = 50
"""Most files of one post that one look brings."""

BROUGHT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Most bytes of one post that one look brings, but at least one file."""

AWAITED_MAX: Final = 1_000
"""Most files whose papers are awaited; until they are settled no more are brought."""

TIDIED_MAX: Final = 1_000
"""Most files that are removed at once from where they were put away."""

TOLD_MAX: Final = 200
"""Most odd things of the folder that are told; a thing is told once."""

SENDER: Final = "folder"
"""Who brings what lies in the folder: nobody says who laid it there."""

_LETTER: Final = ".eml"


class Laid(Struct, frozen=True):
    """A file in a post's folder."""

    place: PlaceId
    name: str


class Awaited(Struct, frozen=True):
    """A file that was brought: how it looked then, and its papers by number with their names."""

    sight: Sight
    digest: Sha256
    papers: dict[int, str]


class Folder:
    """The folder with one below it for each post; one process looks into it."""

    def __init__(
        self,
        root: Path,
        places: Callable[[], Sequence[PlaceId]],
        connection: Callable[[], Engine],
        now: Callable[[], Instant],
    ) -> None:
        self._root = root
        self._named = places
        self._places: Sequence[PlaceId] = ()
        self._connection = connection
        self._now = now
        self._seen: dict[Laid, Sight] = {}
        self._awaited: dict[Laid, Awaited] = {}
        self._told: set[str] = set()
        self.brought = 0

    def look(self) -> None:
        """Bring what is whole and put away what is settled. Raises Trouble, and then files stay where they are."""
        self._places = self._named()
        self._tell_strangers()
        seen: dict[Laid, Sight] = {}
        for place in self._places:
            with self._tells(f"the folder of {place}"), opened_drawer(self._root, place) as drawer:
                sights = {Laid(place, name): sight for name, sight in drawer.files().items()}
                seen |= sights
                self._bring(drawer, sights)
                self._put_away(drawer)
        self._seen = seen
        self._awaited = {laid: one for laid, one in self._awaited.items() if seen.get(laid) == one.sight}

    def tidy(self, taken_before: Instant, refused_before: Instant) -> int:
        """Remove files that were put away before these instants; gives how many went."""
        gone = 0
        for place in self._places:
            with self._tells(f"the folder of {place}"), opened_drawer(self._root, place) as drawer:
                gone += drawer.tidy(TAKEN, taken_before, TIDIED_MAX)
                gone += drawer.tidy(REFUSED, refused_before, TIDIED_MAX)
        return gone

    def _bring(self, drawer: Drawer, sights: Mapping[Laid, Sight]) -> None:
        """Bring the files of one post that look as they did at the last look, the oldest first."""
        whole = [laid for laid, sight in sights.items() if self._seen.get(laid) == sight and laid not in self._awaited]
        size = 0
        for laid in sorted(whole, key=lambda laid: sights[laid].changed_ns)[:BROUGHT_MAX]:
            size += sights[laid].size
            if len(self._awaited) >= AWAITED_MAX or (size > BROUGHT_BYTES_MAX and size > sights[laid].size):
                return
            with self._tells(f"the file {laid.place}/{safe_name(laid.name)}"):
                self._bring_one(drawer, laid, sights[laid])

    def _bring_one(self, drawer: Drawer, laid: Laid, sight: Sight) -> None:
        if sight.size > inbox.LODGED_BYTES_MAX:
            reason = f"it has {sight.size} bytes; at most {inbox.LODGED_BYTES_MAX} are taken"
            drawer.put_away(laid.name, sha256(laid.name.encode(errors="surrogateescape")), _told(laid.name, reason))
            return
        blob = drawer.read(laid.name, sight)
        if blob is None:
            return  # somebody writes to it again
        digest = sha256(blob)
        papers = self._papers(laid, blob, digest)
        if isinstance(papers, Refusal):
            drawer.put_away(laid.name, digest, _told(laid.name, papers.reason, papers.where))
            return
        numbers = inbox.bring_all(self._connection(), papers)
        self.brought += len(numbers)
        names = [paper.file_name or "without a name" for paper in papers]
        self._awaited[laid] = Awaited(sight, digest, dict(zip(numbers, names, strict=True)))

    def _papers(self, laid: Laid, blob: bytes, digest: Sha256) -> list[Paper] | Refusal:
        """Give a file as the paper that it is, a letter as those that come with it."""
        key = f"{laid.place}/{safe_name(laid.name)}/{sha256(os.fsencode(laid.name))}/{digest}"
        if not laid.name.lower().endswith(_LETTER):
            return [
                Paper(
                    place=laid.place,
                    way="folder",
                    by=SENDER,
                    at=self._now(),
                    blob=blob,
                    file_name=laid.name,
                    key=key,
                )
            ]
        letter = opened_letter(blob)
        if isinstance(letter, Refusal):
            return letter
        return [
            Paper(
                place=laid.place,
                way="folder",
                by=f"mail:{letter.sender}",
                at=self._now(),
                blob=one.blob,
                file_name=one.name,
                media_type=one.media_type,
                key=f"{key}/{part}",
            )
            for part, one in enumerate(letter.attachments)
        ]

    def _put_away(self, drawer: Drawer) -> None:
        """Move the files of one post whose papers are settled."""
        here = {laid: one for laid, one in self._awaited.items() if laid.place == drawer.place}
        if not here:
            return
        found = inbox.found_all(self._connection(), [number for one in here.values() for number in one.papers])
        for laid, one in here.items():
            settled = [found[number] for number in one.papers if number in found]
            if len(settled) < len(one.papers):
                del self._awaited[laid]  # somebody emptied the inbox: it is brought once more
            elif all(paper.state != "waiting" for paper in settled) and drawer.sight(laid.name) == one.sight:
                with self._tells(f"the file {laid.place}/{safe_name(laid.name)}"):
                    drawer.put_away(laid.name, one.digest, _why_refused(one, settled))
                    del self._awaited[laid]

    def _tell_strangers(self) -> None:
        """Tell what stands beside the posts' folders: papers in there would never be looked at."""
        with self._tells("the folder"):
            self._root.mkdir(parents=True, exist_ok=True)
            with os.scandir(self._root) as items:
                for item in islice(items, NAMES_MAX):
                    if item.name not in self._places and not item.name.startswith("."):
                        self._tell(
                            f"{safe_name(item.name)} is the folder of no post of this site; nobody looks into it"
                        )

    @contextmanager
    def _tells(self, what: str) -> Iterator[None]:
        """Say once that something cannot be used, and leave it for the next look."""
        try:
            yield
        except OSError as error:
            self._tell(f"{what} cannot be used: {error.strerror or type(error).__name__}")

    def _tell(self, odd: str) -> None:
        if odd not in self._told and len(self._told) < TOLD_MAX:
            self._told.add(odd)
            logger.warning("papers laid into %s: %s", self._root, odd)


def _why_refused(awaited: Awaited, settled: Sequence[Brought]) -> str | None:
    """Say of a file with refused papers which they are; None when all were taken."""
    refused = [paper for paper in settled if paper.outcome is not None and paper.outcome.refused is not None]
    if not refused:
        return None
    lines = [_told(awaited.papers[paper.id], *_reason_of(paper.outcome)) for paper in refused]
    if len(refused) < len(settled):
        lines.append(f"The other {len(settled) - len(refused)} of its files were taken.\n")
    return "\n".join(lines)


def _reason_of(outcome: Outcome | None) -> tuple[str, str]:
    assert outcome is not None, "a settled paper has an outcome"
    return outcome.reason or outcome.refused or "", outcome.where or ""


def _told(name: str, reason: str, where: str = "") -> str:
    """Say in plain words why a file was not taken."""
    lines = [f"{safe_name(name)} was not taken.", f"Why: {reason}", *([f"Where: {where}"] if where else [])]
    return "\n".join(line.encode(errors="replace").decode() for line in lines) + "\n"
