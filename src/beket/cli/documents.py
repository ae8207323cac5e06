"""Commands about trade documents: read one into the neutral form, or check all below a folder."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from beket.cli import references, writing
from beket.cli.commands import bytes_of, say
from beket.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from beket.cli.commands import Commands
    from beket.exchange.kit.format import Format
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.signatures.trust import Trust
    from beket.words.documents import Document

REFUSED = 2
"""Exit status of a document that is not taken."""


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    document = commands.add_parser("document", help="trade documents: declarations, consignment notes, certificates")
    verbs = document.add_subparsers(required=True, metavar="VERB")

    maps = argparse.ArgumentParser(add_help=False)
    maps.add_argument(
        "--maps", type=Path, metavar="DIR", help="a folder of maps (*.toml) beside those that are shipped"
    )

    read = verbs.add_parser(
        "read", parents=[maps], help="the neutral form, one line of JSON per document; a refusal exits with 2"
    )
    read.add_argument("file", help="a file, or - for standard input")
    read.add_argument("--as", dest="wanted", metavar="FORMAT", help="read as this format and no other")
    read.add_argument("--anchors", type=Path, metavar="DIR", help="trust signers that certificates in here vouch for")
    read.set_defaults(command=_read)

    check = verbs.add_parser(
        "check", parents=[maps], help="read all files below a folder; one JSON line each, exit 1 if any is refused"
    )
    check.add_argument("folder", type=Path, metavar="DIR")
    check.set_defaults(command=_check)

    listing = verbs.add_parser("formats", parents=[maps], help="the formats that are read, and what they follow")
    listing.set_defaults(command=_formats)

    propose = verbs.add_parser(
        "propose", help="write a map for a table (CSV, XLSX) from its headers, to be changed and saved"
    )
    propose.add_argument("file", help="a file, or - for standard input")
    propose.set_defaults(command=_propose)

    references.add(verbs)
    writing.add(verbs)


def _read(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.reading import known_formats, read_documents

    maps = _maps(given.maps)
    if maps is None:
        return REFUSED
    if given.wanted is not None and given.wanted not in known_formats(maps):
        sys.stderr.write(f"beket: no format named {given.wanted}; there are {', '.join(known_formats(maps))}\n")
        return REFUSED
    blob = _bytes(given.file)
    trust = _trusted(given.anchors)
    if blob is None or trust is None:
        return REFUSED
    found = read_documents(blob, given.wanted, trust, maps)
    if isinstance(found, Refusal):
        say(_refused(found))
        return REFUSED
    for document in found:
        say(msgspec.to_builtins(document))
    return 0


def _trusted(folder: Path | None) -> Trust | None:
    """Trust the certificates of a folder; says what is wrong with them, and gives None then."""
    from beket.exchange.kit.refusal import Refused

    try:
        return _trust(folder)
    except OSError as error:
        sys.stderr.write(f"beket: {error.filename or folder}: {error.strerror or error}\n")
    except Refused as refused:
        sys.stderr.write(f"beket: {refused.refusal.where}: {refused.refusal.reason}\n")
    return None


def _trust(folder: Path | None) -> Trust:
    """Trust the certificates of a folder, now; raises OSError, and Refused with the file that holds none."""
    from beket.exchange.library import anchors_in
    from beket.exchange.signatures.trust import Trust

    return Trust(anchors=() if folder is None else anchors_in(folder), judged_at=datetime.now(UTC))


def _check(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.kit.xml import BYTES_MAX
    from beket.exchange.reading import read_documents

    if not given.folder.is_dir():
        sys.stderr.write(f"beket: {given.folder} is no folder\n")
        return REFUSED
    maps = _maps(given.maps)
    if maps is None:
        return REFUSED
    refusals = 0
    for file in sorted(path for path in given.folder.rglob("*") if path.is_file()):
        line: dict[str, Any] = {"file": str(file.relative_to(given.folder))}
        found = read_documents(bytes_of(str(file), BYTES_MAX + 1), maps=maps)
        if isinstance(found, Refusal):
            refusals += 1
            say(line | _refused(found))
            continue
        say(line | {"documents": [_brief(one) for one in found]})
    return 1 if refusals else 0


def _formats(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.reading import known_formats

    maps = _maps(given.maps)
    if maps is None:
        return REFUSED
    for one in known_formats(maps).values():
        layout = "confirmed" if one.layout_confirmed else "layout unconfirmed"
        plain = {"name": one.name, "title": one.title, "source": one.source, "versions": list(one.versions)}
        say(plain | {"layout": layout})
    return 0


def _propose(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refused
    from beket.exchange.mapped.proposal import proposed_map

    blob = _bytes(given.file)
    if blob is None:
        return REFUSED
    try:
        sys.stdout.write(proposed_map(blob))
    except Refused as refused:
        say(_refused(refused.refusal))
        return REFUSED
    return 0


def _maps(folder: Path | None) -> Mapping[str, Format] | None:
    """Read a folder of maps; says what is wrong with them, and gives None where anything is."""
    from beket.exchange.mapped.shelf import MapTrouble, maps_in
    from beket.exchange.reading import coded_formats

    try:
        maps = {} if folder is None else maps_in(folder)
    except OSError as error:
        sys.stderr.write(f"beket: {folder}: {error.strerror or error}\n")
        return None
    except MapTrouble as trouble:
        sys.stderr.writelines(f"beket: {fault}\n" for fault in trouble.faults)
        return None
    replaced = sorted(set(maps) & set(coded_formats()))
    if replaced:
        sys.stderr.write(f"beket: {replaced[0]}.toml: name: {replaced[0]} is read by code, which no map replaces\n")
        return None
    return maps


def _bytes(file: str) -> bytes | None:
    """Read a file; says why it cannot be read, and gives None then."""
    from beket.exchange.kit.xml import BYTES_MAX

    try:
        return bytes_of(file, BYTES_MAX + 1)
    except OSError as error:
        sys.stderr.write(f"beket: {file}: {error.strerror or error}\n")
        return None


def _refused(found: Refusal) -> dict[str, Any]:
    return {"refused": found.kind, "reason": found.reason, "where": found.where}


def _brief(document: Document) -> dict[str, Any]:
    """What a person wants to see of each of a thousand files."""
    return {
        "format": document.format,
        "version": document.version,
        "kind": document.kind,
        "layout": "confirmed" if document.layout_confirmed else "layout unconfirmed",
        "id": document.id,
        "number": document.number,
        "items": sum(len(one.items) for one in document.consignments),
        "unread": sum(one.count for one in document.unread),
        "remarks": [msgspec.to_builtins(one) for one in document.remarks],
        "signatures": [one.state for one in document.signatures],
    }
