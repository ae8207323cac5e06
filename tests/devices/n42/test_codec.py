"""N42 documents: both forms both ways, the standard's own examples, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.trial import TRIAL
from beket.devices.n42 import codec
from beket.devices.n42.codec import Document, Measured
from beket.devices.n42.document import unzipped
from beket.words.ids import Instant
from beket.words.readings import RadMeasurement

ANNEXES = Path(__file__).parents[3] / ".." / "shared" / "data" / "device-samples" / "n42"
NOW = Instant(1_795_000_000_000)

_NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x4FF, exclude_characters="\x85\xa0"), min_size=1, max_size=12
)
_COUNTS = st.none() | st.integers(0, 10**9)
MEASURED = st.builds(
    Measured,
    id=st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True),
    what=st.sampled_from(["Foreground", "Background"]),
    started=st.none() | st.integers(1, 4_000_000_000_000).map(Instant),
    real_time_s=st.none() | st.integers(0, 10**6).map(lambda ms: ms / 1000),
    occupied=st.none() | st.booleans(),
    gamma_counts=_COUNTS,
    neutron_counts=_COUNTS,
    dose_usv_h=st.none() | st.integers(0, 10**6).map(lambda nano: nano / 1000),
    speed_kmh=st.none() | st.integers(0, 200).map(float),
    alarms=st.lists(st.sampled_from(["Gamma", "Neutron", "Isotope", "Other"]), max_size=2, unique=True).map(tuple),
    nuclides=st.lists(_NAMES, max_size=3, unique=True).map(tuple),
)


def read(blob: bytes, at: Instant = NOW) -> Out:
    return codec.decoder({}).read(Frame(blob=blob), at)


def said(out: Out) -> list[RadMeasurement]:
    return [told.reading for told in out.told if isinstance(told.reading, RadMeasurement)]


def annex(name: str) -> bytes:
    path = ANNEXES / name
    if not path.is_file():
        pytest.skip(f"the device samples are not here: {path.name}")
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(MEASURED, min_size=1, max_size=4, unique_by=lambda one: one.id), _NAMES)
def test_what_an_instrument_writes_is_read(measured: list[Measured], name: str) -> None:
    document = Document(uuid="u-1", identifier=name, model="RPM", kind="Portal Monitor", measured=tuple(measured))
    out = read(codec.encode_file(document))
    assert not out.problems
    assert out.identities == (name,)
    for one, was in zip(said(out), measured, strict=True):
        assert (one.measurement, one.started, one.real_time_s) == (was.what, was.started, was.real_time_s)
        assert (one.gamma_counts, one.neutron_counts) == (was.gamma_counts, was.neutron_counts)
        assert (one.occupied, one.speed_kmh, one.dose_usv_h) == (was.occupied, was.speed_kmh, was.dose_usv_h)
        assert (one.alarms, one.nuclides) == (was.alarms, was.nuclides)
        assert one.neutron_alarm == ("Neutron" in was.alarms)


@settings(max_examples=40, deadline=None)
@given(MEASURED)
def test_the_older_form_is_read_too(was: Measured) -> None:
    document = Document(identifier="7", model="RID", kind="RadionuclideIdentifier", measured=(was,))
    (one,) = said(read(codec.encode_file(document, "2006")))
    assert (one.measurement, one.started, one.instrument) == (was.what, was.started, "7")
    assert one.gamma_counts == was.gamma_counts
    assert one.neutron_counts == was.neutron_counts
    assert one.dose_usv_h == was.dose_usv_h


@pytest.mark.shared
def test_the_standard_s_portal_without_an_alarm() -> None:
    out = read(annex("Annex_D.n42"))
    readings = said(out)
    assert len(readings) == 7
    assert out.identities == ("A1234b",)
    assert {one.instrument_class for one in readings} == {"Portal Monitor"}
    first = readings[0]
    assert first.started == first.time == 1_069_569_900_000
    assert (first.real_time_s, first.gamma_counts, first.neutron_counts) == (0.1, 47, 1)
    assert [one.occupied for one in readings] == [False, False, True, True, True, False, False]
    assert not any(one.gamma_alarm or one.neutron_alarm or one.alarms for one in readings)
    assert all(one.buffered for one in readings)


@pytest.mark.shared
def test_the_standard_s_portal_with_an_alarm_raises_it_once() -> None:
    out = read(annex("Annex_D_alarmed.n42"))
    alarmed = [one for one in said(out) if one.gamma_alarm or one.neutron_alarm]
    assert len(alarmed) == 1
    assert (alarmed[0].gamma_alarm, alarmed[0].neutron_alarm, alarmed[0].occupied) == (True, True, True)
    assert (alarmed[0].alarms, alarmed[0].nuclides) == (("Gamma", "Neutron"), ("Unknown",))
    assert alarmed[0].speed_kmh == 54.0
    assert out.fault is None, "an overspeed is a warning"


@pytest.mark.shared
def test_the_standard_s_personal_detector() -> None:
    out = read(annex("Annex_I.n42"))
    first, second = said(out)
    assert (first.measurement, first.instrument, first.dose_usv_h) == ("Foreground", "iSPRD", 0.11)
    assert first.neutron_counts == 2
    assert first.gamma_counts is not None
    assert first.gamma_counts > 40_000
    assert first.nuclides == second.nuclides == ("K-40",)
    assert out.fault == "Stabilizer out of range fault"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["Annex_D.n42", "Annex_D_alarmed.n42", "Annex_I.n42"])
def test_everything_used_of_the_standard_s_examples_is_explained(name: str) -> None:
    blob = annex(name)
    marks = codec.explain(Frame(blob=blob), {})
    assert {"id", "StartDateTime", "RadInstrumentClassCode"} <= {mark.name for mark in marks}
    assert all(one.end <= other.start for one, other in pairwise(marks))


def test_a_time_without_a_zone_is_the_post_s_own() -> None:
    blob = (
        b"<RadInstrumentData><RadMeasurement id='m'><StartDateTime>2026-11-20T10:00:00</StartDateTime>"
        b"</RadMeasurement></RadInstrumentData>"
    )
    (one,) = said(codec.decoder({"utc_offset_min": 360}).read(Frame(blob=blob), NOW))
    (other,) = said(read(blob))
    assert other.started is not None
    assert one.started == other.started - 360 * 60_000


def test_the_same_document_again_is_the_same_readings() -> None:
    blob = codec.encode_file(Document(uuid="u", measured=(Measured(id="a"), Measured(id="b"))))
    ids = [
        [told.stamped(TRIAL, None, None).reading_id for told in read(blob, at).told]
        for at in (NOW, Instant(NOW + 3_600_000))
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_compressed_noughts_are_unpacked() -> None:
    assert unzipped((0, 3, 5, 0, 2, 7)) == 12
    assert unzipped((0,)) == 0


@pytest.mark.parametrize(
    ("blob", "kind"),
    [
        (b"", "xml"),
        (b"not xml", "xml"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><RadInstrumentData/>", "dtd"),
        (b"<RadInstrumentData/>", "content"),
        (b"<svg/>", "content"),
        (b"<RadInstrumentData>" + b"<a>" * 200 + b"</a>" * 200 + b"</RadInstrumentData>", "xml"),
        (b"<RadInstrumentData>" + b"<a/>" * 30_000 + b"</RadInstrumentData>", "xml"),
    ],
)
def test_what_is_no_document_is_refused_by_name(blob: bytes, kind: str) -> None:
    out = read(blob)
    assert [problem.kind for problem in out.problems] == [kind]
    assert not out.told


def test_a_document_that_is_too_long_is_refused() -> None:
    framer = codec.framer({})
    frames = [*framer.feed(b"<" * (codec.FILE_MAX + 1)), *framer.end()]
    assert [frame.broken for frame in frames] == ["size"]
    assert [problem.kind for problem in codec.decoder({}).read(frames[0], NOW).problems] == ["size"]
