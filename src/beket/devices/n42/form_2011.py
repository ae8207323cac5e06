"""Reads the form of 2011: measurements and analyses that point to each other by id (ANSI N42.42-2012, N42/2011)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from beket.devices.kit.explain import Element
from beket.devices.n42.document import (
    M_S_TO_KMH,
    MEASUREMENTS_MAX,
    NAMES_MAX,
    USV_H,
    Document,
    Measured,
    Reader,
    below,
    total,
    unzipped,
)

_GRAVE: Final = {"error", "fatal"}
"""Severities of a fault that say that the instrument itself is not well; a warning is not."""

_SUMMED: Final = {"gamma", "neutron"}


def read_2011(root: Element, reader: Reader) -> Document:
    """Read a RadInstrumentData document."""
    about = next(below(root, "RadInstrumentInformation"), root)
    parts = _Parts(root, reader)
    elements = list(below(root, "RadMeasurement"))[:MEASUREMENTS_MAX]
    measured = [parts.measured(element) for element in elements]
    groups = [reader.attribute(element, "radMeasurementGroupReferences").split() for element in elements]
    for analysis in below(root, "AnalysisResults"):
        _attach(analysis, measured, groups, reader)
    return Document(
        uuid=reader.attribute(root, "n42DocUUID"),
        identifier=reader.name(about, "RadInstrumentIdentifier"),
        model=reader.name(about, "RadInstrumentModelName"),
        kind=reader.name(about, "RadInstrumentClassCode"),
        faults=tuple(_faults(elements[-1], reader)) if elements else (),
        measured=tuple(measured),
    )


class _Parts:
    """What measurements point to: which detector counts what, which window of energies is the widest."""

    def __init__(self, root: Element, reader: Reader) -> None:
        self._reader = reader
        self._kinds = {
            reader.attribute(one, "id"): (reader.name(one, "RadDetectorCategoryCode") or "").lower()
            for one in below(root, "RadDetectorInformation")
        }
        self._widest = {reader.attribute(one, "id"): _widest(one, reader) for one in below(root, "EnergyWindows")}

    def measured(self, element: Element) -> Measured:
        """Read one measurement."""
        reader = self._reader
        speed = reader.number(element, "RadItemState", "StateVector", "SpeedValue")
        counts = self._counts(element)
        return Measured(
            id=reader.attribute(element, "id"),
            what=reader.name(element, "MeasurementClassCode") or "NotSpecified",
            started=reader.instant(element, "StartDateTime"),
            real_time_s=reader.seconds(element, "RealTimeDuration"),
            occupied=reader.truth(element, "OccupancyIndicator"),
            gamma_counts=counts["gamma"],
            neutron_counts=counts["neutron"],
            dose_usv_h=_dose(element, reader),
            speed_kmh=None if speed is None else round(speed * M_S_TO_KMH, 6),
        )

    def _counts(self, element: Element) -> dict[str, int | None]:
        """Sum the detectors of each kind; of one that gives gross counts and a spectrum, the gross counts."""
        by_detector: dict[str, int | None] = {}
        for gross in below(element, "GrossCounts"):
            by_detector[self._detector(gross)] = self._gross(gross)
        for spectrum in below(element, "Spectrum"):
            detector = self._detector(spectrum)
            if by_detector.get(detector) is None:
                by_detector[detector] = self._spectrum(spectrum)
        return {
            kind: total(counts for detector, counts in by_detector.items() if self._kind(detector) == kind)
            for kind in _SUMMED
        }

    def _detector(self, element: Element) -> str:
        return self._reader.attribute(element, "radDetectorInformationReference")

    def _kind(self, detector: str) -> str:
        kind = self._kinds.get(detector, "gamma")
        return kind if kind == "neutron" else "gamma"

    def _gross(self, element: Element) -> int | None:
        counts = self._reader.counts(element, "CountData")
        if counts is None or len(counts) == 1:
            return counts[0] if counts else None
        # Windows of energy overlap: their sum would count twice, so the widest one speaks for all.
        windows = self._reader.attribute(element, "energyWindowsReference")
        at = self._widest.get(windows)
        return counts[at] if at is not None and at < len(counts) else sum(counts)

    def _spectrum(self, element: Element) -> int | None:
        counts = self._reader.counts(element, "ChannelData")
        if counts is None:
            return None
        data = next(below(element, "ChannelData"))
        zipped = self._reader.attribute(data, "compressionCode") == "CountedZeroes"
        return unzipped(counts) if zipped else sum(counts)


def _widest(element: Element, reader: Reader) -> int | None:
    starts = reader.counts(element, "WindowStartEnergyValues") or ()
    ends = reader.counts(element, "WindowEndEnergyValues") or ()
    widths = [end - start for start, end in zip(starts, ends, strict=False)]
    return widths.index(max(widths)) if widths else None


def _dose(element: Element, reader: Reader) -> float | None:
    for dose in below(element, "DoseRate"):
        value = reader.number(dose, "DoseRateValue")
        units = reader.attribute(next(below(dose, "DoseRateValue"), dose), "units") or "uSv/h"
        factor = USV_H.get(units.strip().lower())
        if value is not None and factor is not None:
            return round(value * factor, 9)
    return None


def _attach(analysis: Element, measured: list[Measured], groups: Sequence[Sequence[str]], reader: Reader) -> None:
    """Say an analysis once: with the last occupied of the measurements it is about, so that an alarm is one alarm."""
    alarms = tuple(filter(None, (reader.name(one, "RadAlarmCategoryCode") for one in below(analysis, "RadAlarm"))))
    nuclides = tuple(_nuclides(analysis, reader))
    at = _about(analysis, measured, groups, reader)
    if at is None or not (alarms or nuclides):
        return
    held = measured[at]
    measured[at] = structs.replace(
        held,
        alarms=tuple(dict.fromkeys(held.alarms + alarms))[:NAMES_MAX],
        nuclides=tuple(dict.fromkeys(held.nuclides + nuclides))[:NAMES_MAX],
    )


def _about(
    analysis: Element, measured: Sequence[Measured], groups: Sequence[Sequence[str]], reader: Reader
) -> int | None:
    ids = set(reader.attribute(analysis, "radMeasurementReferences").split())
    shared = set(reader.attribute(analysis, "radMeasurementGroupReferences").split())
    named = [at for at, one in enumerate(measured) if one.id in ids or shared.intersection(groups[at])]
    meant = named or list(range(len(measured)))
    occupied = [at for at in meant if measured[at].occupied]
    foreground = [at for at in meant if measured[at].what == "Foreground"]
    return next((some[-1] for some in (occupied, foreground, meant) if some), None)


def _nuclides(analysis: Element, reader: Reader) -> list[str]:
    found = []
    for nuclide in below(analysis, "Nuclide"):
        name = reader.name(nuclide, "NuclideName")
        if name and reader.truth(nuclide, "NuclideIdentifiedIndicator") is not False:
            found.append(name)
    return found


def _faults(element: Element, reader: Reader) -> list[str]:
    said = []
    for fault in below(element, "Fault"):
        what = reader.name(fault, "FaultDescription") or reader.name(fault, "FaultCodeValue")
        if what and (reader.name(fault, "FaultSeverityCode") or "").lower() in _GRAVE:
            said.append(what)
    return said[:NAMES_MAX]
