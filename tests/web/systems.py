"""What the tests of agencies' systems share: keys, tokens as two administrators make them, and signed answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from beket.log.book import Seq
from beket.words.decisions import DecideStep
from beket.words.facts import CrossingClosed
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId
from tests.web.conftest import HERE, PASSWORD, Stage


class Told(msgspec.Struct):
    """An answer that was as its description says."""

    status: int
    told: Any

    @property
    def code(self) -> tuple[int, str]:
        """What was wrong, as a program reads it."""
        return self.status, self.told.code


class Key(msgspec.Struct):
    """A system's key pair."""

    private: Any
    public: str
    alg: str

    def signs(self, payload: bytes, **header: str) -> bytes:
        """Sign an answer the way the guide says."""
        head = {"alg": self.alg, **header}
        return jws.serialize_compact(head, payload, self.private, algorithms=[self.alg]).encode()


def edwards() -> Key:
    pair = Ed25519PrivateKey.generate()
    return Key(OKPKey.import_key(private_pem(pair)), public_pem(pair), "Ed25519")


def p256() -> Key:
    pair = generate_private_key(SECP256R1())
    return Key(ECKey.import_key(private_pem(pair)), public_pem(pair), "ES256")


def private_pem(pair: Any) -> bytes:  # noqa: ANN401  any pair
    pem: bytes = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def public_pem(pair: Any) -> str:  # noqa: ANN401  any pair
    pem: bytes = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def system(login: str, agency: str, key: Key, steps: str = "", days: float = 30) -> str:
    """Make a system with its duty and its token as two administrators do, and give the token."""
    from django.utils import timezone

    from beket.web.accounts import deeds, roster
    from beket.web.accounts.models import Account
    from beket.web.accounts.tokens import Given

    account = Account.objects.filter(login=login).first()
    if account is None:
        roster.add(login, PASSWORD)
        roster.grant(login, "agency_system", HERE, agency)
        account = Account.objects.get(login=login)
    given = Given(
        name=f"t{account.tokens.count()}", until_at=timezone.now() + timedelta(days=days), steps=steps, key=key.public
    )
    deeds.propose(deeds.Hand("administrator"), account, given, "agreed")
    token = deeds.answer(deeds.Hand("second"), deeds.waiting().get(account=account).pk, confirm=True)
    assert token is not None
    return token


def over(stage: Stage, crossing: CrossingId) -> None:
    """Let nobody await anything of a lorry any more; other tests count those that leave."""
    at, because = Instant(stage.country.now), (EntryRef(crossing.partition(":")[2]),)
    stage.country.write(
        HERE, [CrossingClosed(at=at, because=because, crossing=crossing, reason="expired_no_departure")]
    )


def answer_to(lorry: str, **named: object) -> bytes:
    """How the transport step of a crossing ended, as a system says it; unsigned."""
    said = {"id": "a-1", "crossing": lorry, "step": "transport", "outcome": "pass", "document": "TK-1", **named}
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


def decisions(stage: Stage, by: str = "scales-system") -> list[tuple[DecideStep, bytes]]:
    """What a system decided, with the bytes that the log keeps of each."""
    from beket.log.heads import raw_message
    from beket.web.gallery import gallery

    frames = stage.country.book.read(PlaceId(HERE), Seq(0), 100_000)
    entries = [entry for frame in frames for entry in frame.entries if isinstance(entry.body, DecideStep)]
    return [(one.body, raw_message(one.raw, gallery()).blob) for one in entries if one.body.by == by and one.raw]  # type: ignore[union-attr,misc]


def exchange(answer_id: str) -> tuple[int, str, int]:
    """What the journal says of the last exchange under an id."""
    from beket.web.accounts.models import Exchange

    row = Exchange.objects.filter(answer_id=answer_id).latest("pk")
    return row.status, row.code, len(row.blob or b"")


def der(key: Key) -> bytes:
    """The public half as its hash is taken of it."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return load_pem_public_key(key.public.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
