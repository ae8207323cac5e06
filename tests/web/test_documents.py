"""Documents at the desk: brought, shown beside what they were read from, laid side by side, and given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from beket.log import inbox
from beket.words.ids import EntryRef, PlaceId
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No intake runs beside these tests, and no loop."""
    from beket.web import lodging, orders

    monkeypatch.setattr(lodging, "SETTLED_S_MAX", 0.0)
    monkeypatch.setattr(orders, "CONCLUDED_S_MAX", 0.0)


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_list_shows_what_papers_claim_and_narrows(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    whole = page(client, "/documents")
    assert "CMR-&lt;b&gt;100&lt;/b&gt;" in whole
    assert "ОсОО «Ак-Куу»" in whole
    assert stage.document[THERE] not in whole
    assert stage.document[HERE] in page(client, "/documents?q=ак-куу")
    assert stage.document[HERE] not in page(client, "/documents?q=nobody")
    assert stage.document[HERE] in page(client, "/documents?state=joined&kind=consignment_note")
    assert stage.document[HERE] not in page(client, "/documents?state=waiting")


def test_a_document_stands_beside_what_it_was_read_from(stage: Stage, sign_in: SignIn) -> None:
    shown = page(sign_in("inspector"), f"/documents/{stage.document[HERE]}")
    assert "&lt;CMR&gt;&lt;script&gt;" in shown
    assert "version 9 is odd" in shown
    assert "no verifier for GOST" in shown
    assert "present, not checked" in shown
    assert "these bytes have this hash" in shown


def test_the_original_is_downloaded_and_never_shown_as_a_page(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get(f"/documents/{stage.document[HERE]}/original")
    assert answer.content == b"<CMR><script>alert(1)</script></CMR>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="note.xml"'


def test_a_dossier_lays_its_papers_beside_what_was_seen_and_marks_what_does_not_agree(
    stage: Stage, sign_in: SignIn
) -> None:
    shown = page(sign_in("inspector"), f"/crossings/{stage.crossing[HERE]}")
    assert "The scale showed more than the declared goods" in shown
    assert '<tr class="odd"><th scope="row">Gross mass, kg' in shown
    assert "24,400" in shown
    assert "does not agree" in shown


def test_every_contradiction_stands_on_one_page_and_in_the_list_of_crossings(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    found = page(client, "/findings")
    assert "01777ABC" in found
    assert "08123KLM" in found
    assert 'class="level critical"' in page(client, "/crossings")


def test_what_was_refused_is_told_with_its_reason_and_place(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    shown = page(client, f"/documents/inbox/{stage.paper[HERE]}")
    assert "It breaks off." in shown
    assert "line 1, column 4" in shown
    assert "3c 61 3e" in shown
    assert "torn.xml" in page(client, "/documents/inbox?state=refused")
    assert "torn.xml" not in page(client, "/documents/inbox?state=taken")


def test_files_and_pasted_text_go_to_the_inbox_as_they_are(stage: Stage, sign_in: SignIn) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = sign_in("inspector")
    one = SimpleUploadedFile("a.xml", b"<CMR/>\x00\xff", "application/xml")
    two = SimpleUploadedFile("../../b.json", b"{}", "application/json")
    given = {"place": HERE, "files": [one, two], "text": "UNA:+.? '"}
    answer = client.post("/documents/lodge", given)
    assert answer.status_code == 302
    rows = inbox.listed(stage.country.line, [PlaceId(HERE)])[:3]
    kept = [(row.file_name, row.way, row.by, inbox.blob_of(stage.country.line, row.id)) for row in reversed(rows)]
    assert kept == [
        ("a.xml", "desk", "inspector", b"<CMR/>\x00\xff"),
        ("b.json", "desk", "inspector", b"{}"),
        (None, "desk", "inspector", b"UNA:+.? '"),
    ]


def test_a_paper_for_a_crossing_says_so(stage: Stage, sign_in: SignIn) -> None:
    sign_in("inspector").post("/documents/lodge", {"place": HERE, "crossing": stage.crossing[HERE], "text": "<CMR/>"})
    assert inbox.listed(stage.country.line, [PlaceId(HERE)])[0].crossing == stage.crossing[HERE]


def test_nothing_is_brought_to_another_post(stage: Stage, sign_in: SignIn) -> None:
    before = len(inbox.listed(stage.country.line, [PlaceId(THERE)]))
    assert sign_in("inspector").post("/documents/lodge", {"place": THERE, "text": "<CMR/>"}).status_code == 404
    assert len(inbox.listed(stage.country.line, [PlaceId(THERE)])) == before


def test_what_is_too_large_is_refused_before_it_is_kept(
    stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from beket.web import uploads

    monkeypatch.setattr(uploads, "LODGED_BYTES_MAX", 1000)
    before = len(inbox.listed(stage.country.line, [PlaceId(HERE)]))
    large = SimpleUploadedFile("a.xml", b"x" * 1001, "application/xml")
    assert sign_in("inspector").post("/documents/lodge", {"place": HERE, "files": [large]}).status_code == 413
    assert len(inbox.listed(stage.country.line, [PlaceId(HERE)])) == before


def test_a_form_without_its_token_brings_nothing(stage: Stage, sign_in: SignIn) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    strict.cookies = sign_in("inspector").cookies
    assert strict.post("/documents/lodge", {"place": HERE, "text": "<CMR/>"}).status_code == 403


def test_who_says_whose_a_document_is_has_it_in_the_log(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    given = {"decide": "detach", "crossing": stage.crossing[HERE], "why": "another lorry's"}
    assert client.post(f"/documents/{stage.document[HERE]}", given).status_code == 200
    head = next(head for head in stage.country.book.heads() if head.place == HERE)
    entry = stage.country.book.entry(PlaceId(HERE), EntryRef(f"{head.seq}.0"))
    assert entry is not None
    assert (type(entry.body).__name__, getattr(entry.body, "why", "")) == ("DetachDocument", "another lorry's")
    assert sign_in("auditor").post(f"/documents/{stage.document[HERE]}", given).status_code in {403, 404}
