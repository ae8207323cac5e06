"""An answer as a system signs it: a compact JWS (RFC 7515) by the key that goes with its token, and nothing else."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from django.http import HttpRequest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from msgspec import Meta, Struct

from beket.web.accounts.keys import read_key
from beket.web.accounts.tokens import Bearer
from beket.web.api.problems import Refusal
from beket.words.decisions import REFERENCE_MAX, REMARK_MAX
from beket.words.procedures import Override

MEDIA_TYPE: Final = "application/jose"

ANSWER_BYTES_MAX: Final = 16 * 1024
"""Largest answer as it is signed: its longest remark in Cyrillic, twice encoded, is half of this."""

HEADERS: Final = frozenset({"alg", "kid", "typ"})
"""What the header of an answer may say: a key of its own, an address of one, or what must be understood is nothing."""

_COMPACT: Final = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

NO_CONTROL: Final = r"^[^\x00-\x1f\x7f]*$"

Text = Annotated[str, Meta(max_length=REMARK_MAX, pattern=NO_CONTROL)]


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a step ended, as an agency's system says it.

    `id` is the system's own name for this answer: sent again it is the same answer. `document` is what the agency calls
    its own paper about this. With `override` the step is decided though its proof is missing; `replaces` is the
    decision that stands and is taken back by this one, as the list tells it.
    """

    id: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
    crossing: Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9_.-]{1,64}:\d{1,18}\.\d{1,6}$")]
    step: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    outcome: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    document: Annotated[str, Meta(min_length=1, max_length=REFERENCE_MAX, pattern=NO_CONTROL)]
    remark: Text = ""
    override: Override | None = None
    replaces: Annotated[str, Meta(pattern=r"^\d{1,18}\.\d{1,6}$")] | None = None


def bytes_of(request: HttpRequest) -> bytes:
    """Take the body of a request; raises Refusal."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refusal(415, "send the bytes as they are: no Content-Encoding is undone here")
    if (request.content_type or "").lower() != MEDIA_TYPE:
        raise Refusal(415, f"an answer is a compact JWS: Content-Type: {MEDIA_TYPE}")
    blob = request.read(ANSWER_BYTES_MAX + 1)
    if len(blob) > ANSWER_BYTES_MAX:
        raise Refusal(413, f"an answer has at most {ANSWER_BYTES_MAX} bytes")
    return bytes(blob)


def read_answer(blob: bytes, bearer: Bearer) -> Answer:
    """See that the key of this token signed these bytes, and read what they say; raises Refusal."""
    if not bearer.key:
        raise Refusal(403, "no key is registered with this token, so it answers nothing", code="no_key")
    payload = _payload(blob, bearer)
    try:
        return msgspec.json.decode(payload, type=Answer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refusal(422, f"what is signed is no answer: {error}", code="not_an_answer") from error


def _compact(blob: bytes) -> bytes:
    if _COMPACT.fullmatch(blob) is None:
        raise ValueError("three parts in base64url, with full stops between")
    return blob


def _payload(blob: bytes, bearer: Bearer) -> bytes:
    try:
        unproven = jws.extract_compact(_compact(blob))
    except (JoseError, ValueError, TypeError, AttributeError) as error:  # a header may be any JSON
        raise Refusal(400, "the body is no compact JWS", code="not_signed") from error
    said = unproven.protected
    if more := sorted(set(said) - HEADERS):
        raise Refusal(400, f"the header says {more[0]!r}; alg, kid and typ is all it may say", code="not_signed")
    if said.get("kid", bearer.key_sha256) != bearer.key_sha256:
        raise Refusal(403, f"the key of this token is {bearer.key_sha256}", code="other_key")
    known = read_key(bearer.key)
    key = ECKey.import_key(known.pem) if known.algorithms == ("ES256",) else OKPKey.import_key(known.pem)
    try:
        return jws.deserialize_compact(blob, key, algorithms=known.algorithms).payload
    except (JoseError, ValueError) as error:
        detail = f"the key of this token did not sign this with {' or '.join(known.algorithms)}"
        raise Refusal(403, detail, code="bad_signature") from error
