"""Fetches the National Bank's bulletins through the port; off until an operator switches it on."""

from __future__ import annotations

from typing import Final

from httpx import codes
from msgspec import Struct

from beket.exchange.asking import Asking, Question, Unanswered, host_of
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reference.rates import BULLETIN_BYTES_MAX, Bulletin, read_bulletin

DAILY: Final = "https://www.nbkr.kg/XML/daily.xml"
WEEKLY: Final = "https://www.nbkr.kg/XML/weekly.xml"
"""Where the bank publishes, as several public programs have it; nobody here has seen it answer."""

ADDRESSES_MAX: Final = 8
"""Most addresses of bulletins that one installation asks."""


class Bank(Struct, frozen=True, kw_only=True):
    """Whether bulletins are fetched, and from where; `internal` where a server of one's own hands them on."""

    enabled: bool = False
    addresses: tuple[str, ...] = (DAILY, WEEKLY)
    internal: bool = False


class Published(Struct, frozen=True, kw_only=True):
    """A bulletin as it was fetched, with its bytes, to be put beside the others."""

    address: str
    bulletin: Bulletin
    raw: bytes


async def published(bank: Bank, asking: Asking) -> tuple[Published | Refusal | Unanswered, ...]:
    """Ask for every bulletin; each is read, refused or unanswered by itself. Nobody is asked while it is off."""
    if not bank.enabled:
        return ()
    return tuple([await _one(address, bank, asking) for address in bank.addresses[:ADDRESSES_MAX]])


async def _one(address: str, bank: Bank, asking: Asking) -> Published | Refusal | Unanswered:
    question = Question(
        url=address,
        hosts=frozenset({host_of(address)}),
        internal=bank.internal,
        accept="application/xml, text/xml",
        bytes_max=BULLETIN_BYTES_MAX,
    )
    answer = await asking.ask(question)
    if isinstance(answer, Unanswered):
        return answer
    if answer.status != codes.OK:
        return Unanswered(trouble="unreachable", reason=f"{address} answers {answer.status}")
    bulletin = read_bulletin(answer.blob, address)
    if isinstance(bulletin, Refusal):
        return bulletin
    return Published(address=address, bulletin=bulletin, raw=answer.blob)
