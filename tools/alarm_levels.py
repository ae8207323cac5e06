"""Writes docs/alarms.md: what raises which alarm, what it threatens, how much time there is, and hence its level.

`python -m tools.alarm_levels` writes it; a test holds that it is what the rules in force and the signals say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from beket.core.documents.state import Paper
from beket.core.procedures import react as standings
from beket.core.risk.in_force import OF_CROSSINGS, OF_DOCUMENTS
from beket.core.risk.picture import Picture
from beket.core.risk.rule import Rule
from beket.core.situations import kinds
from beket.core.situations.kinds import OF_RULE, OF_RULES
from beket.core.situations.limits import NORM_MS
from beket.words.gravity import LEVELS, Harm, Until, Weight, level_of
from beket.words.situations import CARDS, Sort

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "alarms.md"

MINUTE_MS: Final = 60_000

HEAD: Final = """# Alarms: what is grave, and why

Written by `python -m tools.alarm_levels` from the rules in force, the signals and `words/gravity.py`; a test holds
that it is so. Nobody gives an alarm a level: each says what it threatens and how much time there is, and the level
follows (ISA-18.2: rationalisation; EEMUA 191: of all alarms 5 in a hundred high). What asks for nobody is a message,
not an alarm.

**What it threatens**

- `people`: somebody may come to harm.
- `loss`: what is lost does not come back, and no mistake explains it: a proof was falsified, goods or a vehicle are
  not what they are passed off as.
- `goods`: the load or the vehicle may be another than its papers say; mostly a mistake, and whoever looks can tell.
- `papers`: papers say different things, and a corrected one settles it, later too.
- `record`: what is known of it is poorer; nothing is lost.

**How much time there is**

- `minutes`: nothing holds it where it is.
- `release`: it stands at the checkpoint until it is released, and its lane or its procedure holds it so long.
- `shift`: it has gone or stands still; the shift has time.

**Who**: the inspectors of its post where one is on shift, then the duty officers, then all of them; the device
engineer for a device. What they do is the card of its sort, whose first step is named below (`words/situations.py`).

**What follows whatever the level**

- What threatens people, loss or goods makes an examination needed before a release can be proven, and is closed by
  two people if it is a finding or a radiation alarm. A lower level takes neither away.
- When the conveyance leaves while nobody has taken the situation, there is no time any more: what was `release`
  becomes `minutes`. So a difference of goods is medium while it can wait, and high when it went unseen.
- Papers that come after the conveyance has gone are what they would have been before it went.
"""

SIGNALS: Final[tuple[tuple[str, Sort, Weight, str], ...]] = (
    ("radiation: neutrons", "radiation", kinds.OF_ALARMS["neutron"], "never innocent by default"),
    ("radiation: gamma", "radiation", kinds.OF_ALARMS["gamma"], "the lane stays closed until it is judged"),
    (
        "radiation: gamma, at most three times the background, or of nuclides of ordinary goods", "radiation",
        kinds.OF_ALARMS["natural"], "most are of tiles, fertiliser, stone; R01 is grave where papers have none",
    ),
    ("gone, and nothing was read of its coming", "no_record", kinds.UNSEEN, "pictures and papers of the day tell"),
    ("a plate that nobody could read", "no_record", kinds.UNREAD, "a camera's weakness: a message"),
    ("a device's case was opened", "equipment", kinds.OPENED_CASE, "its measurements may be worth nothing"),
    ("a device fails or is silent", "equipment", kinds.BROKEN, "its lane is controlled by hand"),
    ("the same while it is worked on", "equipment", kinds.WORKED_ON, "somebody is at it: a message"),
    ("a device works, and meets nobody", "equipment", kinds.UNUSED, "as good as none"),
    ("a device drifts", "equipment", kinds.DOUBTED, "it is watched: a message"),
    ("G01: left, and nobody released it", "standing", standings.UNRELEASED, "the mobile group"),
    ("G01: left, released without all proof", "standing", standings.UNPROVEN, "the proof may still be found"),
    ("G02: said to be, and not proven", "standing", standings.UNPROVEN, "ask who said so"),
    ("G03: a step over its norm", "standing", standings.SLOW, "a message"),
)  # fmt: skip
"""What asks for people and is no rule of papers, with what makes it what it is."""

LOWERED: Final = """
W10 and W11 threaten `papers` where a permit covers the load or nobody has confirmed the row of the table, and
`record` where the verification of the scale had run out.

The mass of the 337 kg (W03) has no time: who recorded it may still be at the lane, and the load can be moved. A
certificate that its issuer does not know (C04), tampered seals and numbers (P05, P06, E02, E03), a slip of another
lorry (P07, U02), a mass that an officer noted otherwise than the scale showed it (E05) and transit that leaves
lighter (W13) are no slips of a typist: high. All other differences are mostly that.
"""


def table() -> str:
    """Write the page."""
    return "\n".join([HEAD, *_matrix(), "", *_signals(), "", *_rules(), LOWERED])


def _matrix() -> Iterator[str]:
    times = get_args(Until)
    yield "## The table\n"
    yield f"| | {' | '.join(times)} |"
    yield "|---" * (len(times) + 1) + "|"
    for harm in get_args(Harm):
        yield f"| **{harm}** | {' | '.join(LEVELS[harm][until] for until in times)} |"
    norms = ", ".join(f"{level} {norm // MINUTE_MS}" for level, norm in NORM_MS.items())
    yield f"\nMinutes in which somebody takes it before it goes up the chain: {norms}; low asks for nobody."


def _signals() -> Iterator[str]:
    yield "## What is no rule of papers\n"
    yield "| what | threatens | time | level | what is done first | why |"
    yield "|---|---|---|---|---|---|"
    for name, sort, weight, why in SIGNALS:
        yield f"| {name} | {_weighed(weight)} | {_first(sort)} | {why} |"


def _rules() -> Iterator[str]:
    yield "## Rules\n"
    yield "| rule | what it finds | threatens | time | level | what is done first |"
    yield "|---|---|---|---|---|---|"
    law: tuple[Rule[Picture] | Rule[Paper], ...] = (*OF_CROSSINGS, *OF_DOCUMENTS)
    for rule in sorted(law, key=lambda one: one.code):
        sort = OF_RULE.get(rule.code) or OF_RULES.get(rule.code[0], "documents")
        yield f"| {rule.code} | {rule.sentence} | {_weighed((rule.harm, rule.until))} | {_first(sort)} |"


def _weighed(weight: Weight) -> str:
    harm, until = weight
    return f"{harm} | {until} | **{level_of(harm, until)}**"


def _first(sort: Sort) -> str:
    """The first step of the card of its sort; the desk shows all of them."""
    return CARDS[sort][0].code.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(table(), encoding="utf-8")
