"""An N42 document as our subset of it: the instrument, its measurements, and what its analysis found; both ways."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from beket.devices.kit.driver import Mark
from beket.devices.kit.explain import Element, shown
from beket.words.ids import Instant

MEASUREMENTS_MAX: Final = 2_000
"""Most measurements of one file: over three minutes of a portal that counts every 0.1 s."""

NAMES_MAX: Final = 64
"""Most alarms or nuclides of one measurement."""

TEXT_MAX: Final = 200
"""Longest name that is taken from a file."""

_DURATION: Final = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?")
_NUMBERS_MAX: Final = 70_000
"""Most numbers of one spectrum: 65,536 channels are the longest in use."""

USV_H: Final = {
    "usv/h": 1.0, "µsv/h": 1.0, "μsv/h": 1.0, "nsv/h": 0.001, "msv/h": 1000.0, "sv/h": 1e6,
    "urem/h": 0.01, "mrem/h": 10.0, "rem/h": 10_000.0,
}  # fmt: skip
"""Micro-sievert an hour in each unit of a dose rate; the standard's own is the first."""

M_S_TO_KMH: Final = 3.6


class Measured(Struct, frozen=True, kw_only=True):
    """One measurement as the file has it; what it does not say is None."""

    id: str = ""
    what: str = "NotSpecified"
    started: Instant | None = None
    real_time_s: float | None = None
    occupied: bool | None = None
    gamma_counts: int | None = None
    neutron_counts: int | None = None
    dose_usv_h: float | None = None
    speed_kmh: float | None = None
    alarms: tuple[str, ...] = ()
    nuclides: tuple[str, ...] = ()


class Document(Struct, frozen=True, kw_only=True):
    """One file."""

    uuid: str = ""
    identifier: str | None = None
    model: str | None = None
    kind: str | None = None
    faults: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()


class Reader:
    """Reads elements by local name, and notes where everything stood that it used."""

    def __init__(self, utc_offset_min: int) -> None:
        self.marks: list[Mark] = []
        self._offset = timedelta(minutes=utc_offset_min)

    def attribute(self, element: Element, name: str) -> str:
        """Read an attribute; its whole start tag is what was used."""
        value = element.attributes.get(name, "")
        if value:
            self.marks.append(Mark(start=element.start, end=element.inner, name=name, value=shown(value)))
        return value[:TEXT_MAX]

    def text(self, element: Element, *path: str) -> str | None:
        """Read the text of the first element down this way."""
        found: Element | None = element
        for name in path:
            found = next((one for one in found.children if one.name == name), None) if found is not None else None
        if found is None:
            return None
        self.marks.append(Mark(start=found.start, end=found.end, name=found.name, value=shown(found.text)))
        return found.text

    def name(self, element: Element, *path: str) -> str | None:
        """Read a short text; None for an empty one."""
        return (self.text(element, *path) or "").strip()[:TEXT_MAX] or None

    def number(self, element: Element, *path: str) -> float | None:
        """Read a finite number."""
        return _number(self.text(element, *path) or "")

    def seconds(self, element: Element, *path: str) -> float | None:
        """Read a duration of ISO 8601; some instruments write plain seconds."""
        said = (self.text(element, *path) or "").strip()
        shape = _DURATION.fullmatch(said)
        if shape is None or len(said) < 3:
            return _number(said)
        days, hours, minutes, seconds = (float(part or 0) for part in shape.groups())
        return round(((days * 24 + hours) * 60 + minutes) * 60 + seconds, 6)

    def instant(self, element: Element, *path: str) -> Instant | None:
        """Read a time of ISO 8601; one without a zone is the post's own."""
        said = (self.text(element, *path) or "").strip()
        try:
            read = datetime.fromisoformat(_trimmed(said))
        except ValueError:
            return None
        since = read - (datetime.fromtimestamp(0, UTC) if read.tzinfo else datetime(1970, 1, 1) + self._offset)  # noqa: DTZ001
        at = since // timedelta(milliseconds=1)
        return Instant(at) if at > 0 else None

    def truth(self, element: Element, *path: str) -> bool | None:
        """Read a truth value."""
        return {"true": True, "1": True, "false": False, "0": False}.get((self.text(element, *path) or "").lower())

    def counts(self, element: Element, *path: str) -> tuple[int, ...] | None:
        """Read a row of counts; None where one of them is none."""
        said = (self.text(element, *path) or "").split(None, _NUMBERS_MAX)
        read = [_number(one) for one in said]
        counts = tuple(round(one) for one in read if one is not None)
        return counts if counts and len(counts) == len(said) <= _NUMBERS_MAX else None


def below(element: Element, *names: str) -> Iterator[Element]:
    """Every element anywhere below that has one of these names, in the order written."""
    for child in element.children:
        if child.name in names:
            yield child
        else:
            yield from below(child, *names)


