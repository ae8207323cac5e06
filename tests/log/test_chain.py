"""The page for outsiders says what the program does."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.log.chain import GENESIS, Link

PAGE = Path(__file__).parents[2] / "docs" / "log-format.md"


def test_the_example_on_the_page_is_true() -> None:
    page = PAGE.read_text(encoding="utf-8")
    body = page.split("```")[1].strip().encode()
    body_sha256, link = re.findall(r"`([0-9a-f]{64})`", page)
    assert hashlib.sha256(body).hexdigest() == body_sha256
    assert Link("KG-TOR-A", 1, 1_795_000_000_000, 2, GENESIS).hash(body).hex() == link


def test_the_header_is_laid_out_as_the_page_says() -> None:
    header = Link("Торугарт", 2, 3, 4, b"\x05" * 32).header(b"[]")
    name = "Торугарт".encode()
    assert header[:14] == b"beket frame 1\n"
    assert header[14:46] == b"\x05" * 32
    assert struct.unpack(">H", header[46:48]) == (len(name),)
    assert header[48 : 48 + len(name)] == name
    assert struct.unpack(">qqq", header[48 + len(name) : 72 + len(name)]) == (2, 3, 4)
    assert header[72 + len(name) :] == hashlib.sha256(b"[]").digest()


@given(st.data())
def test_any_two_links_that_differ_have_different_headers(data: st.DataObject) -> None:
    links = st.builds(
        Link,
        st.text(max_size=4),
        st.integers(-2, 2),
        st.integers(-2, 2),
        st.integers(-2, 2),
        st.sampled_from((GENESIS, b"\x01" * 32)),
    )
    first, second = data.draw(links), data.draw(links)
    assert (first.header(b"") == second.header(b"")) == (first == second)


@pytest.mark.parametrize("body", [b"", b"[]", b"\x00"])
def test_the_body_is_committed_to(body: bytes) -> None:
    link = Link("KG-TOR-A", 1, 1, 1, GENESIS)
    assert link.hash(body) != link.hash(body + b" ")
