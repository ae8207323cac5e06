"""A procedure is in force when a second person agreed, from its day on; a crossing goes on by the one it began with."""

from __future__ import annotations

from typing import Any

import pytest

from beket.words.decisions import RejectProcedure
from beket.words.facts import ProcedureApproved, ProcedureProposed, ProcedureRejected
from beket.words.ids import EntryRef, sha256
from tests.core.procedures.desk import SHORT, Desk, minutes, why
from tests.core.test_documents import of

LONGER = SHORT.replace("norm_s = 600", "norm_s = 900")


def proposed(desk: Desk, at_s: float = 0, text: str = LONGER, **named: object) -> EntryRef:
    """A procedure that waits."""
    assert of(desk.propose(at_s, text, **named), ProcedureProposed)
    return desk.last


def test_two_persons_put_it_in_force() -> None:
    (approved,) = of(Desk().facts, ProcedureApproved)
    assert (approved.code, approved.version, approved.by, approved.second) == ("short", 1, "a.asanov", "b.bekov")


def test_one_person_does_not() -> None:
    desk = Desk()
    ref = proposed(desk)
    assert why(desk.approve(5, ref, sha256(LONGER.encode()), by="a.asanov")) == ["second_person"]
    assert len(desk.state.procedures.in_force) == 1


def test_nor_who_has_read_another_text() -> None:
    desk = Desk()
    ref = proposed(desk)
    assert why(desk.approve(5, ref, sha256(b"another"))) == ["procedure_changed_meanwhile"]


def test_it_is_in_force_from_its_day_and_not_before_the_second_person() -> None:
    desk = Desk()
    ref = proposed(desk, from_at=minutes(60))
    (approved,) = of(desk.approve(60, ref, sha256(LONGER.encode())), ProcedureApproved)
    assert (approved.version, approved.from_at) == (2, minutes(60))
    desk.says("120 front 01111AAA")
    desk.says("3601 front@2 01222BBB")
    first, second = (desk.state.procedures.courses[crossing].procedure for crossing in desk.opened)
    assert (first, second) == (sha256(SHORT.encode()), sha256(LONGER.encode()))
    late = proposed(desk, 4000, SHORT, from_at=minutes(60))
    (approved,) = of(desk.approve(4200, late, sha256(SHORT.encode())), ProcedureApproved)
    assert approved.from_at == minutes(70)


def test_it_is_rejected_with_a_reason() -> None:
    desk = Desk()
    ref = proposed(desk)
    assert why(desk.takes(5, RejectProcedure, of=ref, why=" ")) == ["no_reason"]
    assert of(desk.takes(6, RejectProcedure, of=ref, why="too long"), ProcedureRejected)
    assert why(desk.approve(7, ref, sha256(LONGER.encode()))) == ["no_such_procedure"]


@pytest.mark.parametrize(
    ("named", "refused"),
    [
        ({"text": "code = 1"}, "procedure_unusable"),
        ({"text": SHORT}, "procedure_is_the_same"),
        ({"sha256": "0" * 64}, "procedure_torn"),
        ({"role": "inspector"}, "not_allowed"),
        ({"from_at": minutes(-120)}, "not_from_then"),
        ({"from_at": minutes(60 * 24 * 500)}, "not_from_then"),
    ],
)
def test_what_cannot_be_in_force_is_refused_by_name(named: dict[str, Any], refused: str) -> None:
    desk = Desk()
    text = str(named.pop("text", LONGER))
    assert why(desk.propose(0, text, **named)) == [refused]
