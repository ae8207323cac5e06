"""What holds for every codec whatever the bytes: checked by the fuzzer, and again on everything that it ever found."""

from __future__ import annotations

import binascii
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Final, Literal

from msgspec import Struct, to_builtins

from beket.devices.kit import checks
from beket.devices.kit.driver import Codec, Frame, Out
from beket.devices.kit.registry import drivers
from beket.devices.kit.trial import TRIAL
from beket.words.ids import Instant
from beket.words.wire import Entry, decode_entry, encode_entry

NOW: Final = Instant(1_791_188_468_000)
"""When everything is received."""

SAID_MAX: Final = 512
"""Most bytes of readings and answers that one byte of input may make, on average, beyond `SAID_FREE`."""

SAID_FREE: Final = 64 * 1024
"""So much any message may make: a short one that makes a long reading is no attack."""

_CHECKS: Final[tuple[Callable[..., int], ...]] = (
    checks.crc16_ccitt_false,
    checks.crc16_x25,
    checks.crc16_arc,
    checks.crc16_modbus,
    checks.crc8_egts,
    checks.xor8,
    binascii.crc_hqx,
)


class Broken(Exception):
    """A codec does not keep to what it promised; the message says what."""


class Given(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input, whole in itself, so that it can be tried again for ever.

    `step`: a stream is fed a second time in pieces of so many bytes. `believed`: checksums agree with anything, for
    who attacks can compute them. `why` is what it broke when it was found.
    """

    driver: str
    how: Literal["stream", "whole"]
    blob: bytes
    content_type: str = ""
    path: str = ""
    query: str = ""
    topic: str = ""
    step: int = 0
    believed: bool = False
    why: str = ""


class Agreeing(int):
    """A checksum that equals whatever it is compared with."""

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


@contextmanager
def believing(name: str) -> Iterator[None]:
    """Let the checksums of a driver agree with anything, until the block ends."""
    changed: list[tuple[Any, str, Any]] = []
    for module in [module for title, module in sys.modules.items() if title.startswith(f"beket.devices.{name}.")]:
        for title, value in list(vars(module).items()):
            if callable(value) and value in _CHECKS:
                changed.append((module, title, value))
                setattr(module, title, _agreeing(value))
    try:
        yield
    finally:
        for module, title, value in changed:
            setattr(module, title, value)


def _agreeing(check: Callable[..., int]) -> Callable[..., int]:
    return lambda *given: Agreeing(check(*given))


def held(given: Given) -> None:
    """Try one input as it was found; raises Broken, or whatever the codec raises."""
    codec = drivers()[given.driver].codec
    if given.believed:
        with believing(given.driver):
            check(codec, given)
    else:
        check(codec, given)


def check(codec: Codec, given: Given) -> None:
    """Try one input; raises Broken, or whatever the codec raises."""
    if given.how == "whole":
        frames, outs = _posted(codec, given)
    else:
        frames, outs = _streamed(codec, [given.blob], given.content_type)
        _check_frames(frames, given)
        if given.step:
            _check_split(codec, given, outs)
    _check_said(outs, len(given.blob) + len(given.query))
    for frame in frames:
        _check_marks(codec, frame)


def _posted(codec: Codec, given: Given) -> tuple[list[Frame], list[Out]]:
    frame = Frame(
        blob=given.blob, content_type=given.content_type, path=given.path, query=given.query, topic=given.topic
    )
    decoder = codec.decoder({})
    outs = [decoder.read(frame, NOW), decoder.waited(Instant(NOW + 60_000)), decoder.lost(Instant(NOW + 60_000))]
    decoder.ask(NOW)
    return [frame], outs


def _streamed(codec: Codec, chunks: Sequence[bytes], content_type: str) -> tuple[list[Frame], list[Out]]:
    framer, decoder = codec.framer({}, content_type), codec.decoder({})
    frames: list[Frame] = []
    outs: list[Out] = []
    for chunk in chunks:
        for frame in framer.feed(chunk):
            frames.append(frame)
            outs.append(decoder.read(frame, NOW))
    for frame in framer.end():
        frames.append(frame)
        outs.append(decoder.read(frame, NOW))
    decoder.ask(NOW)
    return frames, [*outs, decoder.waited(Instant(NOW + 60_000)), decoder.lost(Instant(NOW + 60_000))]


def _check_frames(frames: Sequence[Frame], given: Given) -> None:
    if sum(len(frame.blob) for frame in frames) > len(given.blob):
        raise Broken("frames hold more bytes than came")
    if len(frames) > len(given.blob) + 1:
        raise Broken(f"{len(frames)} frames of {len(given.blob)} bytes")


def _check_split(codec: Codec, given: Given, outs: Sequence[Out]) -> None:
    chunks = [given.blob[at : at + given.step] for at in range(0, len(given.blob), given.step)]
    _, again = _streamed(codec, chunks, given.content_type)
    if _said(again) != _said(outs):
        raise Broken(f"in pieces of {given.step} bytes it says something else")


def _said(outs: Sequence[Out]) -> list[Any]:
    told = [to_builtins(told.stamped(TRIAL, None, None)) for out in outs for told in out.told]
    answers = b"".join(reply for out in outs for reply in out.replies)
    return [told, answers, [problem.kind for out in outs for problem in out.problems]]


def _check_said(outs: Sequence[Out], size: int) -> None:
    """What is said can be logged, comes back from the log as it was, and is no flood made of a little."""
    total = 0
    for out in outs:
        total += sum(map(len, (*out.replies, *out.refusals)))
        total += sum(len(name.encode()) for name in out.identities)
        total += sum(len(problem.detail.encode()) for problem in out.problems)
        written: set[int] = set()
        for told in out.told:
            raw = None if id(told.message) in written else told.message.raw()
            written.add(id(told.message))
            entry = Entry(body=told.stamped(TRIAL, None, None), raw=raw)
            line = encode_entry(entry)
            if decode_entry(line) != entry:
                raise Broken(f"{told.reading} does not come back from the log as it was")
            total += len(line)
    if total > SAID_MAX * size + SAID_FREE:
        raise Broken(f"{size} bytes make {total}")


def _check_marks(codec: Codec, frame: Frame) -> None:
    marks = codec.explain(frame, {})
    if any(not 0 <= mark.start < mark.end <= len(frame.blob) for mark in marks):
        raise Broken("a mark is not inside its message")
    if any(one.end > other.start for one, other in pairwise(marks)):
        raise Broken("marks are not in order and apart")
    for mark in marks:
        (mark.name + mark.value).encode()
