"""Where the parts of one node leave their figures for the parent's summary: one small JSON file each."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from beket.settings import Settings

logger = logging.getLogger(__name__)


def leave(settings: Settings, part: str, figures: object) -> None:
    """Write a part's figures, whole or not at all; on a full disk the run goes on without them."""
    folder = Path(settings.data_dir) / "figures"
    fresh = folder / f"{part}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(json.dumps(figures), encoding="utf-8")
        fresh.replace(folder / f"{part}.json")
    except OSError as error:
        logger.warning("the figures of part %s could not be left: %s", part, error.strerror)


def found(settings: Settings, part: str) -> Any:  # noqa: ANN401 - JSON
    """Read a part's figures; None when it left none."""
    try:
        return json.loads((Path(settings.data_dir) / "figures" / f"{part}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def clear(settings: Settings) -> None:
    """Forget the figures of an earlier run."""
    for file in (Path(settings.data_dir) / "figures").glob("*.json"):
        file.unlink()


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Give the value below which `share` of an ordered sample lies; None of an empty one."""
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1) if ordered else None


def resident_mib(pids: Iterable[int | None]) -> dict[str, float]:
    """Sum the memory that processes and their children have for themselves (proportional set size), in MiB."""
    parents = _parents()
    wanted = {pid for pid in pids if pid is not None}
    while grown := {pid for pid, parent in parents.items() if parent in wanted} - wanted:
        wanted |= grown
    return {"all": round(sum(_pss_kib(pid) for pid in wanted) / 1024, 1), "processes": len(wanted)}


def _parents() -> dict[int, int]:
    found_parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        found_parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    return found_parents


def _pss_kib(pid: int) -> int:
    """Read one process's proportional set size; a process that ended meanwhile has none."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
