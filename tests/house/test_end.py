"""A run that ends by itself says what happened, and what it leaves verifies; one that is interrupted leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.house import SMALL, House, alive, beket, calm, descendants, last_line, running, takes

RUN_S = 9
STOP_S = 10.0


def test_a_bounded_run_ends_with_a_clean_verdict_and_a_log_that_verifies_anywhere(folder: Path) -> None:
    house = House(folder, "--demo", *SMALL, "--for", str(RUN_S))
    try:
        house.start()
        assert house.process.wait(100) == 0, house.said[-2000:]
    finally:
        house.end()
    calm(house.said)
    summary = last_line(house.told)
    assert all(summary[count] > 0 for count in ("readings", "facts", "crossings"))
    for stage in ("durable", "screen"):
        assert 0 < summary["latency_ms"][stage]["p50"] <= summary["latency_ms"][stage]["p95"]
    judge = summary["judge"]
    assert (judge["missed"], judge["doubled"], judge["misjoined"]) == (0, 0, 0), judge
    assert judge["explained"] == 0
    assert judge["unexplained_differences"] == []
    house.is_whole()
    _copy_verifies_alone(house)
    _noted_heads_find_a_cut_off_chain(house)


def _copy_verifies_alone(house: House) -> None:
    copy = house.folder / "copy"
    exported = beket("log", "export", copy, "--evidence", "--data", house.data)
    assert exported.returncode == 0, exported.stderr
    alone = subprocess.run([sys.executable, "-I", copy / "verify.py"], capture_output=True, text=True, check=False)
    assert alone.returncode == 0, alone.stdout + alone.stderr


def _noted_heads_find_a_cut_off_chain(house: House) -> None:
    """A head from the future stands for the end that somebody cut off since it was noted."""
    noted = house.folder / "heads.jsonl"
    noted.write_text(beket("log", "heads", "--data", house.data).stdout, "utf-8")
    fits = beket("log", "verify", "--data", house.data, "--heads", noted)
    assert fits.returncode == 0, fits.stdout
    assert last_line(fits.stdout)["noted_heads"] == len(noted.read_text("utf-8").splitlines()) > 0
    head = last_line(noted.read_text("utf-8"))
    noted.write_text(noted.read_text("utf-8").replace(f'"seq":{head["seq"]},', f'"seq":{head["seq"] + 3},'), "utf-8")
    cut = beket("log", "verify", "--data", house.data, "--heads", noted, "--place", head["place"])
    assert cut.returncode == 1
    assert "noted elsewhere" in last_line(cut.stdout)["first_bad"]["why"]
    noted.write_text("not a head\n", "utf-8")
    unreadable = beket("log", "verify", "--data", house.data, "--heads", noted)
    assert (unreadable.returncode, "line 1" in unreadable.stderr) == (2, True)


def test_ctrl_c_stops_everything_it_started_soon_and_calmly(folder: Path) -> None:
    with running(folder, "--demo", *SMALL) as house:
        below = descendants(house.process.pid)
        assert {"field", "loop", "web", "sim", "postgres"} <= set(house.parts())
        took = house.interrupt()
        assert house.process.returncode == 0
        assert took <= STOP_S
        assert [below[pid] for pid in below if alive(pid)] == []
        assert not any(takes(port) for port in (house.port, house.field_port))
        calm(house.said)
        assert "SIGINT: stopping everything" in house.said
        assert len(house.said.splitlines()) <= 3, house.said


def test_ctrl_c_during_the_start_stops_it_as_well(folder: Path) -> None:
    house = House(folder, "--demo", *SMALL)
    house.start()
    try:
        while not house.parts():
            assert house.process.poll() is None, house.said
        assert house.interrupt() <= STOP_S + 5
        assert house.process.returncode == 0, house.said
        calm(house.said)
        assert descendants(house.process.pid) == {}
    finally:
        house.end()
