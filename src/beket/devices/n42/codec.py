"""ANSI N42.42 documents, of 2006 and 2011, to one reading for each measurement (reference 03 §3.3).

A document type is refused, entities are never resolved, names are matched without namespace. An analysis is said with
the last occupied measurement it is about: one passage raises its alarm once, however finely it was counted.
"""

from __future__ import annotations

from typing import Final

from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    Quiet,
    Told,
)
from beket.devices.kit.explain import read_xml, tidy
from beket.devices.kit.framing import Whole
from beket.devices.n42.document import Document, Measured, Reader, encode_file
from beket.devices.n42.form_2006 import read_2006
from beket.devices.n42.form_2011 import read_2011
from beket.words.ids import Instant, sha256
from beket.words.readings import RadMeasurement

__all__ = ["Document", "Measured", "decoder", "encode_file", "explain", "framer"]

FILE_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one document, as long as a post may be; a portal's passage has under 100 kB."""

LATE_MS: Final = 10 * 60_000
"""A measurement that came later than so long after it was begun was held back: no live alarm rests on it."""

_FORMS: Final = {
    "RadInstrumentData": read_2011,
    "N42InstrumentData": read_2006,
    "Event": read_2006,
}
_GAMMA: Final = {"gamma", "isotope", "nuclide"}


class Files(Quiet):
    """Reads one instrument's documents."""

    def __init__(self, options: Options) -> None:
        self._offset_min = int(options.get("utc_offset_min", 0))

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one document says."""
        if frame.broken is not None:
            return Out(problems=(Problem(kind=frame.broken, detail=f"more than {FILE_MAX} bytes", raw=frame.blob),))
        document = _document(frame, Reader(self._offset_min))
        if isinstance(document, Problem):
            return Out(problems=(document,))
        message = Message(blob=frame.blob)
        name = document.uuid or sha256(frame.blob)
        told = tuple(
            Told(reading=_said(document, one, received), key=f"{name}:{at}:{one.id}".encode(), message=message)
            for at, one in enumerate(document.measured)
        )
        identities = (document.identifier,) if document.identifier else ()
        return Out(told=told, alive=True, identities=identities, fault=", ".join(document.faults) or None)


def _document(frame: Frame, reader: Reader) -> Document | Problem:
    if len(frame.blob) > FILE_MAX:
        return Problem(kind="size", detail=f"more than {FILE_MAX} bytes", raw=frame.blob)
    root = read_xml(frame.blob)
    if isinstance(root, Problem):
        return root
    read = _FORMS.get(root.name)
    if read is None:
        return Problem(kind="content", detail=f"{root.name[:80]} is no N42 document", raw=frame.blob)
    document = read(root, reader)
    if not document.measured:
        return Problem(kind="content", detail="no measurement in it", raw=frame.blob)
    return document


def _said(document: Document, one: Measured, received: Instant) -> RadMeasurement:
    alarms = {alarm.lower() for alarm in one.alarms}
    return RadMeasurement(
        device_id=NOBODY,
        time=one.started,
        received=received,
        reading_id=UNNAMED,
        buffered=one.started is not None and received - one.started > LATE_MS,
        measurement=one.what,
        instrument=document.identifier or document.model,
        instrument_class=document.kind,
        started=one.started,
        real_time_s=one.real_time_s,
        occupied=one.occupied,
        gamma_counts=one.gamma_counts,
        neutron_counts=one.neutron_counts,
        dose_usv_h=one.dose_usv_h,
        speed_kmh=one.speed_kmh,
        gamma_alarm=bool(alarms & _GAMMA),
        neutron_alarm="neutron" in alarms,
        alarms=one.alarms,
        nuclides=one.nuclides,
    )


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say where in a document everything stands that was used."""
    if frame.broken is not None:
        return ()
    reader = Reader(int(options.get("utc_offset_min", 0)))
    document = _document(frame, reader)
    return () if isinstance(document, Problem) else tidy(reader.marks)


def framer(_options: Options, content_type: str = "") -> Framer:
    """Take a whole capture as one document."""
    return Whole(FILE_MAX, content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one instrument."""
    return Files(options)
