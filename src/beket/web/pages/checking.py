"""Whether a paper is an act of this house, for anybody who has it in hand: nothing more is told than stands on it."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from beket.board.panels.acts import ActSeen
from beket.web.access import OPEN
from beket.web.accounts.pace import Pace, TooFast
from beket.web.open_door import act_for_anyone, act_of_paper
from beket.web.shown.acts import place_name, show_act
from beket.web.uploads import bounded
from beket.words.acts import ACT_NUMBER, CHECK_SIGNS
from beket.words.ids import sha256

AT_ONCE: Final = 20
PER_S: Final = 0.2
"""Questions that one address may ask at once, and how many a second it may go on with: a desk with a pile of papers.

The eight signs are one of four thousand million: at this pace nobody guesses them, from however many addresses, because
each number has its own.
"""

OF_A_NUMBER_AT_ONCE: Final = 20
OF_A_NUMBER_PER_S: Final = 1 / 60
"""The same of one number, whoever asks; who scans the code has the whole digest, which nobody guesses."""

DIGEST_SIGNS: Final = 64

RETRY_AFTER_S: Final = 60
"""When whoever asked too fast may come again."""

PAPER_BYTES_MAX: Final = 4 * 1024 * 1024
"""Largest file that is looked at; an act has some tens of kilobytes."""

NUMBER_MAX: Final = 80
_CHECK: Final = re.compile(r"[0-9a-f]{8,64}", re.ASCII)

ADDRESSES: Final = Pace(at_once=AT_ONCE, per_s=PER_S)
NUMBERS: Final = Pace(at_once=OF_A_NUMBER_AT_ONCE, per_s=OF_A_NUMBER_PER_S)


@csrf_exempt  # nothing is changed, and no session is asked for
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """Check an act by its number with the signs that stand beside it, or by the file itself."""
    number = request.GET.get("number", "").strip()[:NUMBER_MAX]
    check = request.GET.get("check", "").strip().lower()[:64]
    asked = request.method == "POST" or bool(number or check)
    context: dict[str, Any] = {"number": number, "check": check[:CHECK_SIGNS], "check_signs": CHECK_SIGNS}
    try:
        if asked:
            ADDRESSES.step(request.META.get("REMOTE_ADDR", ""))
        found, said = (
            _by_file(request) if request.method == "POST" else _by_number(number, check) if asked else (None, "")
        )
    except TooFast:
        answer = render(request, "pages/verify_act.html", {**context, "said": "too_fast"}, status=429)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    context |= {"said": said, "by_file": request.method == "POST"}
    if found is not None:
        context |= {"act": show_act(found), "seen": found, "place_name": place_name(found.act.content)}
    return render(request, "pages/verify_act.html", context, status=413 if said == "too_large" else 200)


def _by_number(number: str, check: str) -> tuple[ActSeen | None, str]:
    """What there is under a number with its signs; a wrong one of either is answered alike."""
    if not ACT_NUMBER.fullmatch(number) or not _CHECK.fullmatch(check):
        return None, "unknown"
    if len(check) < DIGEST_SIGNS:
        NUMBERS.step(number)
    found = act_for_anyone(number, check)
    return found, "unknown" if found is None else "found"


def _by_file(request: HttpRequest) -> tuple[ActSeen | None, str]:
    """What act a file is, byte for byte."""
    handler = bounded(request, PAPER_BYTES_MAX)
    if not handler.too_much:
        _ = request.POST  # the form is read
    if handler.too_much:
        return None, "too_large"
    if not handler.files:
        return None, "no_file"
    found = act_of_paper(sha256(handler.files[0].blob))
    return found, "unknown_file" if found is None else "found"


cast(Any, verify).verb = OPEN
