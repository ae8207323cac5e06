"""Acts of the house with their signed papers: rows that facts bring, and that a later act only marks as replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.words.facts import ActIssued, ActSigned, Fact
from beket.words.ids import PlaceId, entry_ref, split_ref

ACTS: Final = (ActIssued, ActSigned)
"""The facts that are gathered here."""

_ENCODER: Final = msgspec.json.Encoder()


class ActRow(Struct):
    """An act as it was issued."""

    number: str
    place: str
    seq: int
    idx: int
    crossing: str
    decision: str
    act: str
    sha256: str
    at: int


class ReplacedRow(Struct):
    """An act whose place another took."""

    number: str
    replaced_by: str


class SignedRow(Struct):
    """The signed paper of an act: the entry that brought it, and the fact that it counts."""

    number: str
    signed: str
    signed_fact: str
    signed_at: int
    pdf: str
    size: int
    signer: str
    certificate: str
    demo: bool


class Acts(Struct):
    """The rows of one batch."""

    issued: list[ActRow] = field(default_factory=list)
    replaced: list[ReplacedRow] = field(default_factory=list)
    signed: list[SignedRow] = field(default_factory=list)


def gather_act(acts: Acts, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case ActIssued():
            text = _ENCODER.encode(fact.act).decode()
            row = ActRow(fact.act.number, place, *ref, fact.crossing, fact.decision_id, text, fact.sha256, fact.at)
            acts.issued.append(row)
            if fact.act.replaces is not None:
                acts.replaced.append(ReplacedRow(fact.act.replaces, fact.act.number))
        case ActSigned():
            acts.signed.append(
                SignedRow(
                    fact.number, fact.because[0], entry_ref(*ref), fact.at, fact.pdf, fact.size, fact.signer,
                    fact.certificate, fact.demo,
                )
            )  # fmt: skip
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in ACTS")


def number_acts(acts: Acts, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for row in acts.issued:
        row.seq, row.idx = refs[row.idx]
    for signed in acts.signed:
        signed.signed_fact = entry_ref(*refs[split_ref(signed.signed_fact)[1]])


def written(acts: Acts) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows: an act before what became of it."""
    yield ISSUED, acts.issued
    yield REPLACED, acts.replaced
    yield SIGNED, acts.signed


ISSUED: Final = """
INSERT INTO BOARD.act (number, place, seq, idx, crossing, decision, act, sha256, at)
SELECT * FROM SPREAD AS e ON CONFLICT (number) DO NOTHING
"""

REPLACED: Final = """
UPDATE BOARD.act AS a SET replaced_by = e.replaced_by FROM SPREAD AS e WHERE a.number = e.number
"""

SIGNED: Final = """
UPDATE BOARD.act AS a SET signed = e.signed, signed_fact = e.signed_fact, signed_at = e.signed_at, pdf = e.pdf,
  size = e.size, signer = e.signer, certificate = e.certificate, demo = e.demo
FROM SPREAD AS e WHERE a.number = e.number
"""