def total(numbers: Iterable[int | None]) -> int | None:
    """Sum what is known; None where nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def unzipped(counts: tuple[int, ...]) -> int:
    """Sum a spectrum in which a nought is followed by how many noughts it stands for (CountedZeroes)."""
    whole, at = 0, 0
    while at < len(counts):
        whole += counts[at]
        at += 1 if counts[at] else 2
    return whole


def _number(said: str) -> float | None:
    if not said or len(said) > 32:
        return None
    try:
        value = float(said)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e15 else None


def _trimmed(said: str) -> str:
    """Python takes up to six digits of a second."""
    return re.sub(r"(\.\d{6})\d+", r"\1", said)[:40]


Form = Literal["2011", "2006"]


def encode_file(document: Document, form: Form = "2011") -> bytes:
    """Write a document as an instrument does; the older form holds no occupancy, speed or alarms."""
    write = _written_2011 if form == "2011" else _written_2006
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(write(document)) + "\n").encode()


def _leaf(name: str, value: object) -> str:
    if value is None:
        return ""
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(said)}</{name}>"


def _time(name: str, at: Instant | None) -> str:
    if at is None:
        return ""
    said = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")
    return f"<{name}>{said}</{name}>"


def _duration(name: str, seconds: float | None) -> str:
    return "" if seconds is None else f"<{name}>PT{seconds:f}S</{name}>"


def _written_2011(document: Document) -> Iterator[str]:
    yield f'<RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42" n42DocUUID={quoteattr(document.uuid)}>'
    yield '<RadInstrumentInformation id="I">'
    yield _leaf("RadInstrumentIdentifier", document.identifier) + _leaf("RadInstrumentModelName", document.model)
    yield _leaf("RadInstrumentClassCode", document.kind) + "</RadInstrumentInformation>"
    for detector in ("Gamma", "Neutron"):
        code = _leaf("RadDetectorCategoryCode", detector)
        yield f'<RadDetectorInformation id="{detector}">{code}</RadDetectorInformation>'
    for measured in document.measured:
        yield from _measurement_2011(measured)
    yield "</RadInstrumentData>"


def _measurement_2011(said: Measured) -> Iterator[str]:
    name = quoteattr(said.id)
    yield f"<RadMeasurement id={name}>" + _leaf("MeasurementClassCode", said.what)
    yield _time("StartDateTime", said.started) + _duration("RealTimeDuration", said.real_time_s)
    for detector, counts in (("Gamma", said.gamma_counts), ("Neutron", said.neutron_counts)):
        if counts is not None:
            held = _leaf("CountData", counts)
            yield f'<GrossCounts radDetectorInformationReference="{detector}">{held}</GrossCounts>'
    if said.dose_usv_h is not None:
        yield f'<DoseRate><DoseRateValue units="uSv/h">{said.dose_usv_h}</DoseRateValue></DoseRate>'
    if said.speed_kmh is not None:
        speed = _leaf("SpeedValue", said.speed_kmh / M_S_TO_KMH)
        yield f"<RadItemState><StateVector>{speed}</StateVector></RadItemState>"
    yield _leaf("OccupancyIndicator", said.occupied) + "</RadMeasurement>"
    if said.alarms or said.nuclides:
        yield f"<AnalysisResults radMeasurementReferences={name}>"
        yield from (f"<RadAlarm>{_leaf('RadAlarmCategoryCode', one)}</RadAlarm>" for one in said.alarms)
        found = (f"<Nuclide>{_leaf('NuclideName', one)}</Nuclide>" for one in said.nuclides)
        yield f"<NuclideAnalysisResults>{''.join(found)}</NuclideAnalysisResults></AnalysisResults>"


def _written_2006(document: Document) -> Iterator[str]:
    yield '<N42InstrumentData xmlns="http://physics.nist.gov/Divisions/Div846/Gp4/ANSIN4242/2005/ANSIN4242">'
    for said in document.measured:
        yield f"<Measurement UUID={quoteattr(said.id)}><InstrumentInformation>"
        yield _leaf("InstrumentType", document.kind) + _leaf("InstrumentModel", document.model)
        yield _leaf("InstrumentID", document.identifier) + "</InstrumentInformation>"
        yield from _spectrum_2006(said)
        found = (f"<Nuclide>{_leaf('NuclideName', one)}</Nuclide>" for one in said.nuclides)
        yield f"<AnalysisResults><NuclideAnalysis>{''.join(found)}</NuclideAnalysis></AnalysisResults></Measurement>"
    yield "</N42InstrumentData>"


def _spectrum_2006(said: Measured) -> Iterator[str]:
    head = _time("StartTime", said.started) + _duration("RealTime", said.real_time_s)
    source = _leaf("SourceType", "Background" if said.what == "Background" else "Item")
    yield f'<Spectrum Type="PHA">{head}{source}{_leaf("ChannelData", said.gamma_counts)}</Spectrum>'
    dose = f'<DoseRate Units="uSv/h">{said.dose_usv_h}</DoseRate>' if said.dose_usv_h is not None else ""
    if dose:
        yield f'<CountDoseData DetectorType="Gamma">{dose}</CountDoseData>'
    if said.neutron_counts is not None:
        yield f'<CountDoseData DetectorType="Neutron">{_leaf("Counts", said.neutron_counts)}</CountDoseData>'
