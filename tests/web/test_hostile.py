"""Nothing that a form is filled with brings a page down: it is refused, or taken as far as it can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from tests.web.conftest import HERE, PASSWORD, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
LOGIN: Final = "hostile.officer"
FORM: Final = "application/x-www-form-urlencoded"
PARTS: Final = "multipart/form-data; boundary=b"
DUTY, INSPECTOR, ADMIN = "duty_officer", "inspector", "administrator"
GOOD: Final = {"place": HERE, "role": "inspector", "agency": "customs", "why": "moved here"}
"""What the rest of a form has, so that the field is reached."""

VALUES: Final = (
    "\x1b[2J\u202e\r\n\x7f٣</textarea><script>alert(1)</script>{{ 7|add:7 }}",
    "1e400",
    "9" * 90_000,
    "0001-01-01T00:00",
)
"""Signs that nobody sees, digits of another script and markup; more than any number; too long; the first day of all."""

PAGES: Final[dict[str, tuple[str, str, str]]] = {
    "/procedures/new": ("compare propose", "place text from of", DUTY),
    "/procedures/{place}/{procedure}": ("approve reject", "seen why", DUTY),
    "/limits?place={place}": ("propose approve reject", "text of seen why", DUTY),
    "/situations/{situation}": (
        "tick take escalate snooze merge dispatch close", "seen check done why length into outcome back",
        DUTY,
    ),
    "/shift": ("confirm other", "account", DUTY),
    "/crossings/{crossing}/steps/registration": ("begin decide", "outcome override remark replaces", INSPECTOR),
    "/crossings/{crossing}/act": (
        "issue", "sort outcome limit_kg basis reasons remarks seen before confirmed", INSPECTOR,
    ),
    "/accounts": ("make confirm refuse", "login name why number", ADMIN),
    "/accounts/{account}": ("propose unlock take forget_passkeys", "role place agency from until why", ADMIN),
    "/accounts/{account}?times": ("propose", "from until", ADMIN),
    "/account": ("password end register remove", "number old new passkey name", LOGIN),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def officer(stage: Stage) -> Iterator[None]:
    """Somebody to whom all this may be done."""
    from beket.web.accounts import deeds, roster

    roster.add(LOGIN, PASSWORD)
    yield
    for deed in deeds.waiting().filter(account__login=LOGIN):
        deeds.answer(deeds.Hand("test"), deed.pk, confirm=False, why="over")


@pytest.fixture(autouse=True)
def hurried(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No loop runs here: nothing is awaited."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0)


def desk(login: str) -> Client:
    """A browser whose page may fall without taking the test with it."""
    from django.test import Client

    from beket.web.accounts.models import Account

    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(
        Account.objects.get(login=login), backend="django.contrib.auth.backends.ModelBackend"
    )  # fmt: skip
    return client


def address(stage: Stage, path: str) -> str:
    from beket.web.accounts.models import Account

    return path.format(
        place=HERE, procedure=stage.procedure[HERE], situation=stage.situation[HERE], crossing=stage.crossing[HERE],
        account=Account.objects.get(login=LOGIN).pk,
    )  # fmt: skip


def parts(fields: dict[str, str]) -> bytes:
    """A form in parts whose letters are written so that half a letter can be."""
    return b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode(), value.encode("unicode_escape"))
        for name, value in fields.items()
    ) + b"--b--\r\n"  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_no_page_falls_over_what_a_form_is_filled_with(stage: Stage, path: str) -> None:
    dos, names, login = PAGES[path]
    client, url, fields = desk(login), address(stage, path), names.split()
    kept = {"place": HERE} if "text" in fields else {}
    nothing = [(do, "\x00") for do in dos.split()]
    answers = {}
    for do, value in [*nothing, *zip(cycle(dos.split()), VALUES)]:
        filled = {**GOOD, **dict.fromkeys(fields, value), **kept, "do": do}
        answers[do, value[:20]] = client.generic("POST", url, urlencode(filled), FORM).status_code
    repeated = urlencode([(name, "1") for name in [*fields, "do"] for _ in range(3)])
    answers["names that repeat", ""] = client.generic("POST", url, repeated, FORM).status_code
    assert {key: status for key, status in answers.items() if status >= 500} == {}
    assert set(answers.values()) & {200, 302, 409, 422}, "the page was reached"


ODD: Final[dict[str, tuple[str | bytes, str]]] = {
    "more than is read": ("text=" + "a" * 2_000_000, FORM),
    "more fields than are read": ("&".join(f"a{n}=" for n in range(2_000)), FORM),
    "no letters": ("text=%ff%fe&do=%c3", FORM),
    "JSON": ('{"do": [1]}', "application/json"),
    "a form that breaks off": (b"--b\r\nContent-D", PARTS),
    "other letters": (parts({"do": "propose", "text": "\ud800"}), f"{PARTS}; charset=unicode_escape"),
    "letters that nobody knows": (parts({"do": "propose", "text": "a"}), f"{PARTS}; charset=nobody-knows"),
}


@pytest.mark.parametrize(("body", "kind"), ODD.values(), ids=ODD)
def test_a_form_that_is_none_is_refused(stage: Stage, body: str | bytes, kind: str) -> None:
    answer = desk(DUTY).generic("POST", f"/limits?place={HERE}", body, kind)
    assert answer.status_code == (400 if len(body) > 1_000 or "unicode" in kind else 200)


@pytest.mark.parametrize("address", ["/steps?place=%00", "/slips?entry=%00/1.0", f"/slips?entry={HERE}%00/1.0"])
def test_a_checkpoint_that_no_table_can_name_is_not_there(stage: Stage, sign_in: SignIn, address: str) -> None:
    assert sign_in(DUTY).get(address).status_code == 404
