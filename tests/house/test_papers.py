"""Papers in a running house: what comes in stands in the log, whatever ends the intake meanwhile."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from beket.words.readings import DocumentLodged
from tests.exchange.papers import declaration
from tests.house.camera import PLACE, site_file
from tests.house.house import House, beket, calm, last_line, running, until

SOON_S = 30.0


def numbers(house: House) -> list[str | None]:
    """Which documents the log has, as often as it has them."""
    return [said.document.id for said in house.readings(PLACE) if isinstance(said, DocumentLodged)]


def killed(house: House, part: str, before: set[int]) -> bool:
    """Kill a part that runs and was not killed before; it may end by itself while it is looked at."""
    pid = house.parts().get(part)
    if pid is None or pid in before:
        return False
    before.add(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


@pytest.mark.timeout(180)
def test_laid_papers_are_taken_once_though_the_intake_is_killed(folder: Path) -> None:
    with running(folder, "--site", site_file(folder)) as house:
        incoming = house.data / "incoming" / PLACE
        until((incoming / "taken").is_dir, SOON_S, "the post's folder")
        before: set[int] = set()
        for number in range(60):
            (incoming / f"{number}.xml").write_bytes(declaration(number))
            if number % 20 == 10:
                until(lambda: killed(house, "intake", before), SOON_S, "another intake runs")
        (incoming / "cut.xml").write_bytes(declaration(99)[:200])
        until(lambda: len(list((incoming / "taken").iterdir())) == 60, 2 * SOON_S, "all are taken")
        until(lambda: len(list((incoming / "refused").iterdir())) == 2, SOON_S, "one is refused")
        assert len(numbers(house)) == len(set(numbers(house))) == 60
        doctor = beket("doctor", "--data", house.data)
        assert "ok   papers: 0 papers waiting to be read" in doctor.stdout
        house.is_whole()
        house.interrupt()
        calm(house.said)


@pytest.mark.timeout(120)
def test_a_bounded_run_tells_how_many_papers_it_took(folder: Path) -> None:
    house = House(folder, "--site", site_file(folder), "--for", "8")
    (house.data / "incoming" / PLACE).mkdir(parents=True)
    (house.data / "incoming" / PLACE / "a.xml").write_bytes(declaration(1))
    try:
        house.start()
        house.greeted()
        assert house.process.wait(60) == 0
        assert last_line(house.told)["papers"] == {"taken": 1, "refused": 0, "from_folder": 1}
    finally:
        house.end()


@pytest.mark.timeout(180)
def test_a_program_lodges_over_the_wire_and_is_told_what_became_of_it(folder: Path) -> None:
    with running(folder, "--site", site_file(folder)) as house:
        kept = ("--data", house.data)
        assert beket("account", "add", "broker", *kept, stdin="a long enough password\n").returncode == 0
        assert beket("account", "grant", "broker", "document_sender", "--place", PLACE, *kept).returncode == 0
        token = beket("account", "token", "broker", "--name", "wire", *kept).stdout.strip()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
        with httpx.Client(base_url=house.url, headers=headers, trust_env=False, timeout=30) as program:
            until(lambda: "intake" in house.parts(), SOON_S, "the intake runs")
            for _ in range(2):
                answer = program.post("/api/v1/documents", params={"place": PLACE}, content=declaration(1))
                assert answer.status_code == 201, answer.text
            assert program.get(answer.headers["Location"]).json() == answer.json()["papers"][0]
            os.kill(house.parts()["intake"], signal.SIGKILL)
            flowing = (declaration(2, padding=100_000)[at : at + 9000] for at in range(0, 110_000, 9000))
            answer = program.post(
                "/api/v1/documents", params={"place": PLACE}, content=flowing, headers={"Idempotency-Key": "two"}
            )
            assert answer.status_code in {201, 202}
            until(
                lambda: program.get(answer.headers["Location"]).json()["state"] == "taken",
                SOON_S,
                "the second is taken",
            )
            assert program.post("/api/v1/documents", content=b"x", headers={"Authorization": ""}).status_code == 401
        assert len(numbers(house)) == 2
