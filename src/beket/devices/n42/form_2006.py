"""Reads the form of 2006: measurements that hold spectra, counts and analyses inside them (ANSI N42.42-2006)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from beket.devices.kit.explain import Element
from beket.devices.n42.document import (
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


def read_2006(root: Element, reader: Reader) -> Document:
    """Read an N42InstrumentData document, or an Event that has its measurements inside."""
    about = next(below(root, "InstrumentInformation"), root)
    measured: list[Measured] = []
    for element in below(root, "Measurement"):
        measured += _measurements(element, reader)
        if len(measured) >= MEASUREMENTS_MAX:
            break
    maker = reader.name(about, "Manufacturer")
    model = reader.name(about, "InstrumentModel")
    return Document(
        identifier=reader.name(about, "InstrumentID"),
        model=" ".join(part for part in (maker, model) if part) or None,
        kind=reader.name(about, "InstrumentType"),
        measured=tuple(measured[:MEASUREMENTS_MAX]),
    )


def _measurements(element: Element, reader: Reader) -> Iterator[Measured]:
    """Read one Measurement: its background and its item are two measurements of ours."""
    name = reader.attribute(element, "UUID") or reader.attribute(element, "ID")
    by_source: dict[str, list[Element]] = {}
    for spectrum in below(element, "Spectrum"):
        source = (reader.name(spectrum, "SourceType") or "Item").lower()
        if source != "calibration":
            by_source.setdefault("Background" if source == "background" else "Foreground", []).append(spectrum)
    counted = list(below(element, "CountDoseData"))
    if not by_source and counted:
        by_source["Foreground"] = []
    last = "Foreground" if "Foreground" in by_source else "Background"
    for what, spectra in by_source.items():
        yield _measured(element, (name, what), spectra, counted if what == last else (), reader)


def _measured(
    element: Element, named: tuple[str, str], spectra: Sequence[Element], counted: Sequence[Element], reader: Reader
) -> Measured:
    first = spectra[0] if spectra else counted[0]
    gamma = [_spectrum(one, reader) for one in spectra]
    neutron: list[int | None] = []
    dose: float | None = None
    for one in counted:
        of_neutrons = reader.attribute(one, "DetectorType").lower() == "neutron"
        counts = _count(one, reader)
        if of_neutrons:
            neutron.append(counts)
        elif not spectra:
            gamma.append(counts)
        dose = dose if of_neutrons else _dose(one, reader)
    return Measured(
        id=named[0],
        what=named[1],
        started=reader.instant(first, "StartTime"),
        real_time_s=reader.seconds(first, "RealTime") or reader.seconds(first, "SampleRealTime"),
        gamma_counts=total(gamma),
        neutron_counts=total(neutron),
        dose_usv_h=dose,
        nuclides=tuple(_nuclides(element, reader))[:NAMES_MAX] if counted or named[1] == "Foreground" else (),
    )


def _spectrum(element: Element, reader: Reader) -> int | None:
    counts = reader.counts(element, "ChannelData")
    if counts is None:
        return None
    data = next(below(element, "ChannelData"))
    return unzipped(counts) if reader.attribute(data, "Compression") == "CountedZeroes" else sum(counts)


def _count(element: Element, reader: Reader) -> int | None:
    counts = reader.counts(element, "Counts")
    return sum(counts) if counts is not None else None


def _dose(element: Element, reader: Reader) -> float | None:
    value = reader.number(element, "DoseRate")
    units = reader.attribute(next(below(element, "DoseRate"), element), "Units") or "uSv/h"
    factor = USV_H.get(units.strip().lower())
    return round(value * factor, 9) if value is not None and factor is not None else None


def _nuclides(element: Element, reader: Reader) -> list[str]:
    found = [reader.name(one, "NuclideName") for one in below(element, "Nuclide")]
    return [name for name in dict.fromkeys(found) if name]
