"""Case files: messages with the readings they must decode to; and the same decoding for the command line.

The form is that of the device samples: `input` with an encoding, `expect` with a subset of what must come out. An
expectation this runner does not know fails the case: nothing is passed over in silence.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, to_builtins

from beket.devices.kit.driver import Frame, Out, Told
from beket.devices.kit.registry import Driver, Manifest, drivers, find
from beket.words.ids import DeviceId, Instant

CASE_FILE_MAX: Final = 64 * 1024 * 1024
"""Most bytes of a case file."""

TRIAL: Final = DeviceId("trial")
"""Whose readings a trial decodes: ids are derived as in the field, for this device."""

TOLERANCES: Final = {"latitude": 1e-5, "longitude": 1e-5, "speed_kmh": 0.1, "course_deg": 0.1}
"""How far a number may be off (device samples, SOURCES); others by one in a million."""

_INSTANTS: Final = ("time", "received", "started", "ended", "last_at")
_LATER_MS: Final = 60_000
"""How long a trial lets pass after the last byte, so that what waits for time is said."""


class InputRefused(Exception):
    """A message of a trial cannot be fed to a decoder as it was given; the text says why."""


class Trial(Struct):
    """What a driver made of one input."""

    outs: list[Out]
    replies: list[bytes]

    def told(self) -> list[Told]:
        """Every draft, in the order said."""
        return [told for out in self.outs for told in out.told]

    def readings(self) -> list[dict[str, Any]]:
        """Every reading, written as the case files write them."""
        return [written(told) for told in self.told()]


def written(told: Told) -> dict[str, Any]:
    """Write one reading as plain values: times as ISO 8601, images as roles and hashes."""
    raw = told.message.raw()
    plain: dict[str, Any] = {"kind": str(told.reading.__struct_config__.tag)}
    stamped = told.stamped(TRIAL, None, raw.sha256)
    for name in stamped.__struct_fields__:
        plain[name] = to_builtins(getattr(stamped, name))
    for name in _INSTANTS:
        if isinstance(plain.get(name), int):
            plain[name] = iso(plain[name])
    if "images" in plain:
        images = plain["images"]
        plain["images"] = [image["role"] for image in images]
        plain["image_sha256"] = [image["sha256"] for image in images]
    return plain


def iso(at: int) -> str:
    """Write an instant with milliseconds and Z."""
    read = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)
    return read.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _streamed(driver: Driver, chunks: Sequence[tuple[bytes, Instant]], content_type: str = "") -> Trial:
    framer = driver.codec.framer({}, content_type)
    decoder = driver.codec.decoder({})
    outs: list[Out] = []
    last = Instant(0)
    for chunk, at in chunks:
        outs += [decoder.read(frame, at) for frame in framer.feed(chunk)]
        last = at
    outs += [decoder.read(frame, last) for frame in framer.end()]
    outs += [decoder.waited(Instant(last + _LATER_MS)), decoder.lost(Instant(last + _LATER_MS))]
    return Trial(outs=outs, replies=[reply for out in outs for reply in out.replies])


def _posted(driver: Driver, frames: Iterable[Frame], at: Instant) -> Trial:
    decoder = driver.codec.decoder({})
    outs = [decoder.read(frame, at) for frame in frames]
    return Trial(outs=outs, replies=[reply for out in outs for reply in out.replies])


def try_input(driver: Driver, given: dict[str, Any], now: Instant) -> Trial:
    """Feed a case's input to a driver; InputRefused says what of it cannot be fed."""
    encoding = given.get("encoding")
    try:
        match encoding:
            case "hex":
                return _streamed(driver, [(bytes.fromhex(given["data"]), now)])
            case "hex-chunks":
                step = int(given.get("interval_ms", 0))
                chunks = [(bytes.fromhex(one), Instant(now + at * step)) for at, one in enumerate(given["data"])]
                return _streamed(driver, chunks)
            case "text":
                return _streamed(driver, [(given["data"].encode(), now)])
            case "base64":
                return _streamed(driver, [(base64.b64decode(given["data"], validate=True), now)])
            case "http":
                return _posted(driver, [_frame(given)], now)
            case "http-sequence":
                return _posted(driver, [_frame(one) for one in given["data"]], now)
            case "http-stream":
                body = base64.b64decode(given["body_base64"], validate=True)
                return _streamed(driver, [(body, now)], given.get("content_type", ""))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as wrong:
        raise InputRefused(f"input of encoding {encoding!r} is not of that form: {wrong!r}") from wrong
    raise InputRefused(f"no encoding named {encoding!r}")


