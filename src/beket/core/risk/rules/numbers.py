"""Numbers: what one document's numbers and codes say against themselves, and against what it said before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.picture import Because, because
from beket.core.risk.rule import rule
from beket.words.containers import digit_wanted

VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
"""A maker's number as ISO 3779 has it: without I, O and Q. Its check digit is North American only: not asked."""


@rule("N01", harm="papers", basis="ISO 6346: the last digit of a container's number checks the others")
def container_digit_wrong(seen: Paper) -> Iterator[Because]:
    """The check digit of a container number is wrong."""
    for number in () if seen.gist.cancels else seen.gist.containers:
        wanted = digit_wanted(number)
        if wanted is not None:
            yield because((seen,), number, container=number, right_digit=wanted)


@rule("N02", harm="papers", basis="Harmonized System 2022, and the national table where one is loaded")
def code_not_in_nomenclature(seen: Paper) -> Iterator[Because]:
    """The code of a line of goods is not in the nomenclature in force."""
    for odd in () if seen.gist.cancels else seen.gist.codes_odd:
        yield because((seen,), odd.where, item=odd.where, said=odd.said)


@rule("N03", harm="goods", basis="plain sense: one number is one document, and a correction says that it is one")
def changed_without_a_word(seen: Paper) -> Iterator[Because]:
    """The document says other things than before under the same number, and does not say that it corrects it."""
    if seen.unannounced:
        yield because((seen,), number=seen.gist.number or seen.gist.id or "", version=seen.version)


@rule("N04", harm="record", basis="ISO 3779; report of trailers whose VIN was tampered with (reference 01 §4)")
def vin_odd(seen: Paper) -> Iterator[Because]:
    """The VIN of a vehicle does not have the 17 signs that it should."""
    for one in () if seen.gist.cancels else seen.gist.vins:
        if VIN.fullmatch(one.vin) is None:
            yield because((seen,), one.vin, vin=one.vin, signs=len(one.vin))
