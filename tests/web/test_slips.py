"""Slips at the desk: printed at any moment, signed or preliminary; scanned back after an outage as a claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from msgspec.structs import replace

from beket.app.slips import lend_slips
from beket.core.state import State, apply, empty
from beket.core.step import step
from beket.log.book import Seq
from beket.settings import Settings
from beket.web import slipping
from beket.web.moments import now_ms
from beket.web.shown.slips import HEADS, LEVELS, VERDICTS
from beket.web.slipping import CannotSeal, Slips
from beket.words import facts
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, entry_ref
from beket.words.readings import CodeRead, SlipShown
from beket.words.slips import Slip, Verdict
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


def lent(folder: Path) -> Slips:
    """What signs and checks slips of a house with this folder; nothing is left installed."""
    lend_slips(Settings(data_dir=str(folder)))
    slips = slipping.the_slips()
    slipping.forget(slips)
    return slips


@pytest.fixture
def house(stage: Stage, tmp_path: Path) -> Iterator[Slips]:
    slips = lent(tmp_path)
    slipping.install(slips)
    yield slips
    slipping.forget(slips)


def entries(stage: Stage, place: str) -> list[tuple[EntryRef, Any]]:
    frames = stage.country.book.read(PlaceId(place), Seq(0), 2000)
    return [(entry_ref(one.seq, at), entry.body) for one in frames for at, entry in enumerate(one.entries)]


def conclude(stage: Stage, place: str) -> tuple[facts.Fact, ...]:
    """Have the house think about the slip that was shown last, over all that the chain of the post holds."""
    state: State = empty(PlaceId(place))
    said = entries(stage, place)
    ref, body = next((ref, body) for ref, body in reversed(said) if isinstance(body, SlipShown))
    for one, fact in said:
        if isinstance(fact, facts.Concluded):
            apply(state, one, fact)  # type: ignore[arg-type]
    concluded = step(state, ref, body)
    stage.country.write(place, list(concluded))
    return concluded


def text_of(client: Client, crossing: str) -> str:
    """The text of the code of a slip that is printed now."""
    page = client.get(f"/crossings/{crossing}/slip").content.decode()
    found = re.search(r'name="text" value="([A-Z0-9]+)"', page)
    assert found is not None, page
    return found[1]


def told(client: Client, text: str, **given: str) -> str:
    return unescape(client.post("/slips", {"text": text, **given}).content.decode())


def test_a_slip_says_what_the_log_has_and_its_code_says_the_same(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    client = sign_in("inspector")
    page = unescape(client.get(f"/crossings/{stage.crossing[HERE]}/slip").content.decode())
    for words in (
        stage.crossing[HERE], "KG 01777ABC", "24 400", "in-1", "<svg", "inspector", "Взвешивания", "ДЕМОНСТРАЦИЯ",
    ):  # fmt: skip
        assert words.casefold() in page.casefold().replace("\xa0", " "), words
    found = house.check(text_of(client, stage.crossing[HERE]), now_ms())
    assert (found.verdict, found.ours) == ("good", True)
    slip = found.slip
    assert slip is not None
    assert (slip.crossing, slip.by, slip.signs[0].value) == (stage.crossing[HERE], "inspector", "01777ABC")
    assert [one.gross_kg for one in slip.weighings] == [24_400.0]
    assert [(one.step, one.state) for one in slip.steps] == [("identification", "cleared"), ("radiation", "cleared")]
    for words in ("Радиациялык", "адиационный"):
        assert words.casefold() in page.casefold(), words
    row = stage.country.line.execute("SELECT greatest(seq, fact_seq) FROM position WHERE place = %s", (HERE,))
    assert (slip.position,) == row.fetchone()


def test_a_preliminary_slip_says_so_and_carries_no_code(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    page = sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/slip?preliminary=yes").content.decode()
    assert 'class="preliminary"' in page
    assert ("<svg" in page, 'name="text"' in page) == (False, False)


def test_what_cannot_be_signed_is_preliminary_with_the_reason(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    def no_key(_slip: Slip) -> str:
        raise CannotSeal("the key is away")

    slipping.install(broken := replace(house, seal=no_key))
    try:
        page = sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/slip").content.decode()
    finally:
        slipping.forget(broken)
    assert 'class="preliminary"' in page
    assert ("the key is away" in page, "<svg" in page) == (True, False)


def test_a_house_without_keys_prints_preliminary_slips_and_checks_none(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    assert 'class="preliminary"' in client.get(f"/crossings/{stage.crossing[HERE]}/slip").content.decode()
    assert "nothing that signs slips" in told(client, "BEKET1AAAA")


@pytest.mark.parametrize("paper", ["roll", "a4"])
def test_it_is_for_a_roll_and_for_a_sheet(stage: Stage, sign_in: SignIn, house: Slips, paper: str) -> None:
    page = sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/slip?paper={paper}").content.decode()
    assert f'<html lang="ky" class="{paper}">' in page


# ── scanned back ───────────────────────────────────────────────────────────


def lorry(stage: Stage, place: str, plate: str) -> CrossingId:
    return stage.country.arrive(place, plate, now_ms() - 60_000)


def test_after_an_outage_a_slip_of_the_neighbour_is_kept_and_found_by_the_camera(
    stage: Stage, sign_in: SignIn, house: Slips
) -> None:
    text = text_of(sign_in("duty_officer"), lorry(stage, THERE, "01543SLP"))
    client = sign_in("inspector")
    page = told(client, text)
    for words in ("claimed, not proven", "01543SLP", "No lorry with this plate was seen here", THERE):
        assert words in page, words
    answer = client.post("/slips", {"text": text, "do": "take", "place": HERE})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/slips?kept={HERE}")
    (kept,) = conclude(stage, HERE)
    assert isinstance(kept, facts.SlipClaimed)
    assert kept.crossing is None
    listed = client.get(f"/slips?kept={HERE}").content.decode()
    assert "01543SLP" in listed.split("Slips that wait", 1)[1]
    shown = [body for _, body in entries(stage, HERE) if isinstance(body, SlipShown)][-1]
    assert (shown.by, shown.signer, shown.slip.place) == ("inspector", "", THERE)
    assert sign_in("duty_officer").get(f"/log/{HERE}/{kept.of}/raw").content.decode() == text

    # the lorry comes, and the slip is its
    crossing = lorry(stage, HERE, "01543SLP")
    claimed = replace(kept, crossing=crossing, fits="plate", because=(kept.of,))
    stage.country.write(HERE, [claimed])
    dossier = client.get(f"/crossings/{crossing}").content.decode()
    assert "claimed, not proven" in dossier
    assert 'id="slips"' in dossier
    assert "01543SLP" not in client.get("/slips").content.decode()


def test_a_slip_is_taken_in_for_its_lorry_once(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    client, crossing = sign_in("inspector"), lorry(stage, HERE, "01601SLP")
    text = text_of(client, crossing)
    page = told(client, text)
    assert re.search(rf'value="{re.escape(crossing)}" required checked', page)
    before = len(entries(stage, HERE))
    answer = client.post("/slips", {"text": f" {text.lower()} ", "do": "take", "crossing": crossing})
    assert answer.headers["Location"] == f"/crossings/{crossing}#slips"
    (claimed,) = conclude(stage, HERE)
    assert isinstance(claimed, facts.SlipClaimed)
    assert (claimed.crossing, claimed.fits) == (crossing, "order")
    assert len(entries(stage, HERE)) == before + 2
    client.post("/slips", {"text": text, "do": "take", "crossing": crossing})
    assert len(entries(stage, HERE)) == before + 2, "the same slip for the same crossing is the same reading"


def test_one_for_a_crossing_that_turned_out_to_be_another_is_that_ones(
    stage: Stage, sign_in: SignIn, house: Slips
) -> None:
    client, gone, into = sign_in("inspector"), lorry(stage, HERE, "01611SLP"), lorry(stage, HERE, "01612SLP")
    text = text_of(client, gone)
    because = (entries(stage, HERE)[-1][0],)
    stage.country.write(HERE, [facts.CrossingsJoined(at=now_ms(), because=because, crossing=gone, into=into)])
    answer = client.post("/slips", {"text": text, "do": "take", "crossing": gone})
    assert answer.headers["Location"] == f"/crossings/{into}#slips"
    (claimed, *_) = conclude(stage, HERE)
    assert isinstance(claimed, facts.SlipClaimed)
    assert claimed.crossing == into
    assert "01611SLP" in client.get(f"/crossings/{into}").content.decode()


def test_another_plate_is_said_before_and_is_a_finding_after(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    client = sign_in("inspector")
    crossing = lorry(stage, HERE, "01703SLP")
    text = text_of(sign_in("duty_officer"), lorry(stage, THERE, "01702SLP"))
    page = told(client, text, crossing=crossing)
    choice = page.split(f'type="radio" name="crossing" value="{crossing}"', 1)[1].split("</label>", 1)[0]
    assert "another plate" in choice
    client.post("/slips", {"text": text, "do": "take", "crossing": crossing})
    concluded = conclude(stage, HERE)
    assert [one.rule for one in concluded if isinstance(one, facts.FindingRaised)] == ["P07"]
    dossier = client.get(f"/crossings/{crossing}").content.decode()
    assert "names another vehicle" in dossier
    assert 'tr class="odd"><th scope="row">Plates and numbers' in dossier


def test_a_lorry_must_be_chosen(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    client = sign_in("inspector")
    answer = client.post("/slips", {"text": text_of(client, stage.crossing[HERE]), "do": "take"})
    assert (answer.status_code, "Choose the lorry" in answer.content.decode()) == (422, True)
    odd = client.post("/slips", {"text": text_of(client, stage.crossing[HERE]), "do": "take", "crossing": "\0' OR 1=1"})
    assert odd.status_code == 422
    assert client.get("/slips?crossing=%00").status_code == 200


def changed(text: str) -> str:
    return text[:60] + ("A" if text[60] != "A" else "B") + text[61:]


def test_what_is_refused_is_refused_in_words_and_appends_nothing(
    stage: Stage, sign_in: SignIn, house: Slips, tmp_path: Path
) -> None:
    client, crossing = sign_in("inspector"), stage.crossing[HERE]
    text = text_of(client, crossing)
    slip = house.check(text, now_ms()).slip
    assert slip is not None
    stranger = lent(tmp_path / "elsewhere").seal(slip)
    late = house.seal(replace(slip, at=Instant(slip.at - 10**9), until_at=Instant(slip.at - 1000)))
    early = house.seal(replace(slip, at=Instant(slip.at + 10**9), until_at=Instant(slip.at + 2 * 10**9)))
    refused = {
        changed(text): "the signature does not hold", text[:-7]: "the signature does not hold",
        stranger: "nobody whose key is known", late: "has expired", early: "later than now",
        "4870001": "not the code of a slip",
    }  # fmt: skip
    before = stage.country.book.heads()
    for given, words in refused.items():
        answer = client.post("/slips", {"text": given, "do": "take", "crossing": crossing})
        page = unescape(answer.content.decode())
        assert (answer.status_code, words in page) == (422, True), words
        assert 'value="take"' not in page
    assert "Go by nothing of it" in told(client, stranger)
    assert stage.country.book.heads() == before


def test_nothing_is_taken_in_at_another_post_nor_where_there_is_none(
    stage: Stage, sign_in: SignIn, house: Slips
) -> None:
    client = sign_in("inspector")
    text = text_of(client, stage.crossing[HERE])
    before = stage.country.book.heads()
    for given in ({"crossing": stage.crossing[THERE]}, {"place": THERE}, {"crossing": f"{HERE}:9999.0"}):
        assert client.post("/slips", {"text": text, "do": "take", **given}).status_code == 404
    anywhere = sign_in("duty_officer").post("/slips", {"text": text, "do": "take", "place": "KG-NOT-A"})
    assert anywhere.status_code == 404
    assert sign_in("auditor").post("/slips", {"text": text, "do": "take", "place": HERE}).status_code == 403
    assert stage.country.book.heads() == before


def test_what_a_slip_says_is_shown_and_never_run(stage: Stage, sign_in: SignIn, house: Slips) -> None:
    client = sign_in("inspector")
    slip = house.check(text_of(client, stage.crossing[HERE]), now_ms()).slip
    assert slip is not None
    page = client.post("/slips", {"text": house.seal(replace(slip, lane="<script>alert(1)</script>"))})
    assert b"<script>alert" not in page.content


def test_a_code_that_a_reader_of_a_lane_read_is_looked_at_from_the_dossier(
    stage: Stage, sign_in: SignIn, house: Slips
) -> None:
    client = sign_in("inspector")
    text = text_of(client, stage.crossing[HERE])
    said = CodeRead(device_id="KG-TOR-A/in-1/window", received=now_ms(), reading_id="c" * 32, text=text)  # type: ignore[arg-type]
    (ref,) = stage.country.write(HERE, [said])
    attached = facts.EvidenceAttached(
        at=now_ms(), because=(ref,), crossing=stage.crossing[HERE], of=ref, evidence="code", device=said.device_id,
        lane="in-1", zone="control",  # type: ignore[arg-type]
    )  # fmt: skip
    stage.country.write(HERE, [attached])
    dossier = client.get(f"/crossings/{stage.crossing[HERE]}").content.decode()
    address = f"/slips?entry={HERE}/{ref}&amp;crossing={stage.crossing[HERE]}"
    assert f'href="{address}"' in dossier
    assert "The signature holds" in client.get(unescape(address)).content.decode()
    other = next(ref for ref, body in entries(stage, HERE) if not isinstance(body, CodeRead))
    assert "The signature holds" not in client.get(f"/slips?entry={HERE}/{other}").content.decode()
    assert client.get(f"/slips?entry={THERE}/{ref}").status_code == 404


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS) == set(HEADS) == set(LEVELS) == set(get_args(Verdict))