def _frame(given: dict[str, Any]) -> Frame:
    body = base64.b64decode(given.get("body_base64", ""), validate=True)
    query = str(given.get("path", "/")).partition("?")[2]
    return Frame(blob=body, content_type=given.get("content_type", ""), query=given.get("query", query))


def check(case: dict[str, Any], now: Instant) -> dict[str, Any]:
    """Run one case; `why` says what was not as expected."""
    name = case.get("id", "?")
    protocol = case.get("protocol", case.get("driver"))
    driver = find(str(protocol))
    if driver is None:
        return {"id": name, "ok": False, "got": None, "why": f"no driver named {protocol}"}
    try:
        trial = try_input(driver, case.get("input", {}), now)
    except InputRefused as refused:
        return {"id": name, "ok": False, "got": None, "why": str(refused)}
    whys = [why for what, wanted in case.get("expect", {}).items() for why in _compare(what, wanted, trial)]
    return {"id": name, "ok": not whys, "got": _got(trial), "why": "; ".join(whys) or None}


def _got(trial: Trial) -> dict[str, Any]:
    return {
        "readings": trial.readings(),
        "problems": _problems(trial),
        "replies": [reply.hex() for reply in trial.replies],
        "identity": _identities(trial),
        "health": _health(trial),
    }


def _problems(trial: Trial) -> list[dict[str, Any]]:
    found = [problem for out in trial.outs for problem in out.problems]
    return [{"kind": problem.kind, "detail": problem.detail, "fatal": problem.fatal} for problem in found]


def _identities(trial: Trial) -> list[str]:
    return list(dict.fromkeys(name for out in trial.outs for name in out.identities))


def _health(trial: Trial) -> dict[str, Any]:
    fault = next((out.fault for out in trial.outs if out.fault), None)
    return {"alive": any(out.alive for out in trial.outs), "fault": fault}


_SUMMED_UP: Final = {"weighing": "weighing", "rpm_occupancy": "occupancy"}
"""Readings that sum up others: an expectation may name them apart from the list of readings."""


