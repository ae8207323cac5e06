"""What an installation reads and checks papers with: its maps, anchors, nomenclature, rates and sources, from a folder.

    reference/maps           maps of formats (docs/how-to/map-a-document.md)
    reference/anchors        certificates of those whose signatures are trusted
    reference/nomenclature   the national table of codes
    reference/rates          bulletins of the National Bank
    reference/sources        maps of where certificates can be asked after

Maps come from the log too: those that people saved at the desk (`Saved`), which go before those of the folder.

Each may be missing. What is there and cannot be used stops nothing: it is told once, and what was read before holds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from cryptography import x509
from msgspec import Struct, field
from msgspec.structs import replace

from beket.exchange.certificates.folder import sources_in
from beket.exchange.certificates.source_map import MapTrouble as SourceTrouble
from beket.exchange.certificates.source_map import Source
from beket.exchange.kit.format import Format
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.mapped.shelf import MapTrouble, mapped_formats, maps_in
from beket.exchange.reading import coded_formats, read_documents
from beket.exchange.reference.checking import checked, rated
from beket.exchange.reference.folders import nomenclature_in, rates_in
from beket.exchange.reference.nomenclature import Nomenclature
from beket.exchange.reference.rates import Rates
from beket.exchange.signatures.trust import ANCHOR_BYTES_MAX, ANCHORS_MAX, NOBODY, Trust, read_anchors
from beket.words.documents import Document

logger: Final = logging.getLogger(__name__)

FOLDERS: Final = ("maps", "anchors", "nomenclature", "rates", "sources")

LOOK_S: Final = 10.0
"""How often the folders are looked at for something new."""

Saved = Callable[[], Mapping[str, str]]
"""Gives the texts of the maps that people saved and that are in force, by name: the same object as long as they are the
same. It never raises: what it knew before holds where it cannot look."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Found = TypeVar("Found")


class LibraryTrouble(Exception):
    """Something in the folder cannot be used; the message says which file and why."""


class Library(Struct, frozen=True, kw_only=True):
    """What papers are read and checked with; without any of it they are read by their formats alone."""

    maps: Mapping[str, Format] = field(default_factory=dict)
    saved: Mapping[str, Format] = field(default_factory=dict)
    anchors: tuple[x509.Certificate, ...] = ()
    nomenclature: Nomenclature | None = None
    rates: Rates | None = None
    sources: tuple[Source, ...] = ()

    def read(self, blob: bytes, wanted: str | None, now: datetime) -> tuple[Document, ...] | Refusal:
        """Read a paper; what the tables of that moment say of it stands with it from then on."""
        trust = Trust(anchors=self.anchors, judged_at=now) if self.anchors else NOBODY
        found = read_documents(blob, wanted, trust, {**self.maps, **self.saved})
        return found if isinstance(found, Refusal) else tuple(self._noted(one, now) for one in found)

    def _noted(self, document: Document, now: datetime) -> Document:
        on = _day_of(document) or now.date()
        odd = () if self.nomenclature is None else checked(document, self.nomenclature, on)
        rates = () if self.rates is None else rated(document, self.rates, on)
        return replace(document, remarks=(*document.remarks, *odd), rates=rates) if odd or rates else document


def _day_of(document: Document) -> date | None:
    """The day whose tables count: when an office accepted it, else when it was made out."""
    said = document.accepted_at or document.issued_at
    try:
        return None if said is None else date.fromisoformat(said[: len("2026-11-02")])
    except ValueError:
        return None


def library_in(folder: Path) -> Library:
    """Read everything of a folder; raises LibraryTrouble at what cannot be used."""
    return replace(Library(), **{name: _read(folder / name) for name in FOLDERS})


