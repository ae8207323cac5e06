"""What the fuzzer ever found is tried again for ever; and a codec that breaks its promises is seen to break them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from beket.devices.egts import codec as egts
from beket.devices.egts import speak
from beket.devices.kit.driver import Frame, Mark, Options, Out
from beket.devices.kit.registry import drivers
from beket.devices.kit.tags import MARKUP_MAX, TAG_MAX, excess
from tools.contract import NOW, Broken, Given, believing, check, held

DEVICES = Path(__file__).parents[1] / "devices"
FOUND = sorted(DEVICES.glob("*/found/*.json"))
LOGIN = speak.encode_login(1, "861237169560031")


def egts_given(blob: bytes = LOGIN, **given: Any) -> Given:  # noqa: ANN401
    return structs.replace(Given(driver="egts", how="stream", blob=blob), **given)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_what_was_found_is_mended(file: Path) -> None:
    held(msgspec.json.decode(file.read_bytes(), type=Given))


@pytest.mark.parametrize("name", sorted(drivers()))
def test_nothing_at_all_and_zeros_break_no_codec(name: str) -> None:
    for blob in (b"", bytes(200), b"\xff" * 200, b"{" * 200):
        for how in ("stream", "whole"):
            held(Given(driver=name, how=how, blob=blob, step=7))


@pytest.mark.parametrize("opens", [b"[", b'{"a":', b"<a>"], ids=["lists", "members", "elements"])
@pytest.mark.parametrize("deep", [200, 900, 100_000])
@pytest.mark.parametrize("name", sorted(drivers()))
def test_nesting_without_end_is_read_or_refused(name: str, deep: int, opens: bytes) -> None:
    closes = {b"[": b"]", b'{"a":': b"}", b"<a>": b"</a>"}[opens]
    for blob in (opens * deep, opens * deep + b"1" + closes * deep):
        for kind in ("application/json", "application/xml", ""):
            held(Given(driver=name, how="whole", blob=blob, content_type=kind))


@pytest.mark.parametrize("name", sorted(drivers()))
def test_entities_and_document_types_are_never_expanded(name: str) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 9))
    for dtd in (b'<!ENTITY l0 "lol">' + laughs, b'<!ENTITY l8 SYSTEM "file:///etc/passwd">'):
        blob = b'<?xml version="1.0"?><!DOCTYPE a [' + dtd + b"]><a><plate>&l8;</plate></a>"
        given = Given(driver=name, how="whole", blob=blob, content_type="application/xml")
        held(given)
        out = drivers()[name].codec.decoder({}).read(Frame(blob=blob, content_type="application/xml"), NOW)
        said = b"".join(msgspec.json.encode(told.reading) for told in out.told)
        assert b"lollol" not in said
        assert b"root:" not in said
        assert sum(len(problem.detail) for problem in out.problems) < 1000


LONG = 4 * 1024 * 1024
HEAVY = {
    "attributes": b"<a " + b" ".join(b'a%d=">"' % n for n in range(LONG // 13)) + b"/>",
    "elements": b"<a>" + b"<b/>" * (LONG // 4) + b"</a>",
    "comments": b"<a>" + b"<!---->" * (LONG // 7) + b"</a>",
    "references": b"<a>" + b"&#65;" * (LONG // 5) + b"</a>",
    "openings": b'<"' * (LONG // 2),
    "numbers": b'{"a":[' + b"1," * (LONG // 2) + b"1]}",
    "members": b"{" + b",".join(b'"k%d":1' % n for n in range(LONG // 12)) + b"}",
    "digits": b'{"a":' + b"1" * LONG + b"}",
}


@pytest.mark.parametrize("what", HEAVY)
@pytest.mark.parametrize("name", sorted(n for n, d in drivers().items() if {"http-push", "file-drop"} & set(d.links)))
def test_no_message_takes_the_field_for_long(name: str, what: str) -> None:
    blob = HEAVY[what]
    kind = "application/xml" if blob.startswith(b"<") else "application/json"
    began = time.process_time()
    drivers()[name].codec.decoder({}).read(Frame(blob=blob, content_type=kind), NOW)
    assert time.process_time() - began < 0.5, "it decodes in the process that listens to everybody"


def test_long_texts_are_no_long_tags() -> None:
    picture = b"QUJD" * 500_000
    assert excess(b"<?xml version='1.0'?><!-- > ' --><a b='>'><c>" + picture + b"</c><![CDATA[<'\"]]></a>") == ""
    assert excess(b"<a b='" + b"x" * TAG_MAX + b"'/>") == f"a tag of more than {TAG_MAX} bytes"
    assert excess(b"<a b='x") == ""
    assert "tags" in excess(b"<a/>" * (MARKUP_MAX + 1))


def test_checksums_can_be_believed_and_are_not_believed_afterwards() -> None:
    damaged = LOGIN[:-1] + bytes((LOGIN[-1] ^ 1,))

    def problems() -> list[str]:
        decoder = egts.decoder({})
        return [p.kind for f in egts.framer({}).feed(damaged) for p in decoder.read(f, NOW).problems]

    assert problems() == ["crc"]
    with believing("egts"):
        assert problems() == []
    assert problems() == ["crc"]


class Careless:
    """A codec that keeps none of its promises, one at a time."""

    def __init__(self, **wrong: Any) -> None:  # noqa: ANN401
        self._wrong = wrong

    def framer(self, _options: Options, _content_type: str = "") -> Any:  # noqa: ANN401
        return self

    def decoder(self, _options: Options) -> Any:  # noqa: ANN401
        return self

    def feed(self, chunk: bytes) -> list[Frame]:
        return [Frame(blob=chunk * self._wrong.get("grows", 1))]

    def end(self) -> list[Frame]:
        return []

    def read(self, _frame: Frame, _received: Any) -> Out:  # noqa: ANN401
        if self._wrong.get("raises"):
            raise ZeroDivisionError
        return Out(replies=(b"x" * self._wrong.get("answers", 0), b"y" if self._wrong.get("splits") else b""))

    def waited(self, _received: Any) -> Out:  # noqa: ANN401
        return Out()

    lost = waited

    def ask(self, _now: Any) -> bytes:  # noqa: ANN401
        return b""

    def explain(self, _frame: Frame, _options: Options) -> tuple[Mark, ...]:
        marks: tuple[Mark, ...] = self._wrong.get("marks", ())
        return marks


def mark(start: int, end: int) -> Mark:
    return Mark(start=start, end=end, name="n", value="v")


@pytest.mark.parametrize(
    ("wrong", "seen"),
    [
        ({"raises": True}, ZeroDivisionError),
        ({"grows": 2}, Broken),
        ({"answers": 1_000_000}, Broken),
        ({"splits": True}, Broken),
        ({"marks": (mark(0, 2), mark(1, 3))}, Broken),
        ({"marks": (mark(0, 200),)}, Broken),
        ({}, None),
    ],
    ids=lambda one: str(one)[:20],
)
def test_a_broken_promise_is_seen(wrong: dict[str, Any], seen: type[Exception] | None) -> None:
    given = egts_given(b"abcdef", step=2)
    if seen is None:
        check(Careless(), given)
    else:
        with pytest.raises(seen):
            check(Careless(**wrong), given)
