"""Measures how much a day of the whole country asks of people: `python bench/alarms.py [--hours H]`; prints JSON.

An alarm is a situation that begins to ask for somebody, or asks again; messages ask for nobody. Officers take what asks
two minutes later and end it after half an hour, grave things by two (bench/_country.py).

Three days are measured: one on which nothing goes wrong but what the world itself brings (lorries that are too heavy,
cargo that radiates, plates that nobody can read), the same with the devices' mishaps, and the same with the lies that a
demonstration plants in its papers. The rehearsal's judge says of each what was found that is not there.

Figure: alarms in ten minutes of one duty officer who hears the whole country, on the worst of the days, brought back to
an ordinary day's load where another rate is asked for; limit: one (EEMUA 191). Beside it, as they were: those of an
inspector at the busiest post, the worst ten minutes, and the shares of the levels, which are to be 5 in a hundred of
level high or graver: of situations, each once at its gravest, and of all times that one asks. An officer here says
nothing while at it, so that a critical one asks three times in its half hour.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from statistics import quantiles
from typing import Any, Final

from _country import MINUTE, Alarm, Country, Day, windows
from _house import environment, say

from beket.core.situations.kinds import graver
from beket.sim.country import demo_posts
from beket.sim.documents.portfolio import FAULTY_SHARE
from beket.sim.documents.wrongs import SHOWN
from beket.sim.faults import ALL, ALL_OF_PAPERS, FaultKind, PaperFault
from beket.sim.judge import Verdict, judge
from beket.sim.pace import DEMO, REAL
from beket.sim.rehearsal import Script
from beket.words.facts import Level
from beket.words.ids import SituationId

TEN_MS: Final = 10 * MINUTE
ALARMS_GOAL: Final = 1.0
"""Most alarms of an officer in ten minutes."""

HIGH_GOAL: Final = 0.05
"""Most of all alarms that may be of level high or graver."""

MISTAKES_MAX: Final = 10
DAYS: Final[dict[str, tuple[frozenset[FaultKind], frozenset[PaperFault]]]] = {
    "nothing planted": (frozenset(), frozenset()),
    "mishaps of devices": (ALL, frozenset()),
    "lies in papers": (frozenset(), ALL_OF_PAPERS),
}


def main() -> None:
    """Let the days pass and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hours", type=float, default=24.0)
    options.add_argument("--rate", type=float, default=1.0, help="times a country's ordinary day")
    options.add_argument("--hurried", action="store_true", help="visits as short as a demonstration's")
    options.add_argument("--posts", type=int, help="how many posts, all when absent")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=DAYS, action="append", help="which of the days, all when absent")
    asked = options.parse_args()
    told = {"environment": environment(), "hours": asked.hours, "rate": asked.rate, "seed": asked.seed}
    days = {name: of_day(asked, *DAYS[name]) for name in asked.only or DAYS}
    worst = max(day["alarms_in_ten_minutes"]["of_a_duty_officer"] for day in days.values()) / asked.rate
    say({"figure": round(worst, 3), "limit": ALARMS_GOAL, "ratio": round(worst / ALARMS_GOAL, 3), **told, "days": days})


def of_day(asked: argparse.Namespace, mishaps: frozenset[FaultKind], lies: frozenset[PaperFault]) -> dict[str, Any]:
    """Let one day pass, and tell what it asked."""
    pace = DEMO if asked.hurried else REAL
    posts = demo_posts(asked.posts, rate=asked.rate, pace=pace)
    script = Script(
        seed=asked.seed, rate=asked.rate, seconds=asked.hours * 3600, pace=pace, faults=mishaps,
        papers_shown=SHOWN if lies else (),
    )  # fmt: skip
    country = Country(posts, script, lies, FAULTY_SHARE)
    begun = time.perf_counter()
    verdict = judge(*country.run())
    took, day = time.perf_counter() - begun, country.house.day
    tens = max(1, round(asked.hours * 6))
    return {
        "vehicles": verdict.crossings,
        "entries": day.entries,
        "seconds": round(took, 1),
        **_load(day.alarms, tens),
        **_shares(day),
        **_judged(verdict, day),
    }


def _load(alarms: Sequence[Alarm], tens: int) -> dict[str, Any]:
    """How often somebody is asked."""
    country = list(windows(alarms, TEN_MS, tens))
    busiest = Counter(alarm.place for alarm in alarms).most_common(1)
    place, of_place = busiest[0] if busiest else ("", 0)
    return {
        "alarms": len(alarms),
        "alarms_in_ten_minutes": {
            "of_a_duty_officer": round(len(alarms) / tens, 3),
            "of_a_duty_officer_p95": round(quantiles(country, n=20)[-1], 2) if tens > 1 else country[0],
            "of_a_duty_officer_at_most": max(country),
            "share_of_times_with_more_than_one": round(sum(one > ALARMS_GOAL for one in country) / tens, 3),
            "of_an_inspector_at_the_busiest_post": round(of_place / tens, 3),
            "busiest_post": place,
        },
    }


def _shares(day: Day) -> dict[str, Any]:
    """What alarms there are, and what raises them."""
    levels = Counter(alarm.level for alarm in day.alarms)
    grave = (levels["high"] + levels["critical"]) / max(1, len(day.alarms))
    shown = len(day.alarms) + sum(day.messages.values())
    situations: dict[SituationId, Level] = {}
    for alarm in day.alarms:
        situations[alarm.situation] = graver(alarm.level, situations.get(alarm.situation, "low"))
    worst = Counter(situations.values())
    return {
        "situations": len(situations),
        "share_high_or_graver_of_situations": round((worst["high"] + worst["critical"]) / max(1, len(situations)), 3),
        "levels": dict(levels.most_common()),
        "share_high_or_graver_of_alarms": round(grave, 3),
        "share_high_or_graver_of_all_that_is_shown": round((levels["high"] + levels["critical"]) / max(1, shown), 3),
        "high_goal": HIGH_GOAL,
        "raised_by": dict(Counter(f"{alarm.level}: {alarm.of}" for alarm in day.alarms).most_common()),
        "why": dict(Counter(alarm.why for alarm in day.alarms).most_common()),
        "messages": dict(sorted(day.messages.items(), key=lambda one: -one[1])),
    }


def _judged(verdict: Verdict, day: Day) -> dict[str, Any]:
    """What the judge holds against the house: found where nothing is, or not found where something is."""
    papers = verdict.documents
    return {
        "judge": {
            "findings": papers.findings,
            "lies_to_be_found": papers.expected,
            "lies_missed": papers.missed,
            "false_findings": papers.false,
            "false_by_rule": dict(_false_rules(papers.mistakes)),
            "mistakes": papers.mistakes[:MISTAKES_MAX],
            "unexplained_differences": len(verdict.unexplained_differences),
            "explained_by": verdict.explained_by,
        },
        "of_equipment": sum(alarm.sort in {"equipment", "silence"} for alarm in day.alarms),
    }


def _false_rules(mistakes: Sequence[str]) -> Counter[str]:
    return Counter(one.split()[1] for one in mistakes if one.startswith("false:"))


if __name__ == "__main__":
    main()
