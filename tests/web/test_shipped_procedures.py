"""The procedures that come with the house are sound, and say in three languages what the sources say."""

from __future__ import annotations

import pytest

from beket.web.procedures import shipped_procedures
from beket.words.procedures import read_procedure

TEMPLATES = {"external_road", "consolidated_post", "rail", "air"}


def test_each_kind_of_post_has_one_for_each_direction() -> None:
    read = [read_procedure(text) for text in shipped_procedures().values()]
    assert {(one.template, one.direction) for one in read} == {
        (template, direction) for template in TEMPLATES for direction in ("in", "out")
    }
    assert all(one.trial for one in read)


@pytest.mark.parametrize("code", shipped_procedures())
def test_a_shipped_one_is_named_as_its_file_and_speaks_three_languages(code: str) -> None:
    procedure = read_procedure(shipped_procedures()[code])
    assert procedure.code == code
    names = [procedure.name, *(step.name for step in procedure.steps)]
    names += [outcome.name for step in procedure.steps for outcome in step.outcomes]
    assert all(name.ky and name.ru and name.en for name in names)
    assert all(name.ky != name.ru for name in names)


def test_examination_and_inspection_are_two_steps() -> None:
    steps = {step.code: step for step in read_procedure(shipped_procedures()["external_road_in"]).steps}
    assert (steps["examination"].name.ru, steps["inspection"].name.ru) == ("Таможенный осмотр", "Таможенный досмотр")
    assert steps["examination"].proof != steps["inspection"].proof


def test_on_the_unions_inner_border_tax_leads() -> None:
    procedure = read_procedure(shipped_procedures()["consolidated_in"])
    (leading,) = (step for step in procedure.steps if step.releases)
    assert leading.agency == "tax"
    assert [one.code for one in leading.outcomes] == ["accounted", "remark", "parking", "return", "law"]
    assert "customs" not in {step.agency for step in procedure.steps if not step.when}
