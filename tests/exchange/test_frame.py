"""A map is begun for any paper that a map can read: with what stands in it, and nothing guessed."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.exchange.kit.refusal import Refused
from beket.exchange.mapped.checking import checked_map
from beket.exchange.mapped.form import Map
from beket.exchange.mapped.frame import PATHS_MAX, begun_map
from beket.exchange.mapped.shelf import mapped_formats
from beket.exchange.reading import read_documents

NOTES = """<Notes xmlns="urn:acme" made="2026"><Note><No>12</No><Buyer><Name>ОсОО «Ак-Куу»
two</Name></Buyer></Note><Note><No>13</No></Note></Notes>""".encode()


def begun(blob: bytes) -> dict[str, Any]:
    return tomllib.loads(begun_map(blob, "ours"))


def faults(text: str) -> list[str]:
    found = checked_map(text)
    return [] if isinstance(found, Map) else [fault.key for fault in found]


def test_of_xml_it_tells_each_path_with_its_count_and_a_value() -> None:
    text = begun_map(NOTES, "ours")
    lines = [line.strip("# ") for line in text.splitlines() if " × " in line]
    assert lines == ["/@made × 1  2026", "Note/No × 2  12", "Note/Buyer/Name × 1  ОсОО «Ак-Куу» two"]
    assert begun(NOTES)["known"] == {"root": ["Notes"], "namespace": "urn:acme"}


def test_a_frame_guesses_neither_kind_nor_field_and_once_they_are_said_it_reads() -> None:
    text = begun_map(NOTES, "ours")
    assert faults(text) == ["kind"]
    filled = text.replace('kind = ""', 'kind = "waybill"\neach = "Note"').replace('# number = "…"', 'number = "No"')
    assert faults(filled) == []
    found = read_documents(NOTES, maps=mapped_formats({"ours": filled}))
    assert [one.number for one in found] == ["12", "13"]  # type: ignore[union-attr]


def test_of_json_it_names_a_path_that_must_be_there() -> None:
    assert begun(b'{"note": {"no": 7, "lines": [{"kg": 1}, {"kg": 2}]}}')["known"] == {"paths": ["note/no"]}


def test_of_a_table_with_known_headers_it_is_what_is_proposed() -> None:
    assert "number" in begun(b"Document number;Description;Gross kg\n1;Onions;5\n")["columns"]


def test_of_a_table_with_unknown_headers_each_column_has_a_name() -> None:
    assert begun(b"Qwer;Tyui;Opas\n1;2;3\n")["columns"] == {
        "column_1": "Qwer", "column_2": "Tyui", "column_3": "Opas",
    }  # fmt: skip


def test_no_more_paths_are_told_than_a_person_reads() -> None:
    many = "".join(f"<A{number}>x</A{number}>" for number in range(PATHS_MAX + 5))
    text = begun_map(f"<Root>{many}</Root>".encode(), "ours")
    assert text.count("\n#   A") == PATHS_MAX
    assert "and 5 more" in text


@pytest.mark.parametrize(
    ("blob", "kind"),
    [(b"UNA:+.? 'UNB+", "not_this_format"), (b"<a>", "truncated"), (b"%PDF-1.7", "unknown_format"), (b"", "empty")],
)
def test_what_no_map_can_read_is_refused(blob: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        begun_map(blob, "ours")
    assert refused.value.refusal.kind == kind


@given(names=st.lists(st.text(max_size=12), max_size=6), said=st.text(max_size=60))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_stands_in_a_paper_the_beginning_is_toml(names: list[str], said: str) -> None:
    import json

    blob = json.dumps({"a": dict.fromkeys(names, said)}, ensure_ascii=True).encode()
    try:
        text = begun_map(blob, "ours")
    except Refused:
        return
    assert tomllib.loads(text)["name"] == "ours"
