"""A demonstration that is started again goes on: its lorries are others, and those of before stay what they were."""

from __future__ import annotations

from pathlib import Path

from tests.house.house import SMALL, House, last_line

RUN_S = 9


def test_the_second_day_of_a_demonstration_is_judged_like_the_first(folder: Path) -> None:
    for _ in range(2):
        house = House(folder, "--demo", *SMALL, "--trackers", "0", "--for", str(RUN_S))
        try:
            house.start()
            assert house.process.wait(100) == 0, house.said[-2000:]
        finally:
            house.end()
        judge = last_line(house.told)["judge"]
        assert (judge["missed"], judge["doubled"], judge["misjoined"]) == (0, 0, 0), judge
        assert judge["crossings"] > 0
