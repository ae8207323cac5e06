"""An answer of an agency's system becomes a decision in the log: once for its id, with its signed bytes as evidence."""

from __future__ import annotations

import uuid
from contextlib import closing

from msgspec import Struct

from beket.log.postgres import PostgresBook
from beket.web.access import dsn
from beket.web.accounts import exchanges
from beket.web.accounts.exchanges import Came
from beket.web.accounts.models import Exchange
from beket.web.accounts.tokens import Bearer
from beket.web.moments import now_ms
from beket.words.decisions import DecideStep
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, Sha256, sha256
from beket.words.procedures import Override
from beket.words.roles import Role
from beket.words.wire import Entry, Raw, packed_piece


class Meant(Struct, frozen=True, kw_only=True):
    """A decision as a system means it, with the duty that lets it."""

    role: Role
    agency: str
    crossing: str
    step: str
    outcome: str
    document: str
    remark: str
    override: Override | None
    replaces: str | None


def take(bearer: Bearer, meant: Meant, came: Came, blob: bytes) -> Exchange | None:
    """Append the decision and take its id, both or neither; what stands under the id. Raises Trouble."""
    decision = _decided(bearer, meant)
    entry = Entry(body=decision, raw=Raw(sha256=sha256(blob), pieces=(packed_piece(blob),)))
    with closing(PostgresBook(dsn())) as book, book.transaction() as writing:
        number = exchanges.begun(writing, bearer, came, decision.decision_id)
        if number is not None:
            frame = writing.append(PlaceId(came.place), [entry])
            exchanges.framed(writing, number, frame.seq or 0)
    return exchanges.known(bearer, came.answer_id)


def _decided(bearer: Bearer, meant: Meant) -> DecideStep:
    return DecideStep(
        decision_id=uuid.uuid4().hex, by=bearer.login, role=meant.role, agency=meant.agency, at=Instant(now_ms()),
        proof="signature", crossing=CrossingId(meant.crossing), step=meant.step, outcome=meant.outcome,
        remark=meant.remark.strip(), override=meant.override,
        replaces=None if meant.replaces is None else EntryRef(meant.replaces), document=meant.document.strip(),
        key=Sha256(bearer.key_sha256),
    )  # fmt: skip
