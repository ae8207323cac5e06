"""What every driver must keep to, run on each that the registry finds."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs, to_builtins

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import HOME, RUNGS, Driver, Quality, drivers
from beket.devices.kit.trial import TRIAL
from beket.words.ids import Instant, Sha256, sha256
from beket.words.readings import Reading
from beket.words.wire import Piece

NOW = Instant(1_791_188_468_000)
NAMES = sorted(drivers())
KINDS = {str(kind.__struct_config__.tag) for kind in get_args(Reading)}
READ_MAX = 2 * 1024 * 1024
"""Most bytes any frame of a test may grow to before a framer must have given it up."""


def inputs(name: str) -> list[dict[str, Any]]:
    """The inputs of a driver's own case file."""
    path = Path(__file__).parent / name / "cases.json"
    return [case["input"] for case in json.loads(path.read_text("utf-8"))["cases"]]


def streams(name: str) -> list[tuple[bytes, str]]:
    """Byte streams of a driver, with their content types."""
    found = []
    for one in inputs(name):
        match one["encoding"]:
            case "hex":
                found.append((bytes.fromhex(one["data"]), ""))
            case "hex-chunks":
                found.append((b"".join(map(bytes.fromhex, one["data"])), ""))
            case "text":
                found.append((one["data"].encode(), ""))
            case "http-stream":
                found.append((base64.b64decode(one["body_base64"]), one["content_type"]))
    return found


def posts(name: str) -> list[Frame]:
    """Whole messages of a driver that is posted to."""
    ones = [one for one in inputs(name) if one["encoding"] == "http"]
    ones += [part for one in inputs(name) if one["encoding"] == "http-sequence" for part in one["data"]]
    frames = [
        Frame(
            blob=base64.b64decode(one["body_base64"]),
            content_type=one["content_type"],
            query=one["path"].partition("?")[2],
            path=one["path"].partition("?")[0],
        )
        for one in ones
    ]
    for one in inputs(name):
        if one["encoding"] == "modbus-registers":
            blob = b"".join(value.to_bytes(2, "big") for value in one["data"])
            frames.append(Frame(blob=blob, path=f"{one['unit_id']}/{one['function']}/{one['address']}"))
    return frames


def frames_of(name: str) -> list[Frame]:
    """Every whole message of a driver's case file, however it was given."""
    driver = drivers()[name]
    found = posts(name)
    for blob, content_type in streams(name):
        framer = driver.codec.framer({}, content_type)
        found += [*framer.feed(blob), *framer.end()]
    return found


def read_stream(driver: Driver, chunks: Sequence[bytes], content_type: str = "") -> list[Out]:
    """Run a stream through a driver, everything received at one instant."""
    framer, decoder = driver.codec.framer({}, content_type), driver.codec.decoder({})
    outs = [decoder.read(frame, NOW) for chunk in chunks for frame in framer.feed(chunk)]
    outs += [decoder.read(frame, NOW) for frame in framer.end()]
    return [*outs, decoder.waited(Instant(NOW + 60_000)), decoder.lost(Instant(NOW + 60_000))]


def said(outs: Sequence[Out]) -> list[Any]:
    """All readings and problems as plain values, with the ids they get."""
    told = [told.stamped(TRIAL, None, sha256(told.message.blob)) for out in outs for told in out.told]
    problems = [(problem.kind, problem.detail) for out in outs for problem in out.problems]
    return [to_builtins(told), problems]


