"""Lends the desk a press for acts: each is drawn and signed in a process of its own, which ends with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from beket.app.aside import Aside, NotDone, Why
from beket.app.folders import officers_folder
from beket.app.outgoing import signer_of
from beket.settings import Settings

if TYPE_CHECKING:
    from beket.web.pressing import Pressed, Sheet

PRESS_S_MAX: Final = 30.0
"""Longest that a page waits for its paper: one takes about two seconds, on a busy machine five."""

TURN_S_MAX: Final = 10.0
"""Longest wait for other papers: one is made at a time, for it takes as much memory as the desk itself."""

TROUBLES: Final[dict[Why, str]] = {
    "busy": "other papers are being made just now; try again in a moment",
    "late": f"the paper was not made within {PRESS_S_MAX:.0f} seconds",
    "ended": "the program that makes papers could not be run, or ended",
}

_PRESS: Final = Aside("beket.app.acts_aside", work_s_max=PRESS_S_MAX, turn_s_max=TURN_S_MAX)


def lend_press(settings: Settings) -> None:
    """Let pages have acts drawn and signed; nothing is loaded before the first."""
    from beket.web.pressing import Press, install

    demo = not (settings.signer_key and settings.signer_certificate)
    if not demo:
        signer_of(settings)  # a key that cannot be used is said at the start
    install(Press(demo=demo, press=lambda sheet: _pressed(settings, sheet)))


def _pressed(settings: Settings, sheet: Sheet) -> Pressed:
    from beket.app.acts_aside import Asked, Made
    from beket.web.pressing import CannotPress, Pressed

    asked = Asked(
        sheet=sheet,
        officers=str(officers_folder(settings)),
        key=settings.signer_key,
        certificate=settings.signer_certificate,
    )
    try:
        made = msgspec.msgpack.decode(_PRESS.answer(asked), type=Made)
    except NotDone as failed:
        raise CannotPress(TROUBLES[failed.why]) from failed
    except msgspec.DecodeError as torn:
        raise CannotPress(TROUBLES["ended"]) from torn
    if made.pdf is None or made.certificate is None:
        raise CannotPress(made.trouble)
    return Pressed(pdf=made.pdf, signer=made.signer, certificate=made.certificate, demo=made.demo)
