"""Acts at the desk: filled from the dossier, issued with a number, signed once, and checked by anybody who has one."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from msgspec.structs import replace

from beket.core.acts.apply import apply
from beket.core.acts.react import react
from beket.core.acts.state import Acts, standing_key
from beket.log.book import Seq
from beket.web import fees as web_fees
from beket.web import pressing
from beket.web.accounts.pace import Pace
from beket.web.fees import FeesSeen
from beket.web.pressing import CannotPress, Press, Pressed, Sheet
from beket.web.shown.acts import ACT_OUTCOMES, ROLES, SAID, SORTS
from beket.words import facts
from beket.words.acts import OUTCOMES, ActOutcome, check_of
from beket.words.decisions import IssueAct, SignAct
from beket.words.fees import Fee, Fees
from beket.words.ids import EntryRef, Instant, PlaceId, entry_ref, sha256
from beket.words.roles import MAY
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


@pytest.fixture(autouse=True)
def checking(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The page for anybody; each test asks as if nobody had asked before."""
    from beket.web.pages import checking

    monkeypatch.setattr(checking, "ADDRESSES", Pace(at_once=checking.AT_ONCE, per_s=checking.PER_S))
    monkeypatch.setattr(
        checking, "NUMBERS", Pace(at_once=checking.OF_A_NUMBER_AT_ONCE, per_s=checking.OF_A_NUMBER_PER_S)
    )
    return checking


class Thinker:
    """Concludes of acts what the house would, from the chain of one post."""

    def __init__(self, stage: Stage, place: str = HERE) -> None:
        self.stage, self.place = stage, PlaceId(place)
        self.acts = Acts(crossings={stage.crossing[place]: None})
        self.acts.last["2026"] = 1 + len(self._frames(lambda body: isinstance(body, facts.ActIssued)))
        for one in self.said(facts.ActIssued):
            self.acts.standing[standing_key(one.crossing, one.act.sort)] = one.act.number
        self.seq = self.stage.country.book.heads()[0].seq
        self.seq = next(head.seq for head in self.stage.country.book.heads() if head.place == self.place)
        self.sheets: list[Sheet] = []
        self.trouble = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Thinker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def press(self, sheet: Sheet) -> Pressed:
        if self.trouble:
            raise CannotPress(self.trouble)
        self.sheets.append(msgspec.msgpack.decode(msgspec.msgpack.encode(sheet), type=Sheet))  # it leaves the process
        pdf = b"%PDF-1.7 " + sheet.digest.encode()
        return Pressed(pdf=pdf, signer=f"CN=DEMO {sheet.account}", certificate=sha256(b"c"), demo=True)

    def said(self, kind: Any) -> list[Any]:  # noqa: ANN401
        return self._frames(lambda body: isinstance(body, kind))

    def _frames(self, wanted: Callable[[object], bool]) -> list[Any]:
        frames = self.stage.country.book.read(self.place, Seq(0), 1000)
        return [entry.body for frame in frames for entry in frame.entries if wanted(entry.body)]

    def _run(self) -> None:
        while not self._stop.is_set():
            for frame in self.stage.country.book.read(self.place, self.seq, 10):
                self.seq = frame.seq
                for index, entry in enumerate(frame.entries):
                    if isinstance(entry.body, IssueAct | SignAct):
                        self._conclude(entry_ref(frame.seq, index), entry.body)
            time.sleep(0.01)

    def _conclude(self, ref: EntryRef, body: IssueAct | SignAct) -> None:
        concluded = react(self.acts, self.place, ref, body)
        for fact in concluded:
            apply(self.acts, fact)
        self.stage.country.write(self.place, list(concluded))


@pytest.fixture
def thinker(stage: Stage) -> Iterator[Thinker]:
    with Thinker(stage) as one:
        press = Press(demo=True, press=one.press)
        pressing.install(press)
        yield one
        pressing.forget(press)


def form(client: Client, path: str, **given: str) -> dict[str, str]:
    """What a browser would send back: the hidden fields as they came, and what the officer wrote."""
    page = client.get(path).content.decode()
    hidden = {name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("sort", "seen", "before")}
    return {**hidden, "outcome": "agrees", "confirmed": "yes", **given}


def path_of(stage: Stage, sort: str = "examination", place: str = HERE) -> str:
    return f"/crossings/{stage.crossing[place]}/act?sort={sort}"


def test_an_act_is_filled_from_the_dossier(stage: Stage, sign_in: SignIn, thinker: Thinker) -> None:
    page = sign_in("inspector").get(path_of(stage)).content.decode()
    for words in ("01777ABC", "24,400 kg", "CMR-&lt;b&gt;100&lt;/b&gt;", "W03", "in-1/scale", "Examination act"):
        assert words in page, words
    assert "<b>100" not in page