def _compare(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    match what:
        case "readings":
            yield from _compare_readings(wanted, trial)
        case "weighing" | "occupancy":
            yield from _compare_summed(what, wanted, trial)
        case "health":
            yield from _differences("health", wanted, _health(trial))
        case "error":
            kinds = [problem["kind"] for problem in _problems(trial)]
            if wanted not in kinds:
                yield f"error: wanted {wanted!r}, got {kinds}"
        case "reply_status":
            status = 400 if any(problem["fatal"] for problem in _problems(trial)) and not trial.told() else 200
            if wanted != status:
                yield f"reply_status: wanted {wanted}, got {status}"
        case "request_hex":
            yield from _compare_bytes(what, wanted, [out.asked for out in trial.outs if out.asked])
        case "reply_hex":
            yield from _compare_bytes(what, wanted, trial.replies)
        case "reply_text":
            yield from _compare_bytes(what, str(wanted).encode().hex(), trial.replies)
        case _:
            yield f"{what}: this runner does not know how to compare it"


def _compare_bytes(what: str, wanted: object, got: Sequence[bytes]) -> Iterator[str]:
    if b"".join(got).hex() != wanted and wanted not in [one.hex() for one in got]:
        yield f"{what}: wanted {wanted}, got {[one.hex() for one in got]}"


def _compare_readings(wanted: object, trial: Trial) -> Iterator[str]:
    if not isinstance(wanted, list):
        yield "readings: a list is expected"
        return
    named = {one.get("kind") for one in wanted if isinstance(one, dict)}
    got = [one for one in trial.readings() if one["kind"] in named or one["kind"] not in _SUMMED_UP]
    if len(got) != len(wanted):
        yield f"readings: wanted {len(wanted)}, got {len(got)}"
    for at, (one_wanted, one_got) in enumerate(zip(wanted, got, strict=False)):
        yield from _differences(f"readings[{at}]", one_wanted, one_got)


def _compare_summed(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    got = [one for one in trial.readings() if _SUMMED_UP.get(one["kind"]) == what]
    if wanted is None or len(got) != 1:
        if wanted is not None or got:
            yield f"{what}: wanted {'none' if wanted is None else 'one'}, got {len(got)}"
        return
    if isinstance(wanted, dict):
        rest = {name: value for name, value in wanted.items() if name != "min_repeats"}
        if "min_repeats" in wanted and got[0].get("repeats", 0) < wanted["min_repeats"]:
            yield f"{what}: wanted at least {wanted['min_repeats']} repeats, got {got[0].get('repeats')}"
        yield from _differences(what, rest, got[0])


def _differences(where: str, wanted: object, got: object, tolerance: float = 0.0) -> Iterator[str]:
    """Say where `got` does not hold what is wanted; a wanted object may name fewer fields than there are."""
    if isinstance(wanted, dict):
        held = got if isinstance(got, dict) else {}
        for name, value in wanted.items():
            if name not in held:
                yield f"{where}.{name}: missing"
            else:
                yield from _differences(f"{where}.{name}", value, held[name], TOLERANCES.get(name, 0.0))
    elif isinstance(wanted, list):
        held_list = list(got) if isinstance(got, list | tuple) else []
        if len(held_list) != len(wanted):
            yield f"{where}: wanted {wanted!r}, got {got!r}"
            return
        for at, (one_wanted, one_got) in enumerate(zip(wanted, held_list, strict=True)):
            yield from _differences(f"{where}[{at}]", one_wanted, one_got, tolerance)
    elif not _alike(wanted, got, tolerance):
        yield f"{where}: wanted {wanted!r}, got {got!r}"


def _alike(wanted: object, got: object, tolerance: float) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool) or wanted is None or got is None:
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= max(tolerance, 1e-6 * abs(wanted))
    return wanted == got


def check_files(paths: Iterable[Path], now: Instant) -> Iterator[dict[str, Any]]:
    """Run every case of every file; a file that cannot be read is one failed case named after it."""
    for path in paths:
        try:
            if path.stat().st_size > CASE_FILE_MAX:
                raise InputRefused(f"larger than {CASE_FILE_MAX} bytes")
            read = json.loads(path.read_bytes())
            cases = read["cases"] if isinstance(read, dict) else read
            if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
                raise InputRefused("no list of cases in it")
        except (OSError, ValueError, KeyError, InputRefused) as wrong:
            yield {"id": str(path), "ok": False, "got": None, "why": f"not a case file: {wrong}"}
            continue
        for case in cases:
            yield check(case, now)


def list_drivers() -> tuple[Manifest, ...]:
    """What every driver says of itself, by name."""
    return tuple(driver.manifest for driver in drivers().values())


def decode_message(name: str, blob: bytes, encoding: str, now: Instant) -> Iterator[dict[str, Any]]:
    """Decode one message for the command line: a line per reading, then one with replies, identity, problems.

    `blob` is as typed or read from a file; `encoding` is hex, text, base64 or http (a body, or a whole request or
    response with its head). InputRefused says what cannot be decoded at all.
    """
    driver = find(name)
    if driver is None:
        raise InputRefused(f"no driver named {name}; there are {', '.join(drivers())}")
    trial = _tried(driver, blob, encoding, now)
    yield from trial.readings()
    rest = _got(trial)
    del rest["readings"]
    yield rest


def _tried(driver: Driver, blob: bytes, encoding: str, now: Instant) -> Trial:
    try:
        match encoding:
            case "hex":
                return _streamed(driver, [(bytes.fromhex("".join(blob.decode("ascii").split())), now)])
            case "base64":
                return _tried_bytes(driver, base64.b64decode(b"".join(blob.split()), validate=True), now)
            case "text":
                return _tried_bytes(driver, blob, now)
            case "http":
                return _tried_http(driver, blob, now)
    except (ValueError, binascii.Error) as wrong:
        raise InputRefused(f"not {encoding}: {wrong}") from wrong
    raise InputRefused(f"no encoding named {encoding!r}; there are hex, text, base64, http")


def _tried_bytes(driver: Driver, blob: bytes, now: Instant) -> Trial:
    pushes = driver.manifest.transports[0] == "http-push"
    return _posted(driver, [Frame(blob=blob)], now) if pushes else _streamed(driver, [(blob, now)])


def _tried_http(driver: Driver, blob: bytes, now: Instant) -> Trial:
    head, blank, body = blob.partition(b"\r\n\r\n")
    first, _, headers = head.decode("latin-1").partition("\r\n")
    words = first.split(" ")
    if not blank or "HTTP/1." not in first:
        return _posted(driver, [Frame(blob=blob)], now)
    named = dict(line.lower().split(":", 1) for line in headers.split("\r\n") if ":" in line)
    at = headers.lower().find("content-type:")
    content_type = headers[at + 13 :].partition("\r\n")[0].strip() if "content-type" in named else ""
    if words[0].startswith("HTTP/"):
        return _streamed(driver, [(body, now)], content_type)
    query = words[1].partition("?")[2] if len(words) > 1 else ""
    return _posted(driver, [Frame(blob=body, content_type=content_type, query=query)], now)
