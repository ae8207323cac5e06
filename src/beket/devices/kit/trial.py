"""Trials: one message through a driver with no device and no sockets, for case files and the command line."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct, to_builtins

from beket.devices.kit.driver import Codec, Frame, Mark, Out, Told
from beket.devices.kit.registry import Driver, Manifest, drivers, find
from beket.words.ids import DeviceId, Instant

REGISTERS_MAX: Final = 125
"""Most registers of one Modbus answer (Modbus application protocol V1.1b3 §6.3)."""

TRIAL: Final = DeviceId("trial")
"""Whose readings a trial decodes: ids are derived as in the field, for this device."""

_INSTANTS: Final = ("time", "received", "started", "ended", "last_at")
_LATER_MS: Final = 60_000
"""How long a trial lets pass after the last byte, so that what waits for time is said."""

Given = dict[str, Any]
"""A case's input as the file has it: hostile until fed."""


class InputRefused(Exception):
    """A message of a trial cannot be fed to a decoder as it was given; the text says why."""


class Trial(Struct):
    """What a driver made of one input."""

    outs: list[Out]
    replies: list[bytes]
    marks: tuple[Mark, ...] = ()
    frames: Sequence[Frame] = ()
    codec: Codec | None = None

    def told(self) -> list[Told]:
        """Every draft, in the order said."""
        return [told for out in self.outs for told in out.told]

    def readings(self) -> list[dict[str, Any]]:
        """Every reading, written as the case files write them."""
        named = next((name for out in self.outs for name in out.identities), "")
        return [written(told, told.who or named) for told in self.told()]

    def rest(self) -> dict[str, Any]:
        """All that is not a reading: replies, what the device calls itself, problems, how it is."""
        return {
            "marks": [[mark.start, mark.end, mark.name, mark.value] for mark in self.marks],
            "replies": [reply.hex() for reply in self.replies],
            "identity": list(dict.fromkeys(name for out in self.outs for name in out.identities)),
            "problems": self.problems(),
            "health": self.health(),
        }

    def problems(self) -> list[dict[str, Any]]:
        """What could not be taken, and why."""
        found = [problem for out in self.outs for problem in out.problems]
        return [{"kind": problem.kind, "detail": problem.detail, "fatal": problem.fatal} for problem in found]

    def health(self) -> dict[str, Any]:
        """What the message says of the device itself."""
        fault = next((out.fault for out in self.outs if out.fault), None)
        return {"alive": any(out.alive for out in self.outs), "fault": fault}


def written(told: Told, who: str = "") -> dict[str, Any]:
    """Write one reading as plain values: times as ISO 8601, images as roles and hashes."""
    raw = told.message.raw()
    plain: dict[str, Any] = {"kind": str(told.reading.__struct_config__.tag)}
    stamped = told.stamped(DeviceId(who) if who else TRIAL, None, raw.sha256)
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
    timed = [(frame, at) for chunk, at in chunks for frame in framer.feed(chunk)]
    last = chunks[-1][1] if chunks else Instant(0)
    timed += [(frame, last) for frame in framer.end()]
    outs = [decoder.read(frame, at) for frame, at in timed]
    outs += [decoder.waited(Instant(last + _LATER_MS)), decoder.lost(Instant(last + _LATER_MS))]
    frames = [frame for frame, _ in timed]
    return Trial(outs=outs, replies=[reply for out in outs for reply in out.replies], frames=frames, codec=driver.codec)


def _posted(driver: Driver, frames: Sequence[Frame], at: Instant) -> Trial:
    decoder = driver.codec.decoder({})
    outs = [decoder.read(frame, at) for frame in frames]
    return Trial(outs=outs, replies=[reply for out in outs for reply in out.replies], frames=frames, codec=driver.codec)


def _hex(driver: Driver, given: Given, now: Instant) -> Trial:
    return _tried_bytes(driver, bytes.fromhex(given["data"]), now)


def _hex_chunks(driver: Driver, given: Given, now: Instant) -> Trial:
    step = int(given.get("interval_ms", 0))
    return _streamed(driver, [(bytes.fromhex(one), Instant(now + at * step)) for at, one in enumerate(given["data"])])


def _text(driver: Driver, given: Given, now: Instant) -> Trial:
    return _tried_bytes(driver, given["data"].encode(), now)


def _base64(driver: Driver, given: Given, now: Instant) -> Trial:
    return _tried_bytes(driver, base64.b64decode(given["data"], validate=True), now)


def _http(driver: Driver, given: Given, now: Instant) -> Trial:
    return _posted(driver, [_frame(given)], now)


def _http_sequence(driver: Driver, given: Given, now: Instant) -> Trial:
    return _posted(driver, [_frame(one) for one in given["data"]], now)


