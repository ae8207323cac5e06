"""Fuzzes one driver in this process, which `tools/fuzz.py` starts: everything of ours is instrumented as it is loaded.

The fuzzer begins with the messages of the driver's `cases.json`, and what it finds is kept as a file of its own.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import atheris
import msgspec
from msgspec import Struct, structs

OURS: Final = [f"beket.devices.{part}" for part in ("kit", *sys.argv[1:2])]
"""What is watched for new paths: the kit and this one driver; to instrument all would take longer than a short run."""

with atheris.instrument_imports(include=OURS):
    from beket.devices.kit.registry import drivers
    from tools.contract import Given, believing, check

    DRIVERS: Final = drivers()
    """Loaded here, and so instrumented."""

TESTS: Final = Path(__file__).parents[1] / "tests" / "devices"
"""Where each driver's cases lie, and what was found of it."""

LENGTH_MAX: Final = 8192
"""Longest input: several messages of every protocol but a camera's post, whose pictures say nothing to a codec."""

INPUT_S_MAX: Final = 10
"""Longest time one input may take: a thousand times more than any message needs, also on a busy machine."""

FOUND_MAX: Final = 5
"""Most different findings of one run that are kept; after so many the codec wants mending first."""

MEMORY_MIB_MAX: Final = 2048
"""Most memory of one process: the codec, the fuzzer and what it remembers."""


class Envelope(Struct, frozen=True, kw_only=True):
    """How bytes reach a codec, apart from the bytes."""

    how: str
    content_type: str = ""
    path: str = ""
    asked: bool = False
    topic: str = ""


def inputs(name: str) -> Iterator[tuple[Envelope, bytes]]:
    """The messages of a driver's case file, each with its envelope; a query stands in a line before its body."""
    cases = json.loads((TESTS / name / "cases.json").read_text("utf-8"))["cases"]
    for case in cases:
        yield from _input(case["input"])


def _input(given: dict[str, Any]) -> Iterator[tuple[Envelope, bytes]]:
    match given["encoding"]:
        case "http-sequence":
            for one in given["data"]:
                yield _post(one)
        case "http":
            yield _post(given)
        case "mqtt":
            yield Envelope(how="whole", topic=str(given.get("topic", "a/b"))), str(given.get("data")).encode()
        case "modbus-registers":
            path = f"{given['unit_id']}/{given['function']}/{given['address']}"
            yield Envelope(how="whole", path=path), b"".join(value.to_bytes(2, "big") for value in given["data"])
        case encoding:
            yield Envelope(how="stream", content_type=given.get("content_type", "")), _stream(encoding, given)


def _stream(encoding: str, given: dict[str, Any]) -> bytes:
    match encoding:
        case "hex":
            return bytes.fromhex(given["data"])
        case "hex-chunks":
            return b"".join(map(bytes.fromhex, given["data"]))
        case "base64":
            return base64.b64decode(given["data"])
        case "http-stream":
            return base64.b64decode(given["body_base64"])
        case _:
            return str(given["data"]).encode()


def _post(given: dict[str, Any]) -> tuple[Envelope, bytes]:
    path, _, query = given["path"].partition("?")
    kind = given.get("content_type", "")
    envelope = Envelope(how="whole", content_type=kind, path=path, asked=bool(query))
    body = base64.b64decode(given.get("body_base64", ""))
    return envelope, query.encode() + b"\n" + body if query else body


def envelopes(name: str) -> list[Envelope]:
    """Every way bytes reach this driver."""
    found = list(dict.fromkeys(envelope for envelope, _ in inputs(name)))
    return [*found, *(Envelope(how=how) for how in ("stream", "whole") if Envelope(how=how) not in found)]


def given_of(name: str, ways: Sequence[Envelope], data: bytes, *, believed: bool) -> Given:
    """Read what the fuzzer made: its first byte chooses the envelope, its second how a stream is cut."""
    envelope = ways[(data[0] if data else 0) % len(ways)]
    query, blob = "", data[2:]
    if envelope.asked:
        line, _, blob = blob.partition(b"\n")
        query = line.decode("latin-1")
    return Given(
        driver=name, how="stream" if envelope.how == "stream" else "whole", blob=blob, path=envelope.path, query=query,
        content_type=envelope.content_type, topic=envelope.topic, step=data[1] if len(data) > 1 else 0,
        believed=believed,
    )  # fmt: skip


def keep(given: Given, error: BaseException) -> Path:
    """Keep what was found, whole in itself; of one kind of error in one place only the shortest."""
    folder = TESTS / given.driver / "found"
    folder.mkdir(exist_ok=True)
    where = _place(error)
    file = folder / f"{type(error).__name__.lower()}-{hashlib.sha256(where.encode()).hexdigest()[:8]}.json"
    written = msgspec.json.format(msgspec.json.encode(structs.replace(given, why=f"{where}: {error}"[:300])))
    if not file.exists() or len(written) < file.stat().st_size:
        file.write_bytes(written + b"\n")
    return file


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    place = ""
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if "devices" in path.parts or path.name == "contract.py":
            place = f"{path.parent.name}/{path.name} {trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} in {place}"


def fuzz(name: str, seconds: int, *, believed: bool) -> None:
    """Fuzz one driver in this process, which ends with it."""
    ways = envelopes(name)
    places: set[str] = set()

    def one(data: bytes) -> None:
        given = given_of(name, ways, data, believed=believed)
        try:
            check(DRIVERS[name].codec, given)
        except Exception as error:  # whatever it raises is what is looked for
            places.add(_place(error))
            sys.stdout.write(f"found {keep(given, error)}\n")
            sys.stdout.flush()
            if len(places) >= FOUND_MAX:
                raise

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for place, (envelope, blob) in enumerate(inputs(name)):
            (corpus / str(place)).write_bytes(bytes((ways.index(envelope), 0)) + blob[:LENGTH_MAX])
            (corpus / f"{place}-split").write_bytes(bytes((ways.index(envelope), 61)) + blob[:LENGTH_MAX])
        flags = [f"-max_total_time={seconds}", f"-max_len={LENGTH_MAX}", f"-timeout={INPUT_S_MAX}", "-verbosity=1"]
        flags += [f"-artifact_prefix={folder}/", f"-rss_limit_mb={MEMORY_MIB_MAX}", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], one)
        with believing(name) if believed else contextlib.nullcontext():
            atheris.Fuzz()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", choices=sorted(DRIVERS))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--believed", action="store_true")
    given = parser.parse_args()
    fuzz(given.driver, given.seconds, believed=given.believed)