def test_an_act_is_issued_signed_and_given_out_as_it_was_signed(
    stage: Stage, sign_in: SignIn, thinker: Thinker
) -> None:
    client, path = sign_in("inspector"), path_of(stage)
    answer = client.post(path, form(client, path, remarks=" seals whole\r\n and <b>right</b> "))
    issued = thinker.said(facts.ActIssued)[-1]
    number = issued.act.number
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/acts/{number}")
    assert (issued.act.by, issued.act.role, issued.act.content.remarks) == (
        "inspector", "inspector", "seals whole\n and <b>right</b>",
    )  # fmt: skip
    assert issued.act.content.weighings[0].gross_kg == 24_400
    page = client.get(f"/acts/{number}").content.decode()
    assert "&lt;b&gt;right&lt;/b&gt;" in page
    assert "Signed, demonstration" in page
    paper = client.get(f"/acts/{number}.pdf")
    assert paper.content == b"%PDF-1.7 " + issued.sha256.encode()
    assert paper.headers["Content-Disposition"] == f'attachment; filename="{number}.pdf"'
    assert paper.headers["Content-Type"] == "application/pdf"
    dossier = client.get(f"/crossings/{stage.crossing[HERE]}").content.decode()
    assert f'href="/acts/{number}.pdf"' in dossier
    checked = sign_in("?").post("/verify", {"file": SimpleUploadedFile("a.pdf", paper.content)}).content.decode()
    assert "byte for byte" in checked
    assert f'href="/log/{HERE}' not in page, "an inspector has no way to the log"
    entry = sign_in("duty_officer").get(f"/acts/{number}").content.decode().split(f'href="/log/{HERE}/')[-1]
    assert sign_in("duty_officer").get(f"/log/{HERE}/{entry.split(chr(34), 1)[0]}/raw").content == paper.content
    (sheet,) = thinker.sheets
    assert (sheet.number, sheet.digest, sheet.account) == (number, issued.sha256, "inspector")

    # the one that stands is shown, and a new one takes its place
    assert number in client.get(path).content.decode()
    client.post(path, form(client, path, outcome="differs", reasons="one seal is another"))
    later = thinker.said(facts.ActIssued)[-1]
    assert later.act.replaces == number
    told = sign_in("?").get(f"/verify?number={number}&check={check_of(issued.sha256)}").content.decode()
    assert "does not stand any more" in told
    assert later.act.number in client.get(f"/acts/{number}").content.decode()


def test_what_could_not_be_signed_is_issued_and_signed_later_by_who_issued_it(
    stage: Stage, sign_in: SignIn, thinker: Thinker
) -> None:
    client, path = sign_in("inspector"), path_of(stage, "refusal")
    thinker.trouble = "fonts are missing here"
    answer = client.post(path, form(client, path, outcome="entry_refused", reasons="no papers"))
    assert (answer.status_code, "fonts are missing here" in answer.content.decode()) == (409, True)
    issued = thinker.said(facts.ActIssued)[-1]
    number = issued.act.number
    assert client.get(f"/acts/{number}.pdf").status_code == 404
    other = sign_in("duty_officer").post(f"/acts/{number}/sign")
    assert (other.status_code, "signed by the officer who issued it" in other.content.decode()) == (409, True)
    thinker.trouble = ""
    assert client.post(f"/acts/{number}/sign").status_code == 302
    assert client.get(f"/acts/{number}.pdf").status_code == 200
    assert client.post(f"/acts/{number}/sign").status_code == 302
    assert len([one for one in thinker.said(SignAct) if one.number == number]) == 1


@pytest.mark.parametrize(
    ("sort", "given", "said"),
    [
        ("crossing", {"outcome": ""}, "Choose the outcome."),
        ("crossing", {"outcome": "agrees"}, "Choose the outcome."),
        ("crossing", {"outcome": "held", "reasons": "  "}, "does not speak for itself"),
        ("crossing", {"outcome": "released", "confirmed": ""}, "Confirm that you have checked"),
        ("crossing", {"outcome": "released", "remarks": "r" * 2001}, "more than an act can hold"),
        ("crossing", {"outcome": "released", "seen": "0" * 64}, "has changed since"),
        ("crossing", {"outcome": "released", "before": f"{HERE}-2026-000009"}, "has changed since"),
    ],
)
def test_a_form_that_is_not_whole_issues_nothing_and_keeps_what_was_written(
    stage: Stage, sign_in: SignIn, sort: str, given: dict[str, str], said: str
) -> None:
    client, path = sign_in("inspector"), path_of(stage, sort)
    before = stage.country.book.heads()
    answer = client.post(path, form(client, path, **{"reasons": "kept words", **given}))
    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert ("kept words" in page) == ("reasons" not in given)
    assert stage.country.book.heads() == before


