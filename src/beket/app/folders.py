"""Where a node keeps what is no table, below its data directory."""

from __future__ import annotations

from pathlib import Path

from beket.settings import Settings


def evidence_folder(settings: Settings) -> Path:
    """Give the folder where kept pictures lie."""
    return Path(settings.data_dir).absolute() / "evidence"