def _http_stream(driver: Driver, given: Given, now: Instant) -> Trial:
    body = base64.b64decode(given["body_base64"], validate=True)
    return _streamed(driver, [(body, now)], given.get("content_type", ""))


def _modbus_registers(driver: Driver, given: Given, now: Instant) -> Trial:
    """Feed registers as they were read: the frame's path says unit/function/address, its bytes are the values."""
    values = given["data"]
    if not 0 < len(values) <= REGISTERS_MAX:
        raise ValueError(f"{len(values)} registers")
    blob = b"".join(int(value).to_bytes(2, "big") for value in values)
    path = "/".join(str(int(given[name])) for name in ("unit_id", "function", "address"))
    return _posted(driver, [Frame(blob=blob, path=path)], now)


def _mqtt(driver: Driver, given: Given, now: Instant) -> Trial:
    """Messages of a broker: each with its topic, and its payload as text or base64."""
    messages = given["data"] if isinstance(given.get("data"), list) else [given]
    return _posted(driver, [Frame(blob=_payload(one), topic=str(one["topic"])) for one in messages], now)


def _payload(given: Given) -> bytes:
    if "body_base64" in given:
        return base64.b64decode(given["body_base64"], validate=True)
    return str(given["data"]).encode()


_ENCODINGS: Final[Mapping[str, Callable[[Driver, Given, Instant], Trial]]] = {
    "hex": _hex,
    "hex-chunks": _hex_chunks,
    "text": _text,
    "base64": _base64,
    "http": _http,
    "http-sequence": _http_sequence,
    "http-stream": _http_stream,
    "modbus-registers": _modbus_registers,
    "mqtt": _mqtt,
}


def try_input(driver: Driver, given: Given, now: Instant) -> Trial:
    """Feed a case's input to a driver; InputRefused says what of it cannot be fed."""
    encoding = given.get("encoding")
    feed = _ENCODINGS.get(str(encoding))
    if feed is None:
        raise InputRefused(f"no encoding named {encoding!r}")
    try:
        return feed(driver, given, now)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
        raise InputRefused(f"input of encoding {encoding!r} is not of that form: {wrong!r}") from wrong


def _frame(given: dict[str, Any]) -> Frame:
    body = base64.b64decode(given.get("body_base64", ""), validate=True)
    path, _, query = str(given.get("path", "/")).partition("?")
    return Frame(blob=body, content_type=given.get("content_type", ""), query=given.get("query", query), path=path)


def list_drivers() -> tuple[Manifest, ...]:
    """What every driver says of itself, by name."""
    return tuple(driver.manifest for driver in drivers().values())


def decode_message(name: str, blob: bytes, encoding: str, now: Instant) -> Iterator[dict[str, Any]]:
    """Decode one message for the command line: for each frame its readings, replies, identity, problems and health.

    `blob` is as typed or read from a file; `encoding` is hex, text, base64 or http (a body, or a whole request or
    response with its head). InputRefused says what cannot be decoded at all.
    """
    driver = find(name)
    if driver is None:
        raise InputRefused(f"no driver named {name}; there are {', '.join(drivers())}")
    trial = _tried(driver, blob, encoding, now)
    said = [at for at, out in enumerate(trial.outs) if out.alive or out.told or out.problems]
    for at in said:
        one = Trial(outs=[trial.outs[at]], replies=list(trial.outs[at].replies), marks=_explained(driver, trial, at))
        yield {"readings": one.readings(), **one.rest()}
    if not said:
        yield {"readings": [], **Trial(outs=[], replies=[]).rest()}


def _explained(driver: Driver, trial: Trial, at: int) -> tuple[Mark, ...]:
    """What each byte range of the frame behind an answer means; what time alone made said has no frame."""
    return driver.codec.explain(trial.frames[at], {}) if at < len(trial.frames) else ()


def _tried(driver: Driver, blob: bytes, encoding: str, now: Instant) -> Trial:
    try:
        match encoding:
            case "hex":
                return _tried_bytes(driver, bytes.fromhex("".join(blob.decode("ascii").split())), now)
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
    pushes = driver.manifest.transports[0] in ("http-push", "mqtt")
    return _posted(driver, [Frame(blob=blob)], now) if pushes else _streamed(driver, [(blob, now)])


def _tried_http(driver: Driver, blob: bytes, now: Instant) -> Trial:
    """Try a request or answer as it went over the wire, a case file's `input` object, or a bare body."""
    if b'"body_base64"' in blob and blob.lstrip().startswith(b"{"):
        with suppress(msgspec.DecodeError):
            return try_input(driver, msgspec.json.decode(blob, type=dict[str, Any]), now)
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
    path, _, query = (words[1] if len(words) > 1 else "/").partition("?")
    return _posted(driver, [Frame(blob=body, content_type=content_type, query=query, path=path)], now)
