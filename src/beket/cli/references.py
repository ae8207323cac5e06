"""Commands about the tables that documents are checked with: codes of goods, and rates of currencies."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from beket.cli.commands import bytes_of, say
from beket.settings import Settings
from beket.words.moments import BISHKEK

if TYPE_CHECKING:
    from beket.cli.commands import Commands
    from beket.exchange.reference.nomenclature import Nomenclature

REFUSED = 2
"""Exit status of a table that is not taken."""

FOUND_DEFAULT = 20
"""Codes that a search shows where nobody says how many."""


def add(verbs: Commands) -> None:
    """Add the verbs to the group of documents."""
    code = verbs.add_parser("code", help="what is known of a code of goods, or the codes that some words lead to")
    code.add_argument("text", help="a code with six digits or more, or words")
    code.add_argument("--national", type=Path, metavar="DIR", help="a folder with the national table")
    code.add_argument(
        "--on", type=_day, metavar="DAY", help="the day it is asked for, as 2026-11-01; today when absent"
    )
    code.add_argument("--language", choices=("ky", "ru", "en"), default="en", help="the language of the names")
    code.add_argument("--limit", type=int, default=FOUND_DEFAULT, help="most codes of a search")
    code.set_defaults(command=_code)

    rates = verbs.add_parser("rates", help="what a bulletin of the National Bank says; a refusal exits with 2")
    rates.add_argument("file", help="a file, or - for standard input")
    rates.set_defaults(command=_rates)


def _day(said: str) -> date:
    return date.fromisoformat(said)


def _code(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.reference.folders import nomenclature_in
    from beket.exchange.reference.nomenclature import HS_LENGTH, Nomenclature

    found = Nomenclature() if given.national is None else nomenclature_in(given.national)
    if isinstance(found, Refusal):
        say({"refused": found.kind, "reason": found.reason, "where": found.where})
        return REFUSED
    digits = "".join(sign for sign in given.text if sign.isdigit())
    if len(digits) >= HS_LENGTH and not any(sign.isalpha() for sign in given.text):
        return _known(found, given)
    codes = found.search(given.text, given.language, given.limit)
    for one in codes:
        say(msgspec.to_builtins(one))
    return 0 if codes else 1


def _known(nomenclature: Nomenclature, given: argparse.Namespace) -> int:
    known = nomenclature.knows(given.text, given.on or datetime.now(BISHKEK).date())
    say(msgspec.to_builtins(known))
    return 0 if known.standing in {"valid", "six_digits"} else 1


def _rates(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.exchange.kit.refusal import Refusal
    from beket.exchange.reference.rates import BULLETIN_BYTES_MAX, read_bulletin

    try:
        blob = bytes_of(given.file, BULLETIN_BYTES_MAX + 1)
    except OSError as error:
        sys.stderr.write(f"beket: {given.file}: {error.strerror or error}\n")
        return REFUSED
    found = read_bulletin(blob, given.file)
    if isinstance(found, Refusal):
        say({"refused": found.kind, "reason": found.reason, "where": found.where})
        return REFUSED
    for rate in found.rates:
        say(msgspec.to_builtins(rate))
    return 0
