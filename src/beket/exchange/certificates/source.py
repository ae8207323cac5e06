"""Resolves a certificate at its source: what the authority that issued it says, in the neutral form, with its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from httpx import codes
from msgspec import Struct

from beket.exchange.asking import ANSWER_BYTES_MAX, Answer, Asking, Question, Unanswered
from beket.exchange.certificates.address import filled
from beket.exchange.certificates.answer import certificate_of, is_absent
from beket.exchange.certificates.source_map import Source
from beket.exchange.kit.json import opened_json
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import opened
from beket.words.documents import Document
from beket.words.ids import Instant

_MEDIA: Final = {"json": "application/json", "xml": "application/xml, text/xml"}
_NOT_FOUND: Final = frozenset({codes.NOT_FOUND, codes.GONE})
WhyNot = Literal["not_found", "unreachable", "refused_way", "other_answer"]
"""`not_found`: the source knows no such certificate. `unreachable`: it may answer later. `refused_way`: it led where
nothing may be asked, or said more than is read. `other_answer`: what it said is no certificate."""


class Resolved(Struct, frozen=True, kw_only=True):
    """What a source says of a certificate: read, and as it came."""

    source: str
    url: str
    document: Document
    fetched_at: Instant
    raw: bytes


class Unresolved(Struct, frozen=True, kw_only=True):
    """Why nothing is known from a source; what it said instead is kept."""

    source: str
    why: WhyNot
    reason: str
    fetched_at: Instant
    where: str = ""
    raw: bytes = b""


async def resolved(source: Source, taken: Mapping[str, str], asking: Asking, at: Instant) -> Resolved | Unresolved:
    """Ask a source for the certificate that a code names; `taken` is what the code's address held, `at` is now."""
    missing = source.ask.places() - set(taken)
    if missing:
        reason = f"the code does not say {', '.join(sorted(missing))}"
        return Unresolved(source=source.name, why="other_answer", reason=reason, fetched_at=at)
    question = Question(
        url=filled(source.ask, taken),
        hosts=source.hosts,
        internal=source.internal,
        accept=_MEDIA[source.answers],
        bytes_max=ANSWER_BYTES_MAX,
    )
    answer = await asking.ask(question)
    if isinstance(answer, Unanswered):
        why: WhyNot = "unreachable" if answer.trouble == "unreachable" else "refused_way"
        return Unresolved(source=source.name, why=why, reason=answer.reason, fetched_at=at)
    return understood(source, answer, at)


def understood(source: Source, answer: Answer, at: Instant) -> Resolved | Unresolved:
    """Read an answer by its source's map; pure, so that a kept answer can be read again."""

    def not_so(why: WhyNot, reason: str, where: str = "") -> Unresolved:
        return Unresolved(source=source.name, why=why, reason=reason, where=where, raw=answer.blob, fetched_at=at)

    if answer.status in _NOT_FOUND:
        return not_so("not_found", f"the source answers {answer.status}")
    if answer.status != codes.OK:
        later = answer.status == codes.TOO_MANY_REQUESTS or codes.is_server_error(answer.status)
        return not_so("unreachable" if later else "other_answer", f"the source answers {answer.status}")
    try:
        root = opened_json(answer.blob) if source.answers == "json" else opened(answer.blob)
        if is_absent(source, root):
            return not_so("not_found", "the source says that there is no such certificate")
        document = certificate_of(source, root)
    except Refused as refused:
        return not_so("other_answer", refused.refusal.reason, refused.refusal.where)
    if document.number is None:
        return not_so("other_answer", "the answer has no number of a certificate where the map looks for one")
    return Resolved(source=source.name, url=answer.url, document=document, fetched_at=at, raw=answer.blob)
