"""Every plug is pulled while cameras post: what was answered 200 is in the log, once, and the house comes back."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.house.camera import PLACE, Camera, site_file
from tests.house.house import SMALL, House, alive, calm, command_of, descendants, running, until

BACK_S = 40.0
"""How long a part may take to be back on a loaded machine; on an idle one it is about two."""

LEFT_S = 10.0
"""How long what a killed parent leaves may live: its parts die with it, the engine shuts down fast."""

PARTS = ("sim", "web", "loop", "field", "postgres")


@pytest.mark.timeout(300)
def test_kill_of_any_part_loses_nothing_that_was_acknowledged(folder: Path) -> None:
    house = House(folder, "--demo", "--site", site_file(folder), *SMALL)
    try:
        house.start()
        house.greeted()
        with Camera(house.field_port) as camera:
            camera.more(20, 30)
            for part in PARTS:
                _kill(house, part)
                camera.more(20, BACK_S)
            until(lambda: _desk_answers(house), BACK_S, "the desk answers")
            left = _kill_parent(house)
            house.start()  # at once: it waits for what the killed one leaves
            house.greeted()
            assert [command_of(pid) for pid in left if alive(pid)] == []
            camera.more(20, BACK_S)
        held = Counter(house.plates(PLACE))
        assert camera.answered
        assert [plate for plate in camera.answered if held[plate] != 1] == []
        assert [plate for plate, times in held.items() if times > 1] == []
        assert "Traceback" not in house.said, house.said[-3000:]
        assert house.interrupt() <= 20
        house.is_whole()
    finally:
        house.end()


def _kill(house: House, part: str) -> None:
    """Kill a part and wait until another process has taken its place."""
    before = house.parts()[part]
    os.kill(before, signal.SIGKILL)
    until(lambda: house.parts().get(part, before) != before, BACK_S, f"{part} is back")


def test_without_its_engine_the_desk_says_so_and_how_long(folder: Path) -> None:
    with running(folder, "--site", site_file(folder)) as house:
        house.process.send_signal(signal.SIGSTOP)  # nobody brings the engine back meanwhile
        try:
            os.kill(house.parts()["postgres"], signal.SIGKILL)
            until(lambda: _front_page(house).status_code == 503, BACK_S, "the engine's last processes are gone")
            answer = _front_page(house)
        finally:
            house.process.send_signal(signal.SIGCONT)
        assert answer.headers["retry-after"] == "5"
        assert "Beket cannot reach its store" in answer.text
        until(lambda: _desk_answers(house), BACK_S, "the desk answers again")
        calm(house.said)


def _front_page(house: House) -> httpx.Response:
    return httpx.get(f"{house.url}/", headers={"Cookie": "desk=" + 32 * "a"}, timeout=20, trust_env=False)


def _kill_parent(house: House) -> list[int]:
    """Kill the parent; gives what it leaves behind."""
    left = list(descendants(house.process.pid))
    house.process.kill()
    house.process.wait()
    return left


def _desk_answers(house: House) -> bool:
    try:
        return httpx.get(f"{house.url}/sign-in", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_kill_of_the_parent_leaves_no_orphans(folder: Path) -> None:
    house = House(folder, "--demo", *SMALL)
    try:
        house.start()
        until(lambda: len(house.parts()) >= len(PARTS), BACK_S, "its parts are there, some of them hardly begun")
        _kill_parent(house)
        until(lambda: house.belonging() == [], LEFT_S, f"all are gone: {house.belonging()}")
    finally:
        house.end()