def split_at(blob: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Cut bytes into pieces at these places."""
    places = [0, *sorted(cut % (len(blob) + 1) for cut in cuts), len(blob)]
    return [blob[start:end] for start, end in pairwise(places)]


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_has_all_its_parts(name: str) -> None:
    folder = HOME / name
    parts = {path.name for path in folder.iterdir()}
    coded = {"manifest.toml", "codec.py", "connector.py", "README.md"} <= parts
    assert coded or {"manifest.toml", "map.toml", "README.md"} <= parts
    assert (folder / "README.md").read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_is_true_to_itself(name: str) -> None:
    driver = drivers()[name]
    manifest = driver.manifest
    assert manifest.title
    assert manifest.models
    assert set(manifest.says) <= KINDS
    assert set(manifest.keeps) <= set(manifest.says)
    assert set(manifest.thins) <= set(manifest.keeps)
    assert set(driver.links) == set(manifest.transports)


@pytest.mark.parametrize("name", NAMES)
def test_each_rule_of_the_ladder_is_done_or_says_why_not(name: str) -> None:
    manifest = drivers()[name].manifest
    rules = [rule for rung in RUNGS.values() for rule in rung]
    assert list(manifest.rules) == rules
    for rule, state in manifest.rules.items():
        assert state == "done" or len(state.removeprefix("exempt: ")) > 10, rule
    rungs: list[Quality] = ["bench", "lane", "post"]
    for rung in rungs[: rungs.index(manifest.quality) + 1]:
        assert all(manifest.rules[rule] == "done" for rule in RUNGS[rung]), rung


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(picked=st.data())
def test_any_split_of_the_bytes_gives_the_same_readings(name: str, picked: st.DataObject) -> None:
    driver = drivers()[name]
    if not streams(name):
        pytest.skip("it is posted to in whole messages: there is no stream to split")
    blob, content_type = picked.draw(st.sampled_from(streams(name)))
    cuts = picked.draw(st.lists(st.integers(0, 10_000), max_size=12))
    whole = said(read_stream(driver, [blob], content_type))
    assert said(read_stream(driver, split_at(blob, cuts), content_type)) == whole


@pytest.mark.parametrize("name", NAMES)
def test_byte_by_byte_gives_the_same_readings(name: str) -> None:
    driver = drivers()[name]
    for blob, content_type in streams(name):
        single = [bytes((byte,)) for byte in blob]
        assert said(read_stream(driver, single, content_type)) == said(read_stream(driver, [blob], content_type))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150, deadline=None)
@given(blob=st.binary(max_size=2000), content_type=st.sampled_from(["", "multipart/mixed; boundary=b", "text/xml"]))
def test_random_bytes_are_read_or_refused(name: str, blob: bytes, content_type: str) -> None:
    driver = drivers()[name]
    read_stream(driver, [blob], content_type)
    driver.codec.decoder({}).read(Frame(blob=blob, content_type=content_type, query=blob.decode("latin-1")), NOW)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(picked=st.data())
def test_damaged_messages_are_read_or_refused(name: str, picked: st.DataObject) -> None:
    driver = drivers()[name]
    whole = [(blob, kind) for blob, kind in streams(name)] + [(post.blob, post.content_type) for post in posts(name)]
    blob, content_type = picked.draw(st.sampled_from(whole))
    damaged = bytearray(blob[: picked.draw(st.integers(0, len(blob)))])
    for _ in range(picked.draw(st.integers(0, 6))):
        if damaged:
            damaged[picked.draw(st.integers(0, len(damaged) - 1))] = picked.draw(st.integers(0, 255))
    read_stream(driver, [bytes(damaged)], content_type)
    driver.codec.decoder({}).read(Frame(blob=bytes(damaged), content_type=content_type), NOW)


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_without_an_end_stays_within_caps(name: str) -> None:
    driver = drivers()[name]
    for filler in (b"\x02", b"A", b"0", b"\n", b"--boundary\r\n"):
        framer = driver.codec.framer({}, "multipart/mixed; boundary=boundary")
        frames = [frame for _ in range(20) for frame in framer.feed(filler * (64 * 1024 // len(filler)))]
        assert max((len(frame.blob) for frame in frames), default=0) <= READ_MAX


@pytest.mark.parametrize("name", NAMES)
def test_decoding_twice_gives_the_same_ids(name: str) -> None:
    driver = drivers()[name]
    for blob, content_type in streams(name):
        assert said(read_stream(driver, [blob], content_type)) == said(read_stream(driver, [blob], content_type))
    for post in posts(name):
        once, again = (driver.codec.decoder({}).read(post, at) for at in (NOW, Instant(NOW + 3_600_000)))
        ids = [[told.stamped(TRIAL, None, None).reading_id for told in out.told] for out in (once, again)]
        assert ids[0] == ids[1], "a device that posts again an hour later says the same reading"


def written_out(piece: Piece, kept: Mapping[Sha256, bytes]) -> bytes:
    """The bytes a piece stands for."""
    if piece.inline is not None:
        return piece.inline
    assert piece.kept is not None
    return base64.b64encode(kept[piece.kept]) if piece.base64 else kept[piece.kept]


@pytest.mark.parametrize("name", NAMES)
def test_the_pieces_joined_are_exactly_what_came(name: str) -> None:
    driver = drivers()[name]
    outs = [out for blob, kind in streams(name) for out in read_stream(driver, [blob], kind)]
    outs += [driver.codec.decoder({}).read(post, NOW) for post in posts(name)]
    checked = 0
    for out in outs:
        kept = {picture.sha256: picture.blob for picture in out.pictures}
        for told in out.told:
            raw = told.message.raw()
            joined = b"".join(written_out(piece, kept) for piece in raw.pieces)
            assert joined == told.message.blob
            assert raw.sha256 == sha256(joined)
            assert any(piece.kept is not None for piece in raw.pieces) == bool(told.message.cuts)
            checked += 1
    assert checked > 0


def plain(outs: Sequence[Out]) -> list[Any]:
    """What readings say, without the hashes and keys that depend on every byte."""
    unlike = {"reading_id", "raw_sha256", "images"}
    return [
        {name: value for name, value in to_builtins(told.reading).items() if name not in unlike}
        for out in outs
        for told in out.told
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_explanation_is_in_order_and_inside_the_message(name: str) -> None:
    driver = drivers()[name]
    explained = 0
    for frame in frames_of(name):
        marks = driver.codec.explain(frame, {})
        assert all(0 <= mark.start < mark.end <= len(frame.blob) and mark.name for mark in marks)
        assert all(one.end <= other.start for one, other in pairwise(marks))
        explained += len(marks)
        if frame.blob and driver.codec.decoder({}).read(frame, NOW).told:
            assert marks, "a message that is read can be explained (a query alone has no bytes to point at)"
    assert explained > 0


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(picked=st.data())
def test_bytes_that_are_not_explained_say_nothing(name: str, picked: st.DataObject) -> None:
    driver = drivers()[name]
    frame = picked.draw(st.sampled_from(frames_of(name)))
    marks = driver.codec.explain(frame, {})
    used = {at for mark in marks for at in range(mark.start, mark.end)}
    idle = [at for at in range(len(frame.blob)) if at not in used]
    outs = [driver.codec.decoder({}).read(frame, NOW)]
    if not idle or not plain(outs):
        return
    at = picked.draw(st.sampled_from(idle))
    changed = bytearray(frame.blob)
    changed[at] ^= picked.draw(st.sampled_from([1, 2, 4, 64]))
    again = [driver.codec.decoder({}).read(structs.replace(frame, blob=bytes(changed)), NOW)]
    refused = [problem for out in again for problem in out.problems]
    assert refused or plain(again) == plain(outs), f"byte {at} says something and is not explained"


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(blob=st.binary(max_size=600))
def test_anything_can_be_asked_to_be_explained(name: str, blob: bytes) -> None:
    drivers()[name].codec.explain(Frame(blob=blob), {})
