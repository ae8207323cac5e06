"""The command that writes documents for others: the neutral form in, as `document read` gives it; a message out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beket.cli.commands import bytes_of, say
from beket.settings import Settings

if TYPE_CHECKING:
    from beket.exchange.kit.refusal import Refusal
    from beket.words.documents import Document

FORMS: Final = ("R.048", "R.051", "csv", "xlsx")
"""What can be written: the Union's transit declaration and control result, a register."""

REFUSED: Final = 2


def add(verbs: Any) -> None:  # noqa: ANN401 - argparse does not name the type of its own groups
    """Add the command to those about documents."""
    write = verbs.add_parser("write", help="write what `document read` gave: R.048, R.051, a register as CSV or XLSX")
    write.add_argument("form", choices=FORMS)
    write.add_argument("file", help="the neutral form, a line of JSON for each document, or - for standard input")
    write.set_defaults(command=_write)


def _write(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refusal

    documents = _documents(given.file)
    if documents is None:
        return REFUSED
    written = _written(given.form, documents)
    if isinstance(written, Refusal):
        say({"refused": written.kind, "reason": written.reason, "where": written.where})
        return REFUSED
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()
    return 0


def _documents(file: str) -> Sequence[Document] | None:
    """Read the neutral form; says what is wrong with it, and gives None then."""
    from beket.exchange.kit.xml import BYTES_MAX
    from beket.words.documents import Document

    decoder = msgspec.json.Decoder(Document, strict=False)
    try:
        lines = [line for line in bytes_of(file, BYTES_MAX).splitlines() if line.strip()]
        return [decoder.decode(line) for line in lines]
    except OSError as error:
        sys.stderr.write(f"beket: {file}: {error.strerror or error}\n")
    except msgspec.DecodeError as error:
        sys.stderr.write(f"beket: {file}: no document in the neutral form: {error}\n")
    return None


def _written(form: str, documents: Sequence[Document]) -> bytes | Refusal:
    from beket.exchange.kit.refusal import Refusal

    if form in {"csv", "xlsx"}:
        return _register(form, documents)
    if len(documents) != 1:
        return Refusal(kind="counts", reason=f"{len(documents)} documents; {form} is one")
    return _control(documents[0]) if form == "R.051" else _transit(documents[0])


def _register(form: str, documents: Sequence[Document]) -> bytes | Refusal:
    from beket.exchange.kit.refusal import Refused
    from beket.exchange.register import written_csv, written_xlsx

    try:
        return written_csv(documents) if form == "csv" else written_xlsx(documents)
    except Refused as refused:
        return refused.refusal


def _control(document: Document) -> bytes | Refusal:
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.writing import eec_control

    if document.control is None:
        return Refusal(kind="missing", reason="the document holds no result of a control", where="control")
    return eec_control.write(document.control)


def _transit(document: Document) -> bytes | Refusal:
    """Write a transit declaration; what its form has no place for is told."""
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.writing import eec_transit

    written = eec_transit.write(document)
    if isinstance(written, Refusal):
        return written
    for part in written.left_out:
        sys.stderr.write(f"beket: R.048 has no place for {part.path}: {', '.join(part.values)}\n")
    return written.blob
