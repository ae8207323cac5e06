"""Lends the desk what signs slips and what checks them: the house's key, and the folder of keys that are known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from beket.app.folders import officers_folder, slip_keys_folder
from beket.app.outgoing import signer_of
from beket.settings import Settings
from beket.words.ids import Instant
from beket.words.slips import Checked, Slip

if TYPE_CHECKING:
    from beket.exchange.signatures.bundle import Signer

OF_THE_HOUSE: Final = "slips of this node"
"""Whose demonstration key signs slips: the house's own. No account has blanks in its name."""


def lend_slips(settings: Settings) -> None:
    """Let pages sign slips and check those that are shown; nothing is loaded or made before the first."""
    from beket.web.slipping import Slips, install

    install(
        Slips(
            demo=not _has_key(settings),
            seal=lambda slip: _sealed(settings, slip),
            check=lambda text, now: checked_slip(settings, text, now),
        )
    )


def checked_slip(settings: Settings, text: str, now: Instant) -> Checked:
    """Say what a text is worth that somebody showed."""
    from beket.exchange.slips.keys import known_keys
    from beket.exchange.slips.sealing import checked

    return checked(text, known_keys(slip_keys_folder(settings)), now)


def own_certificate(settings: Settings) -> Path:
    """Give the file by which others check our slips, made where it is not there. Raises KeyTrouble, OSError."""
    from beket.exchange.slips.keys import OWN, keep_own

    folder = slip_keys_folder(settings)
    name = keep_own(folder, _signer(settings).certificates[0])
    return folder / f"{OWN}{name.hex()}.pem"


def _sealed(settings: Settings, slip: Slip) -> str:
    from beket.exchange.slips.keys import KeyTrouble, keep_own
    from beket.exchange.slips.sealing import sealed
    from beket.settings import SettingsTrouble
    from beket.web.slipping import CannotSeal

    try:
        signer = _signer(settings)
        keep_own(slip_keys_folder(settings), signer.certificates[0])
        return sealed(slip, signer)
    except (KeyTrouble, SettingsTrouble) as trouble:
        raise CannotSeal(str(trouble)) from trouble
    except (OSError, ValueError) as error:
        raise CannotSeal(f"the key that signs slips cannot be read or made: {error}") from error


def _signer(settings: Settings) -> Signer:
    """The key that the settings name, as for all that leaves the house; else one for demonstrations."""
    from beket.exchange.acts.officers import Officers

    if _has_key(settings):
        return signer_of(settings)
    return Officers(officers_folder(settings)).signer(OF_THE_HOUSE, datetime.now(UTC))


def _has_key(settings: Settings) -> bool:
    return bool(settings.signer_key and settings.signer_certificate)
