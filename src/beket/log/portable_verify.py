#!/usr/bin/env python3
"""Verifies a portable copy of a Beket log with nothing but Python: `python3 verify.py [FOLDER]`.

Every chain is derived again from its entries as docs/log-format.md says, then compared with the manifest.
The manifest itself proves nothing: compare the heads printed here with heads you noted elsewhere.
"""

import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def frame_hash(place: str, frame: dict[str, Any]) -> str:
    """Hash one frame: domain, previous hash, place, seq, at, count, SHA-256 of the body."""
    name = place.encode()
    header = b"beket frame 1\n" + bytes.fromhex(frame["prev"]) + struct.pack(">H", len(name)) + name
    header += struct.pack(">qqq", frame["seq"], frame["at"], frame["n"])
    return hashlib.sha256(header + hashlib.sha256(frame["body"].encode()).digest()).hexdigest()


def misfits_of_chain(folder: Path, claim: dict[str, Any]) -> Iterator[str]:
    """Walk one chain and give the first thing that does not fit."""
    place, seq, link, at, entries = claim["place"], 0, "00" * 32, 0, 0
    with (folder / claim["file"]).open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            seq += 1
            try:
                frame = json.loads(line)
                follows = frame["seq"] == seq and frame["prev"] == link and frame["at"] >= at
                whole = frame_hash(place, frame) == frame["hash"] and len(json.loads(frame["body"])) == frame["n"]
            except (ValueError, KeyError, TypeError, AttributeError, struct.error):
                follows, whole = True, False
            if not (follows and whole):
                yield f"{place}:{seq} was altered" if follows else f"{place}:{seq} does not follow the frame before it"
                return
            link, at, entries = frame["hash"], frame["at"], entries + frame["n"]
    if (seq, link, entries) != (claim["seq"], claim["hash"], claim["entries"]):
        yield f"{place} ends at frame {seq}, not where the manifest says ({claim['seq']})"


def misfits_of_pictures(folder: Path, claim: dict[str, Any]) -> Iterator[str]:
    """Compare every picture with its name, and the pictures with the list."""
    listed = (folder / claim["list"]).read_bytes()
    if hashlib.sha256(listed).hexdigest() != claim["sha256"]:
        yield "the list of pictures was altered"
    for name in listed.decode().split():
        picture = folder / "evidence" / name[:2] / name
        if not picture.is_file() or hashlib.sha256(picture.read_bytes()).hexdigest() != name:
            yield f"picture {name} is missing or was altered"


def main(folder: Path) -> int:
    """Print what fits and what does not; 0 when everything fits."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    misfits = [text for claim in manifest["chains"] for text in misfits_of_chain(folder, claim)]
    if manifest.get("pictures"):
        misfits += misfits_of_pictures(folder, manifest["pictures"])
    for claim in manifest["chains"]:
        print(f"{claim['place']} frames {claim['seq']} entries {claim['entries']} head {claim['hash']}")
    print("\n".join(misfits) if misfits else "everything fits")
    return 1 if misfits else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)))