FEES = Fees(
    title="Trial fees",
    fee=(
        Fee(
            id="F-1", limits="gross", above_kg_from=3_000, amount=Decimal("1000.50"), currency="KGS",
            source="Trial decree 7", valid_from="2020-01-01",
        ),
    ),
)  # fmt: skip


@pytest.fixture
def tables() -> Iterator[list[FeesSeen]]:
    """The tables of fees that the site has; a test puts others in their place."""
    seen = [FeesSeen(fees=FEES)]
    look = lambda: seen[0]  # noqa: E731 - as short as it can be
    web_fees.install(look)
    yield seen
    web_fees.forget(look)


@pytest.fixture
def heavy(stage: Stage, thinker: Thinker) -> Iterator[None]:
    """The lorry here is above two limits, until the test is over."""
    crossing = stage.crossing[HERE]
    told = {
        "weighed_kg": "52000", "error_kg": "60", "limit_kg": "48500", "above_kg": "3440", "limit_row": "KG-454-gross",
        "limit_source": "decree 454", "limit_from": "2012-01-01", "limit_confirmed": "no", "weighing": "7.0",
        "device": f"{HERE}/in-1/scale", "weighed_on": "2026-11-18", "accuracy_class": "III",
        "verified_on": "2026-01-10", "verified_until": "2026-11-17", "permit": "SP-100",
    }  # fmt: skip
    axle = {
        **told, "axles": "2–3", "weighed_kg": "21000", "error_kg": "840", "limit_kg": "18000", "above_kg": "2160",
        "limit_row": "own", "limit_confirmed": "yes",
    }  # fmt: skip
    del axle["permit"], axle["verified_on"], axle["verified_until"], axle["accuracy_class"]
    because = (EntryRef("7.0"),)
    whole = facts.FindingRaised(
        at=Instant(1), because=because, rule="W10", level="low", crossing=crossing, values=told
    )  # fmt: skip
    pair = replace(whole, rule="W11", level="high", subject="2–3", values=axle)
    gone = [
        facts.FindingWithdrawn(at=Instant(2), because=because, rule=one.rule, crossing=crossing, subject=one.subject)
        for one in (whole, pair)
    ]
    for fact in (whole, pair):
        apply(thinker.acts, fact)
    stage.country.write(HERE, [whole, pair])
    yield
    stage.country.write(HERE, gone)


OVERLOAD = (
    "Above a limit of mass: whole", "52,000 kg, 18 Nov 2026", "in-1/scale (entry 7.0)", "± 60 kg", "48,500 kg",
    "decree 454 (KG-454-gross); law since 1 Jan 2012; not confirmed", "3,440 kg, less the tolerance (7.1 %)", "SP-100",
    "10 Jan 2026 – 17 Nov 2026, had run out when it was weighed", "1,000.5 KGS",
    "Trial decree 7 (F-1); law since 1 Jan 2020",
    "Above a limit of mass: two axles 2–3", "21,000 kg, 18 Nov 2026", "none that covers it was shown",
    "not in the register", "no table for such an excess on this day",
)  # fmt: skip
"""What an act says of the two loads."""


def test_an_overload_is_filled_with_what_was_found_and_nobody_types_over_it(
    stage: Stage, sign_in: SignIn, thinker: Thinker, heavy: None, tables: list[FeesSeen]
) -> None:
    client, path = sign_in("duty_officer"), path_of(stage, "overload")
    page = client.get(path).content.decode()
    for words in OVERLOAD:
        assert words in page, words
    assert 'name="limit_kg"' not in page
    assert "Nothing was found that does not agree" not in page
    typed = {"limit_kg": "20000", "basis": "mine", "weighed_kg": "99999", "fee": "1", "above_kg": "9"}
    assert client.post(path, form(client, path, outcome="fee_due", reasons="fee", **typed)).status_code == 302
    content = thinker.said(facts.ActIssued)[-1].act.content
    assert (content.limit, content.fees) == (None, "Trial fees")
    assert {one.rule for one in content.findings}.isdisjoint({"W10", "W11"}), "each load is told once"
    assert [(one.weighed_kg, one.above_kg, one.fee and one.fee.amount) for one in content.excesses] == [
        (Decimal(52_000), Decimal(3_440), Decimal("1000.50")), (Decimal(21_000), Decimal(2_160), None),
    ]  # fmt: skip


