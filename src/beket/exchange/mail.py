"""Takes a letter apart (RFC 5322): who says to have sent it, and each of its attachments."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Final, cast

from msgspec import Struct

from beket.exchange.kit.refusal import Refusal, Refused

ATTACHMENTS_MAX: Final = 50
"""Most attachments of one letter; who has more sends two letters."""

NESTED_MAX: Final = 3
"""How deep a letter may lie in a letter: forwarded, and forwarded again."""

PARTS_DEPTH_MAX: Final = 20
"""How deep parts may lie in parts; mail programs make four."""

HEADER_CHARS_MAX: Final = 4_000
"""Longest line of those that are looked at: the library's reading of them grows faster than their length."""

UNKNOWN: Final = "unknown"
"""The sender of a letter that names none."""

_LOOKED_AT: Final = frozenset({"from", "content-type", "content-disposition", "content-transfer-encoding"})
_NO_PAPERS: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
"""What signs the letter and is no paper of its own."""


class Attachment(Struct, frozen=True, kw_only=True):
    """A file that came with a letter."""

    blob: bytes
    name: str | None
    media_type: str


class Letter(Struct, frozen=True, kw_only=True):
    """A letter with its attachments; nothing proves that `sender` sent it."""

    sender: str
    attachments: tuple[Attachment, ...]


def opened_letter(blob: bytes) -> Letter | Refusal:
    """Read a letter, or say why it brings nothing; whatever the bytes, no exception comes out."""
    try:
        return _letter(message_from_bytes(blob, policy=default))
    except Refused as refused:
        return refused.refusal
    except Exception as error:  # noqa: BLE001 - the library meets odd headers with exceptions of every kind
        return Refusal(kind="malformed", reason=f"it cannot be read as a letter: {type(error).__name__}")


def _letter(message: EmailMessage) -> Letter:
    found = tuple(_attachments(message, nested=0, depth=0))
    if not found:
        raise Refused("empty", "the letter has no attachment: a document is a file that comes with it")
    if len(found) > ATTACHMENTS_MAX:
        raise Refused("items", f"{len(found)} attachments; at most {ATTACHMENTS_MAX} are taken")
    return Letter(sender=_sender(message), attachments=found)


def _sender(message: EmailMessage) -> str:
    named = (one for one in getattr(message.get("from"), "addresses", ()) if one.username and one.domain)
    return next((f"{one.username}@{one.domain}".lower() for one in named), UNKNOWN)


def _attachments(part: Message, *, nested: int, depth: int) -> Iterator[Attachment]:
    """Give the files of a part and of all below it, in their order."""
    if depth > PARTS_DEPTH_MAX or nested > NESTED_MAX:
        raise Refused("depth", f"letters lie in letters, or parts in parts, deeper than {nested} and {depth}")
    _see_headers(part)
    kind = part.get_content_type()
    if part.is_multipart():
        if part.get_content_maintype() != "message" or kind == "message/rfc822":
            deeper = nested + (kind == "message/rfc822")
            for below in cast("list[Message]", part.get_payload()):
                yield from _attachments(below, nested=deeper, depth=depth + 1)
    elif _is_paper(part):
        yield _attachment(part)


def _see_headers(part: Message) -> None:
    """Refuse lines that are too long before the library reads them."""
    for name, value in part.raw_items():
        if name.lower() in _LOOKED_AT and len(value) > HEADER_CHARS_MAX:
            raise Refused("size", f"the line {name} has {len(value)} signs; at most {HEADER_CHARS_MAX} are read")


def _is_paper(part: Message) -> bool:
    """Tell a file from what is written in the letter, from the pictures of its design, and from its signature."""
    kind, disposition = part.get_content_type(), part.get_content_disposition()
    if disposition == "attachment":
        return kind not in _NO_PAPERS
    if kind in _NO_PAPERS or part.get_content_maintype() == "image":
        return False
    return part.get_filename() is not None or part.get_content_maintype() != "text"


def _attachment(part: Message) -> Attachment:
    blob = part.get_payload(decode=True)
    assert isinstance(blob, bytes), "a part without parts is bytes"
    return Attachment(blob=blob, name=part.get_filename(), media_type=part.get_content_type())
