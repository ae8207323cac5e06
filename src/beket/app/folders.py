"""Where a node keeps what is no table, below its data directory."""

from __future__ import annotations

from pathlib import Path

from beket.settings import Settings, SettingsTrouble


def evidence_folder(settings: Settings) -> Path:
    """Give the folder where kept pictures lie."""
    return Path(settings.data_dir).absolute() / "evidence"


def reference_folder(settings: Settings) -> Path:
    """Give the folder of what papers are read and checked with; it need not be there."""
    return Path(settings.reference_dir or Path(settings.data_dir) / "reference").absolute()


def papers_folder(settings: Settings) -> Path:
    """Give the folder where papers lie that are too large for the log."""
    return Path(settings.data_dir).absolute() / "papers"


def photos_folder(settings: Settings) -> Path:
    """Give the folder where photographs of inspectors lie; the desk is its only writer."""
    return Path(settings.data_dir).absolute() / "photos"


def officers_folder(settings: Settings) -> Path:
    """Give the folder with the keys that officers sign with in a demonstration; only we may read it."""
    return Path(settings.data_dir).absolute() / "officers"


def slip_keys_folder(settings: Settings) -> Path:
    """Give the folder with the keys that printed slips are checked with, ours and those of neighbours."""
    return Path(settings.data_dir).absolute() / "slip-keys"


def incoming_folder(settings: Settings) -> Path:
    """Give the folder below which each post has one where papers may be laid."""
    return Path(settings.data_dir).absolute() / "incoming"


def drivers_folder(settings: Settings) -> Path | None:
    """Give the folder of the site's own drivers, where there is one; raises SettingsTrouble for one that is not."""
    if settings.drivers_dir is not None:
        folder = Path(settings.drivers_dir)
        if not folder.is_dir():
            raise SettingsTrouble(f"setting drivers_dir = {settings.drivers_dir!r}: there is no such folder")
        return folder
    return drivers_beside(Path(settings.site)) if settings.site else None


def drivers_beside(site_file: Path) -> Path | None:
    """Give the folder `drivers` beside a site file, where there is one."""
    folder = site_file.absolute().parent / "drivers"
    return folder if folder.is_dir() else None


def look_for_drivers(folder: Path | None) -> None:
    """Have the site's own drivers known to this process, where the site has any."""
    if folder is not None:
        from beket.devices.kit.registry import look_in

        look_in(folder)