class Shelves:
    """The library of a running house: each folder is read again when something in it changed."""

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic, saved: Saved = lambda: _NOTHING
    ) -> None:
        """Name the folder, and who knows the maps that were saved; both are looked at when a paper first asks."""
        self._folder = folder
        self._clock = clock
        self._saved = saved
        self._texts = _NOTHING
        self._look_at = 0.0
        self._stamps: dict[str, object] = {}
        self._library = Library(nomenclature=Nomenclature())

    def library(self) -> Library:
        """Give what papers are read with now."""
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_S
            for name in FOLDERS:
                self._look(name)
            self._look_at_saved()
        return self._library

    def read(self, blob: bytes, wanted: str | None) -> tuple[Document, ...] | Refusal:
        """Read a paper with what is here now; one that is to be read by a map may name one that was just saved."""
        if wanted is not None and wanted not in coded_formats():
            self._look_at_saved()
        return self.library().read(blob, wanted, datetime.now(UTC))

    def _look(self, name: str) -> None:
        """Read a folder again if it changed; one that cannot be used is told once, and what was read before holds."""
        folder = self._folder / name
        stamp = _stamp(folder)
        if stamp == self._stamps.get(name, ()):
            return
        self._stamps[name] = stamp
        try:
            self._library = replace(self._library, **{name: _read(folder)})
        except LibraryTrouble as trouble:
            logger.warning("%s; what was read before holds", trouble)
        else:
            logger.info("papers are read with what lies in %s", folder)

    def _look_at_saved(self) -> None:
        """Take the maps that people saved; one that cannot be used any more is told and left out, the others hold."""
        texts = self._saved()
        if texts is self._texts:
            return
        self._texts = texts
        usable: dict[str, Format] = {}
        for name, text in texts.items():
            try:
                usable |= mapped_formats({name: text})
            except MapTrouble as trouble:
                logger.warning("a saved map cannot be used, and nothing is read by it: %s", trouble)
        self._library = replace(self._library, saved=usable)


def _stamp(folder: Path) -> object:
    """Something that changes when a file of the folder does; nothing for a folder that is missing or empty."""
    try:
        found = [(file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in folder.iterdir()]
    except OSError:
        return ()
    return tuple(sorted(found))


def _read(folder: Path) -> object:
    """Read one folder; what is missing or empty is as if nobody had ever put anything there."""
    if not _stamp(folder):
        return {"maps": {}, "nomenclature": Nomenclature(), "rates": None}.get(folder.name, ())
    try:
        return _READERS[folder.name](folder)
    except (MapTrouble, SourceTrouble, OSError) as trouble:
        raise LibraryTrouble(f"{folder}: {trouble}") from trouble
    except Refused as refused:
        raise LibraryTrouble(f"{folder}: {refused.refusal.where} {refused.refusal.reason}".strip()) from refused


def anchors_in(folder: Path) -> tuple[x509.Certificate, ...]:
    """Read every certificate of a folder; raises Refused and OSError."""
    anchors: list[x509.Certificate] = []
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        with file.open("rb") as opened:
            try:
                anchors += read_anchors(opened.read(ANCHOR_BYTES_MAX + 1))
            except Refused as refused:
                raise Refused(refused.refusal.kind, refused.refusal.reason, str(file)) from refused
        if len(anchors) > ANCHORS_MAX:
            raise Refused("items", f"more than {ANCHORS_MAX} anchors", str(folder))
    return tuple(anchors)


def _nomenclature(folder: Path) -> Nomenclature:
    return _taken(nomenclature_in(folder))


def _rates(folder: Path) -> Rates:
    loaded = _taken(rates_in(folder))
    for refusal in loaded.refused:
        logger.warning("%s: %s %s", folder, refusal.where, refusal.reason)
    return loaded.rates


def _taken(found: Found | Refusal) -> Found:
    if isinstance(found, Refusal):
        raise Refused(found.kind, found.reason, found.where)
    return found


_READERS: Final[Mapping[str, Callable[[Path], object]]] = {
    "maps": maps_in,
    "anchors": anchors_in,
    "nomenclature": _nomenclature,
    "rates": _rates,
    "sources": sources_in,
}
