"""Rates of the National Bank: read exactly or refused, the right day's taken, amounts converted; fetched on request."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beket.exchange.asking import Answer, Question, Unanswered
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.reference.bank import DAILY, WEEKLY, Bank, Published, published
from beket.exchange.reference.folders import Loaded, rates_in
from beket.exchange.reference.rates import (
    AGE_DAYS_MAX,
    BULLETIN_BYTES_MAX,
    CURRENCIES_MAX,
    Bulletin,
    Rates,
    read_bulletin,
)
from beket.words.documents import RateUsed


def currency(code: str = "USD", nominal: str = "1", value: str = "87,4500") -> str:
    return f'<Currency ISOCode="{code}"><Nominal>{nominal}</Nominal><Value>{value}</Value></Currency>'


def xml(day: str = "30.10.2026", *rows: str, name: str = "Daily Exchange Rates") -> bytes:
    inside = "".join(rows or (currency(), currency("KZT", "100", "17,81"), currency("UZS", "1000", "7.2310")))
    return (
        f'<?xml version="1.0" encoding="windows-1251"?><CurrencyRates Name="{name}" Date="{day}"><!-- курсы -->'
        f"{inside}</CurrencyRates>"
    ).encode("windows-1251")


def bulletin(blob: bytes) -> Bulletin:
    found = read_bulletin(blob, "daily.xml")
    assert isinstance(found, Bulletin), found
    return found


def rates(*blobs: bytes) -> Rates:
    return Rates([bulletin(blob) for blob in blobs or (xml(),)])


def test_a_value_is_for_one_unit_and_exact() -> None:
    found = bulletin(xml())
    assert (found.name, found.day) == ("Daily Exchange Rates", date(2026, 10, 30))
    per_unit = {rate.currency: rate.per_unit for rate in found.rates}
    assert per_unit == {"USD": Decimal("87.45"), "KZT": Decimal("0.1781"), "UZS": Decimal("0.0072310")}


def test_a_bulletin_in_utf_8_that_says_so_is_read_too() -> None:
    text = xml().decode("windows-1251").replace("windows-1251", "utf-8")
    assert bulletin(text.encode()).rates == bulletin(xml()).rates


BAD = {
    "cut off": (xml()[:200], "truncated"),
    "another encoding than it says": (xml().replace(b"windows-1251", b"utf-8"), "encoding"),
    "another message": (b"<Letter/>", "not_this_format"),
    "no day": (xml(""), "malformed"),
    "a day that is none": (xml("30.02.2026"), "malformed"),
    "a currency twice": (xml("30.10.2026", currency(), currency(value="88")), "counts"),
    "a nominal of nought": (xml("30.10.2026", currency(nominal="0")), "malformed"),
    "a value of nought": (xml("30.10.2026", currency(value="0,00")), "malformed"),
    "a value below nought": (xml("30.10.2026", currency(value="-1")), "malformed"),
    "a value with two commas": (xml("30.10.2026", currency(value="1,234,5")), "malformed"),
    "a value with an exponent": (xml("30.10.2026", currency(value="1e9")), "malformed"),
    "a nominal that gives no exact rate": (xml("30.10.2026", currency(nominal="7")), "malformed"),
    "two values": (xml("30.10.2026", currency().replace("<Nominal>", "<Value>1</Value><Nominal>")), "malformed"),
    "no value": (xml("30.10.2026", '<Currency ISOCode="USD"><Nominal>1</Nominal></Currency>'), "malformed"),
    "no code": (xml("30.10.2026", currency("доллар")), "malformed"),
    "no currency": (xml("30.10.2026", "<!-- -->"), "items"),
    "too many": (xml("30.10.2026", currency() * (CURRENCIES_MAX + 1)), "items"),
    "too long": (b" " * (BULLETIN_BYTES_MAX + 1), "size"),
    "a document type": (
        b'<!DOCTYPE a [<!ENTITY b "c">]><CurrencyRates Date="30.10.2026">&b;</CurrencyRates>',
        "doctype",
    ),
    "nothing": (b"", "empty"),
}


@pytest.mark.parametrize(("blob", "kind"), BAD.values(), ids=BAD)
def test_what_is_no_bulletin_is_refused(blob: bytes, kind: str) -> None:
    found = read_bulletin(blob, "daily.xml")
    assert isinstance(found, Refusal)
    assert found.kind == kind
    assert found.where.startswith("daily.xml")


def test_the_last_published_rate_stands_until_it_is_too_old() -> None:
    known = rates(xml("30.10.2026"), xml("02.11.2026", currency(value="88")))
    assert known.of("USD", date(2026, 10, 29)) is None
    sunday = known.of("USD", date(2026, 11, 1))
    assert sunday is not None
    assert (sunday.day, sunday.per_unit, sunday.source) == (date(2026, 10, 30), Decimal("87.45"), "daily.xml")
    monday = known.of("USD", date(2026, 11, 2))
    assert monday is not None
    assert monday.used() == RateUsed(currency="USD", per_unit=Decimal(88), day="2026-11-02", source="daily.xml")


@pytest.mark.parametrize(("days", "there"), [(0, True), (AGE_DAYS_MAX, True), (AGE_DAYS_MAX + 1, False)])
def test_the_age_of_a_rate_is_bounded(days: int, *, there: bool) -> None:
    on = date.fromordinal(date(2026, 10, 30).toordinal() + days)
    assert (rates().of("KZT", on) is not None) is there
    assert rates().of("XXX", on) is None


def test_bulletins_that_contradict_each_other_are_refused() -> None:
    assert rates(xml(), xml()).currencies == ("KZT", "USD", "UZS")
    with pytest.raises(Refused, match=r"USD for 2026-10-30 is 88, and 87\.4500 in daily\.xml"):
        rates(xml(), xml("30.10.2026", currency(value="88")))


def test_a_folder_gives_what_can_be_read_and_names_what_cannot(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(xml())
    (tmp_path / "b.xml").write_bytes(xml()[:100])
    (tmp_path / "c.txt").write_text("no bulletin")
    found = rates_in(tmp_path)
    assert isinstance(found, Loaded)
    assert found.rates.of("USD", date(2026, 10, 30)) is not None
    assert [refusal.where.partition(",")[0] for refusal in found.refused] == ["b.xml"]


def test_folders_that_are_none_or_contradict_themselves_are_refused(tmp_path: Path) -> None:
    assert isinstance(rates_in(tmp_path / "none"), Refusal)
    (tmp_path / "a.xml").write_bytes(xml())
    (tmp_path / "b.xml").write_bytes(xml("30.10.2026", currency(value="88")))
    assert rates_in(tmp_path) == Refusal(
        kind="counts", reason="USD for 2026-10-30 is 88, and 87.4500 in a.xml", where="b.xml"
    )


class Server:
    """Answers as it was told, and keeps what it was asked."""

    def __init__(self, **answers: Answer | Unanswered) -> None:
        self.answers = answers
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answer | Unanswered:
        self.asked.append(question)
        return self.answers[question.url.rpartition("/")[2].removesuffix(".xml")]


def test_nobody_is_asked_until_an_operator_says_so() -> None:
    server = Server()
    assert asyncio.run(published(Bank(), server)) == ()
    assert server.asked == []


def test_each_bulletin_is_read_refused_or_unanswered_by_itself() -> None:
    server = Server(
        daily=Answer(status=200, blob=xml(), url=DAILY),
        weekly=Answer(status=503, blob=b"later", url=WEEKLY),
        other=Answer(status=200, blob=b"<html/>", url="https://bank.example/other.xml"),
        gone=Unanswered(trouble="unreachable", reason="no route"),
    )
    bank = Bank(
        enabled=True, addresses=(DAILY, WEEKLY, "https://bank.example/other.xml", "http://bank.example:81/gone.xml")
    )
    daily, weekly, other, gone = asyncio.run(published(bank, server))
    assert daily == Published(address=DAILY, bulletin=_of(DAILY), raw=xml())
    assert weekly == Unanswered(trouble="unreachable", reason=f"{WEEKLY} answers 503")
    assert isinstance(other, Refusal)
    assert other.kind == "not_this_format"
    assert gone == Unanswered(trouble="unreachable", reason="no route")
    assert [sorted(question.hosts) for question in server.asked[1:]] == [
        ["www.nbkr.kg"], ["bank.example"], ["bank.example:81"],
    ]  # fmt: skip
    assert all(question.bytes_max == BULLETIN_BYTES_MAX and not question.internal for question in server.asked)


def _of(source: str) -> Bulletin:
    found = read_bulletin(xml(), source)
    assert isinstance(found, Bulletin)
    return found
