"""Lends the desk a press for acts: each is drawn and signed in a process of its own, which ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

import msgspec

from beket.app.folders import officers_folder
from beket.app.outgoing import signer_of
from beket.settings import Settings

if TYPE_CHECKING:
    from beket.web.pressing import Pressed, Sheet

PRESS_S_MAX: Final = 30.0
"""Longest that a page waits for its paper: one takes about two seconds, on a busy machine five."""

TURN_S_MAX: Final = 10.0
"""Longest wait for other papers: one is made at a time, for it takes as much memory as the desk itself."""

ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What the process that makes a paper is told of this one: nothing of the database."""

_turn: Final = threading.Lock()


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
    if not _turn.acquire(timeout=TURN_S_MAX):
        raise CannotPress("other papers are being made just now; try again in a moment")
    try:
        made = msgspec.msgpack.decode(_run(msgspec.msgpack.encode(asked)), type=Made)
    except subprocess.TimeoutExpired as late:
        raise CannotPress(f"the paper was not made within {PRESS_S_MAX:.0f} seconds") from late
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as failed:
        raise CannotPress("the program that makes papers could not be run, or ended") from failed
    finally:
        _turn.release()
    if made.pdf is None or made.certificate is None:
        raise CannotPress(made.trouble)
    return Pressed(pdf=made.pdf, signer=made.signer, certificate=made.certificate, demo=made.demo)


def _run(asked: bytes) -> bytes:
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "beket.app.acts_aside"],
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        timeout=PRESS_S_MAX,
        check=True,
    )
    return done.stdout
