"""Lends the desk the site's tables of fees: files of a folder, read anew when somebody asks, for they are few."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from beket.app.folders import reference_folder
from beket.settings import Settings
from beket.web.fees import FeesSeen, install
from beket.words.fees import Fees, put_together, read_fees
from beket.words.limits import LIMITS_CHARS_MAX, Wrong

FILES_MAX: Final = 20
"""Most tables of fees: one for each law that sets any."""

BYTES_A_CHARACTER: Final = 4
"""Most bytes that one character takes (UTF-8)."""


def fees_folder(settings: Settings) -> Path:
    """Give the folder where an administrator puts tables of fees; it need not be there."""
    return reference_folder(settings) / "fees"


def lend_fees(settings: Settings) -> None:
    """Let pages look into the tables of fees."""
    install(partial(fees_in, fees_folder(settings)))


def fees_in(folder: Path) -> FeesSeen:
    """Read all tables of a folder; one that cannot be gone by stops none of the others."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".toml" and file.is_file())
    except FileNotFoundError:
        return FeesSeen()
    except OSError as error:
        return FeesSeen(left_out=((str(folder), Wrong(where="", reason=error.strerror or str(error))),))
    over = [(file.name, Wrong(where="", reason=f"more than {FILES_MAX} files")) for file in files[FILES_MAX:]]
    fees, wrong = put_together({file.name: fees_of(file) for file in files[:FILES_MAX]})
    return FeesSeen(fees=fees, left_out=(*sorted(wrong.items()), *over))


def fees_of(file: Path) -> Fees | Wrong:
    """Read the table of one file, or say what is wrong with it."""
    try:
        with file.open("rb") as opened:
            blob = opened.read(BYTES_A_CHARACTER * LIMITS_CHARS_MAX + 1)
        return read_fees(blob.decode().replace("\r\n", "\n"))
    except OSError as error:
        return Wrong(where="", reason=error.strerror or str(error))
    except UnicodeDecodeError as error:
        return Wrong(where="", reason="not UTF-8", line=blob.count(b"\n", 0, error.start) + 1)
