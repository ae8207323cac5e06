"""The panel of weights and the page of limits: what they say of each load, and whose eyes see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from msgspec.structs import replace

from beket.app.fees import fees_in
from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.board.panels.weights import Other, Scale, Weighing
from beket.log.book import Seq
from beket.web import fees as web_fees
from beket.web.shown.limits import show_limits
from beket.web.shown.weights import Known, ShownWeights, show_weights
from beket.words.decisions import Ordered, ProposeWeightLimits
from beket.words.facts import WeightLimitsProposed, WeightLimitsSet
from beket.words.gist import Gist, Sum
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, PlaceId, sha256
from beket.words.readings import Axle
from beket.words.shipped_limits import shipped_limits
from tests.web.conftest import HERE, THERE, Stage
from tests.web.test_pages import read

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]

NAMES: Final = {HERE: ("Torugart", "Asia/Bishkek")}
AXLES: Final = tuple(
    Axle(load_kg=kg, spacing_m=way) for kg, way in ((7000, None), (12_500, 3.7), (9000, 5.6), (9000, 1.3), (9000, 1.3))
)


def test_a_dossier_shows_each_load_beside_the_row_that_it_falls_under(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("inspector"), f"/crossings/{stage.crossing[HERE]}")
    panel = page[page.index("<h2>Weight</h2>") :]
    for words in ("24,400 kg", "KG-454-gross", "48,500", "unconfirmed", "± 60", "verification not in the register"):
        assert words in panel
    assert "It was not weighed before." in panel
    assert re.search(r'<meter min="0" max="60625" high="48500" value="24400"', panel)
    assert re.search(r"Consignment note \(CMR\).*?337.*?\+24,063", panel, re.DOTALL)


def test_the_page_of_limits_names_every_row_with_its_source(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("inspector"), "/limits")
    for row in shipped_limits().rows:
        assert row.id in page
        assert row.source.partition("(")[0] in page
    assert page.count("<strong>unconfirmed</strong>") == len(shipped_limits().rows)
    for words in ("2 axles in all", "from 01.06. to 01.09. of each year", "from 10:00 to 20:00", "at 28 °C and above"):
        assert words in page


FEES: Final = {
    "sound.toml": 'title = "Trial fees"\n[[fee]]\nid = "F-1"\nlimits = "gross"\nabove_kg_from = 100\n'
    'above_kg_below = 5000\namount = 1000.50\ncurrency = "KGS"\nsource = "decree <7>"\nvalid_from = "2020-01-01"\n',
    "torn.toml": 'title = "Torn"\n\n[[fee]]\nid = "F-2"\nlimits = "axle"\nabove_kg_from = 0\namount = -5\n'
    'currency = "KGS"\nsource = "s"\nvalid_from = "2020-01-01"\n',
}


def test_the_page_of_limits_shows_the_tables_of_fees_and_what_is_wrong_with_one(
    stage: Stage, sign_in: SignIn, tmp_path: Path
) -> None:
    client = sign_in("inspector")
    assert "No table of fees is in force here" in read(client, "/limits")
    for name, text in FEES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    look = partial(fees_in, tmp_path)
    web_fees.install(look)
    try:
        page = read(client, f"/limits?place={HERE}")
    finally:
        web_fees.forget(look)
    panel = page[page.index('id="fees"') :]
    for words in ("Trial fees", "F-1", "whole", "from 100 to below 5,000 kg", "1,000.5 KGS", "decree &lt;7&gt;"):
        assert words in panel, words
    assert re.search(r"1 Jan 2020 –\s+<span class=\"dim\">law today</span>", panel)
    assert "<strong>unconfirmed</strong>" in panel
    left_out = panel[panel.index("left out") : panel.index("</p>")]
    for words in ("torn.toml", "line 3, F-2", "amount is below nought"):
        assert words in left_out, words


def test_what_is_law_today_stands_first() -> None:
    shown = show_limits(shipped_limits(), "2026-11-22")
    assert [row.state for row in shown.rows] == ["law today"] * 4 + ["no longer"] * 4
    assert {row.state for row in show_limits(shipped_limits(), "2011-08-07").rows} == {"not yet"}


TABLE: Final = (
    'title = "Own"\n[[limit]]\nid = "own"\ncountry = "KG"\nlimits = "gross"\nkg = 12345\nvalid_from = "2020-01-01"\n'
    'source = "own decree"\nconfirmed = true\n'
)
OF: Final = EntryRef("900.0")


def waits(stage: Stage, by: str) -> None:
    """A table of somebody waits for a second person."""
    proposed = WeightLimitsProposed(
        at=Instant(stage.country.now), because=(OF,), text=TABLE, sha256=sha256(TABLE.encode()), by=by
    )
    stage.country.write(THERE, [proposed])


def test_a_table_that_waits_is_shown_with_what_it_changes_and_another_person_is_asked(
    stage: Stage, sign_in: SignIn
) -> None:
    waits(stage, "a.asanov")
    page = read(sign_in("duty_officer"), f"/limits?place={THERE}")
    assert "<ins>+ kg = 12345</ins>" in page
    assert 'value="approve"' in page
    assert 'name="do" value="propose"' in page
    seen = read(sign_in("auditor"), f"/limits?place={THERE}")
    assert "waits for a second person" in seen
    assert 'name="do"' not in seen


def test_a_table_in_force_is_what_weighings_are_shown_beside(stage: Stage, sign_in: SignIn) -> None:
    waits(stage, "a.asanov")
    settled = WeightLimitsSet(
        at=Instant(stage.country.now), because=(OF,), of=OF, text=TABLE, sha256=sha256(TABLE.encode()), by="a.asanov",
        second="b.bekov",
    )  # fmt: skip
    stage.country.write(THERE, [settled])
    page = read(sign_in("duty_officer"), f"/limits?place={THERE}")
    assert "Version 1, proposed by a.asanov and approved by b.bekov" in page
    assert "own decree" in page
    assert "<strong>unconfirmed</strong>" not in page
    assert "own decree" in read(sign_in("duty_officer"), f"/crossings/{stage.crossing[THERE]}")


def test_a_proposal_is_appended_with_the_text_and_a_doubtful_one_is_told_at_once(
    stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.2)
    client = sign_in("duty_officer")
    bad = client.post(f"/limits?place={HERE}", {"do": "propose", "text": TABLE.replace("12345", "0")})
    assert "This table cannot be gone by: own kg is not between" in bad.content.decode()
    good = client.post(f"/limits?place={HERE}", {"do": "propose", "text": TABLE.replace("\n", "\r\n")})
    assert "still awaited" in good.content.decode()
    said = [one for one in ordered(stage) if isinstance(one, ProposeWeightLimits)]
    assert [(one.by, one.text, one.sha256) for one in said] == [("duty_officer", TABLE, sha256(TABLE.encode()))]


@pytest.mark.parametrize("form", [{"do": "approve", "of": "9.0", "seen": "0" * 64}, {"do": "reject", "of": "9.0"}])
def test_who_may_not_write_limits_decides_nothing(stage: Stage, sign_in: SignIn, form: dict[str, str]) -> None:
    before = len(ordered(stage))
    assert sign_in("inspector").post(f"/limits?place={HERE}", form).status_code in {403, 404}
    assert sign_in("inspector").get(f"/limits?place={THERE}").status_code == 404
    assert len(ordered(stage)) == before


def ordered(stage: Stage) -> list[object]:
    """All that stands in the chain of this post."""
    frames = stage.country.book.read(PlaceId(HERE), Seq(0), 1000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, Ordered)]


def rolled(stage: Stage, **known: Any) -> ShownWeights:  # noqa: ANN401 - as Known has it
    """What is shown of a lorry that rolled over a strip."""
    return show_weights(held(stage), Known(weighings=(weighing(stage),), **known), shipped_limits(), NAMES)


def held(stage: Stage) -> Dossier:
    """The dossier of the lorry at this post."""
    from django.db import connection

    from beket.board.panels.dossier import dossier

    with connection.cursor() as cursor:
        found = dossier(cursor, stage.crossing[HERE])
    assert found is not None
    return found


def weighing(stage: Stage) -> Weighing:
    """Its weighing, had it rolled over a strip whose verification ran out long ago."""
    (said,) = [one for one in held(stage).evidence if one.gross_kg is not None]
    return Weighing(
        said=replace(said, kind="wim_pass"), gross_kg=46_500.0, axles=AXLES, temperature_c=None,
        scale=Scale(id=DeviceId("strip"), klass="wim", accuracy_class="5/D", verified_until="2020-01-01"),
    )  # fmt: skip


def finding(stage: Stage, rule: str, subject: str) -> Finding:
    """Something found above a limit."""
    ref = weighing(stage).said.ref
    return Finding(
        about=stage.crossing[HERE], place=PlaceId(HERE), rule=rule, subject=subject, level="medium", values={},
        documents=(), at=Instant(0), because=(EntryRef("1.0"), ref), fact=EntryRef("1.1"), active=True,
    )  # fmt: skip


def test_axles_and_their_limits_are_shown_and_marked_where_a_rule_found_them(stage: Stage) -> None:
    (shown,) = rolled(stage, findings=(finding(stage, "W11", "2"),)).weighings
    assert shown.run_out
    assert [(load.word, load.kg, load.error, load.limit_kg, load.odd) for load in shown.loads] == [
        ("whole", "46,500", "2,325", "48,500", ""),
        ("axle 1", "7,000", "280", "10,000", ""),
        ("axle 2", "12,500", "500", "10,000", "medium"),
        ("three axles 3–5", "27,000", "1,080", "", ""),
    ]


def test_nothing_is_marked_that_no_rule_found(stage: Stage) -> None:
    withdrawn = replace(finding(stage, "W11", "2"), active=False)
    other = finding(stage, "W04", "2")
    (shown,) = rolled(stage, findings=(withdrawn, other)).weighings
    assert {load.odd for load in shown.loads} == {""}


def test_other_times_say_how_far_they_are_off_and_which_was_the_lightest(stage: Stage) -> None:
    empty = Other(
        id=CrossingId("KG-TOR-A:1.0"), place=PlaceId(HERE), direction="in", opened_at=Instant(0), gross_kg=14_000.0,
        plate="01777ABC", country="KG", trailer="02BB",
    )  # fmt: skip
    full = replace(empty, gross_kg=50_000.0, trailer=None)
    shown = rolled(stage, others=(empty, full)).others
    assert [(one.off, one.lightest, one.other_trailer) for one in shown] == [
        ("+32,500", True, True),
        ("−3,500", False, False),
    ]


@pytest.mark.parametrize(("kind", "permits"), [("permit", 1), ("advance_information", 0)])
def test_a_permit_is_shown_and_declares_nothing(stage: Stage, kind: str, permits: int) -> None:
    shown = rolled(stage, papers=(on_file(stage, kind),))
    assert [(one.number, one.most, one.valid) for one in shown.permits] == [
        ("SP-100", "55,000", "1 Jan 2026 – 31 Dec 2026")
    ] * permits
    assert len(shown.declared) == (0 if permits else 2)


def on_file(stage: Stage, kind: Any) -> Held:  # noqa: ANN401 - a kind of document
    """A paper that tells the mass of goods and vehicle."""
    from beket.web import access
    from beket.web.eyes import Eyes

    before = access.document(Eyes((("duty_officer", ""),)), stage.document[HERE])[0]
    gist = Gist(
        kind=kind, format="trial", number="SP-100", told=Sum(gross_kg=Decimal(20_000)), conveyance_kg=Decimal(55_000),
        valid_from="2026-01-01", valid_until="2026-12-31",
    )  # fmt: skip
    row = replace(before.row, kind=kind, number="SP-100", id=DocumentId("KG-TOR-A:9.0"))
    return Held(row=row, gist=gist)


def test_a_table_that_this_program_cannot_go_by_is_told(stage: Stage, sign_in: SignIn) -> None:
    of = EntryRef("901.0")
    told: Any = {"text": "title = 1", "sha256": sha256(b"title = 1"), "by": "a.asanov"}
    at = Instant(stage.country.now)
    stage.country.write(THERE, [WeightLimitsProposed(at=at, because=(of,), **told)])
    stage.country.write(THERE, [WeightLimitsSet(at=at, because=(of,), of=of, second="b.bekov", version=9, **told)])
    page = read(sign_in("duty_officer"), f"/limits?place={THERE}")
    assert "The one that comes with the house counts." in page
    assert "KG-454-gross" in page