def test_a_table_that_changes_while_the_form_is_open_is_looked_at_again(
    stage: Stage, sign_in: SignIn, thinker: Thinker, heavy: None, tables: list[FeesSeen]
) -> None:
    client, path = sign_in("inspector"), path_of(stage, "overload")
    given = form(client, path, outcome="reloaded")
    tables[0] = FeesSeen()
    answer = client.post(path, given)
    assert (answer.status_code, "has changed since" in answer.content.decode()) == (422, True)
    assert "no table of fees is in force here" in answer.content.decode()


def test_where_nothing_is_above_a_limit_there_is_no_form_and_no_act(
    stage: Stage, sign_in: SignIn, thinker: Thinker
) -> None:
    client, path = sign_in("inspector"), path_of(stage, "overload")
    page = client.get(path).content.decode()
    assert "there is no such act about it" in page
    assert 'name="outcome"' not in page
    before = stage.country.book.heads()
    answer = client.post(path, {"sort": "overload", "outcome": "reloaded", "confirmed": "yes"})
    assert (answer.status_code, "there is no such act about it" in answer.content.decode()) == (422, True)
    assert stage.country.book.heads() == before


def test_what_the_house_refuses_is_said_at_the_form(stage: Stage, sign_in: SignIn, thinker: Thinker) -> None:
    client, path = sign_in("inspector"), path_of(stage)
    thinker.acts.crossings.clear()
    fresh = form(client, path)
    answer = client.post(path, fresh)
    assert (answer.status_code, "not held any more" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("login", ["auditor", "device_engineer", "administrator", "nobody", "?"])
def test_who_may_not_issue_appends_nothing(stage: Stage, sign_in: SignIn, login: str) -> None:
    before = stage.country.book.heads()
    assert sign_in(login).post(path_of(stage), {"sort": "examination"}).status_code in {302, 403}
    assert sign_in("inspector").post(path_of(stage, place=THERE), {"sort": "crossing"}).status_code == 404
    assert stage.country.book.heads() == before


# ── anybody ────────────────────────────────────────────────────────────────


def digest_of(stage: Stage, place: str = HERE) -> str:
    row = stage.country.line.execute("SELECT sha256 FROM act WHERE number = %s", (stage.act[place],)).fetchone()
    assert row is not None
    return str(row[0])


def asked(client: Client, number: str, check: str) -> str:
    return client.get("/verify", {"number": number, "check": check}).content.decode()


def test_anybody_may_check_an_act_and_learns_nothing_personal(stage: Stage, sign_in: SignIn) -> None:
    page = asked(sign_in("?"), stage.act[THERE], digest_of(stage, THERE)[:8])
    for words in ("There is such an act", stage.act[THERE], "Crossing act", "inspector", "without legal force"):
        assert words in page, words
    for kept in ("b.bekov", "08123KLM", "no seal", "<script"):
        assert kept not in page, kept
    assert len(page.encode()) + Path("src/beket/web/static/desk.css").stat().st_size < 60_000


def test_the_whole_digest_of_the_code_will_do(stage: Stage, sign_in: SignIn) -> None:
    assert "There is such an act" in asked(sign_in("?"), stage.act[HERE], digest_of(stage).upper())


def test_a_number_alone_or_with_wrong_signs_tells_what_one_that_never_was_tells(stage: Stage, sign_in: SignIn) -> None:
    client, number, right = sign_in("?"), stage.act[HERE], digest_of(stage)
    wrong = ["", right[:7], ("0" if right[0] != "0" else "1") + right[1:8], right[:8] + "x", "%", "_" * 8]
    pages = {
        asked(client, number, check).replace(check[:8] or "\0", "").replace(number, "") for check in wrong if check
    }
    never = asked(client, f"{HERE}-2026-099999", right[:8]).replace(right[:8], "").replace(f"{HERE}-2026-099999", "")
    assert all("No act of this house has this number" in page for page in pages)
    assert "No act of this house has this number" in never
    assert "No act of this house" in asked(client, "' OR 1=1", right[:8])


def test_a_file_that_differs_in_one_byte_is_not_the_act(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("?")
    pdf = b"%PDF-1.7 " + HERE.encode()

    def told(blob: bytes) -> str:
        return client.post("/verify", {"file": SimpleUploadedFile("a.pdf", blob)}).content.decode()

    assert "byte for byte the signed act" in told(pdf)
    assert "something in it was changed" in told(pdf + b"\n")
    assert "Choose a file." in client.post("/verify").content.decode()


def test_a_file_that_is_too_large_is_not_looked_at(
    stage: Stage, sign_in: SignIn, checking: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PAPER_BYTES_MAX", 1000)
    answer = sign_in("?").post("/verify", {"file": SimpleUploadedFile("a.pdf", b"x" * 70_000)})
    assert answer.status_code == 413


def test_who_guesses_is_slowed_down(
    stage: Stage, sign_in: SignIn, checking: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, number = sign_in("?"), stage.act[HERE]
    for guess in range(checking.AT_ONCE):
        assert client.get("/verify", {"number": number, "check": f"{guess:08x}"}).status_code == 200
    late = client.get("/verify", {"number": number, "check": digest_of(stage)[:8]})
    assert (late.status_code, "Retry-After" in late.headers) == (429, True)
    assert "There is such an act" not in late.content.decode()
    assert client.get("/verify").status_code == 200
    monkeypatch.setattr(checking, "ADDRESSES", Pace())  # from another address
    assert client.get("/verify", {"number": number, "check": digest_of(stage)[:8]}).status_code == 429
    assert client.get("/verify", {"number": number, "check": digest_of(stage)}).status_code == 200


def test_every_word_of_acts_is_there() -> None:
    assert set(SORTS) == set(OUTCOMES)
    assert set(ACT_OUTCOMES) == set(get_args(ActOutcome)) == {one for many in OUTCOMES.values() for one in many}
    assert set(ROLES) == {role for role, verbs in MAY.items() if "issue_acts" in verbs}
    source = Path("src/beket/core/acts/react.py").read_text(encoding="utf-8")
    reasons = {one for one in SAID if f'"{one}"' in source}
    assert reasons == set(SAID) - {"awaited", "act_changed", "not_confirmed"}


# ── the paper ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ky"])
def test_a_paper_is_in_two_languages_whatever_the_screens(stage: Stage, tmp_path: Path, language: str) -> None:
    from beket.exchange.acts.paper import drawn, missing
    from beket.web import access
    from beket.web.drawing import sheet_of
    from beket.web.eyes import Eyes

    program = shutil.which("pdftotext")
    if missing() is not None or program is None:
        pytest.skip(missing() or "pdftotext is not here: Debian's poppler-utils brings it")
    with translation.override(language):
        seen = access.act(Eyes((("duty_officer", ""),)), stage.act[HERE])
        sheet = sheet_of(seen, "https://beket.example", demo=True)
    assert sheet == sheet_of(seen, "https://beket.example", demo=True)
    assert "&lt;b&gt;no seal&lt;/b&gt;" in sheet.markup
    told = text_of(program, tmp_path / "act.pdf", drawn(sheet.markup, sheet.digest.encode()))
    for words in (
        stage.act[HERE],
        seen.sha256[:8],
        "<b>no seal</b>",
        "DEMO",
        "b.bekov",
        "https://beket.example/verify",
    ):
        assert words in told, words


def text_of(program: str, file: Path, pdf: bytes) -> str:
    """The letters of a paper, as another program finds them."""
    file.write_bytes(pdf)
    return subprocess.run([program, "-layout", file, "-"], capture_output=True, check=True).stdout.decode()


def test_the_paper_of_an_overload_has_its_figures_in_both_languages(
    stage: Stage, sign_in: SignIn, thinker: Thinker, heavy: None, tables: list[FeesSeen], tmp_path: Path
) -> None:
    from beket.exchange.acts.paper import drawn, missing

    program = shutil.which("pdftotext")
    if missing() is not None or program is None:
        pytest.skip(missing() or "pdftotext is not here: Debian's poppler-utils brings it")
    client, path = sign_in("inspector"), path_of(stage, "overload")
    assert client.post(path, form(client, path, outcome="permitted", reasons="SP-100")).status_code == 302
    sheet = thinker.sheets[-1]
    told = text_of(program, tmp_path / "act.pdf", drawn(sheet.markup, sheet.digest.encode()))
    for words in ("52 000", "48 500", "3 440", "7,1 %", "KG-454-gross", "1 янв. 2012", "III", "SP-100", "1 000,5 KGS"):
        assert words in told.replace("\N{NO-BREAK SPACE}", " "), words
    for words in ("Trial decree 7", "F-1", "17 нояб. 2026", "21 000", "18 000", "2 160"):
        assert words in told.replace("\N{NO-BREAK SPACE}", " "), words
    for language in ("ky", "ru"):
        with translation.override(language):
            assert translation.gettext("Tolerance of the scale") in told
            assert translation.gettext("no table for such an excess on this day").split()[0] in told
