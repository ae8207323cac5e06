"""Case files: messages with the readings they must decode to.

The form is that of the device samples: `input` with an encoding, `expect` with a subset of what must come out. An
expectation this runner does not know fails the case: nothing is passed over in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from beket.devices.kit.registry import find
from beket.devices.kit.trial import InputRefused, Trial, decode_message, list_drivers, try_input
from beket.words.ids import Instant

__all__ = ["InputRefused", "check", "check_files", "decode_message", "list_drivers"]

CASE_FILE_MAX: Final = 64 * 1024 * 1024
"""Most bytes of a case file."""

TOLERANCES: Final = {"latitude": 1e-5, "longitude": 1e-5, "speed_kmh": 0.1, "course_deg": 0.1}
"""How far a number may be off (device samples, SOURCES); others by one in a million."""


def check(case: dict[str, Any], now: Instant) -> dict[str, Any]:
    """Run one case; `why` says what was not as expected."""
    name = case.get("id", "?")
    protocol = case.get("protocol", case.get("driver"))
    driver = find(str(protocol))
    if driver is None:
        return {"id": name, "ok": False, "got": None, "why": f"no driver named {protocol}"}
    try:
        trial = try_input(driver, case.get("input", {}), now)
    except InputRefused as refused:
        return {"id": name, "ok": False, "got": None, "why": str(refused)}
    whys = [why for what, wanted in case.get("expect", {}).items() for why in _compare(what, wanted, trial)]
    return {
        "id": name,
        "ok": not whys,
        "got": {"readings": trial.readings(), **trial.rest()},
        "why": "; ".join(whys) or None,
    }


_SUMMED_UP: Final = {"weighing": "weighing", "rpm_occupancy": "occupancy"}
"""Readings that sum up others: an expectation may name them apart from the list of readings."""


def _compare(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    comparison = _COMPARISONS.get(what)
    if comparison is None:
        yield f"{what}: this runner does not know how to compare it"
    else:
        yield from comparison(what, wanted, trial)


def _compare_health(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    yield from _differences(what, wanted, trial.health())


def _compare_error(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    kinds = [problem["kind"] for problem in trial.problems() if wanted is not None or problem["fatal"]]
    if (wanted is None and kinds) or (wanted is not None and wanted not in kinds):
        yield f"{what}: wanted {wanted!r}, got {kinds}"


def _compare_status(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    status = 400 if any(problem["fatal"] for problem in trial.problems()) and not trial.told() else 200
    if wanted != status:
        yield f"{what}: wanted {wanted}, got {status}"


def _compare_session(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    """What the device calls itself in its login."""
    names = [name for out in trial.outs for name in out.identities]
    yield from _differences(what, wanted, {"device_id": names[-1] if names else None})


def _compare_nothing(_what: str, _wanted: object, _trial: Trial) -> Iterator[str]:
    """A remark on how the case is to be fed; feeding it alone is what a trial does."""
    yield from ()


def _compare_ack(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    """What the answer says, as the driver itself reads its own answers."""
    read = getattr(trial.codec, "acknowledged", None)
    if read is None:
        yield f"{what}: this driver does not read its answers"
        return
    said = read(trial.replies)
    wanted_plain = dict(wanted) if isinstance(wanted, dict) else {}
    wanted_plain.pop("then", None)
    yield from _differences(what, wanted_plain, said)


def _compare_json_reply(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    try:
        said = json.loads(b"".join(trial.replies))
    except ValueError:
        yield f"{what}: the answer is no JSON: {b''.join(trial.replies)[:80]!r}"
        return
    yield from _differences(what, wanted, said)


def _compare_passages(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    """How many conveyances several messages were about, by the device's own name for each."""
    got = len({one.get("event_id") for one in trial.readings()})
    if got != wanted:
        yield f"{what}: wanted {wanted}, got {got}"


def _compare_final(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    """What was said last."""
    readings = trial.readings()
    yield from _differences(what, wanted, readings[-1] if readings else {})


def _compare_valid(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    """Whether what was read is right by its own check digits."""
    readings = trial.readings()
    valid = bool(readings) and all(one["valid"] for one in readings)
    if valid is not wanted:
        yield f"{what}: wanted {wanted}, got {valid}"


def _compare_request(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    yield from _compare_bytes(what, wanted, [out.asked for out in trial.outs if out.asked])


def _compare_reply(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    written_out = str(wanted).encode().hex() if what == "reply_text" else wanted
    yield from _compare_bytes(what, written_out, trial.replies)


def _compare_bytes(what: str, wanted: object, got: Sequence[bytes]) -> Iterator[str]:
    if b"".join(got).hex() != wanted and wanted not in [one.hex() for one in got]:
        yield f"{what}: wanted {wanted}, got {[one.hex() for one in got]}"


def _compare_readings(_what: str, wanted: object, trial: Trial) -> Iterator[str]:
    if not isinstance(wanted, list):
        yield "readings: a list is expected"
        return
    named = {one.get("kind") for one in wanted if isinstance(one, dict)}
    got = [one for one in trial.readings() if one["kind"] in named or one["kind"] not in _SUMMED_UP]
    if len(got) != len(wanted):
        yield f"readings: wanted {len(wanted)}, got {len(got)}"
    for at, (one_wanted, one_got) in enumerate(zip(wanted, got, strict=False)):
        yield from _differences(f"readings[{at}]", one_wanted, one_got)


def _compare_summed(what: str, wanted: object, trial: Trial) -> Iterator[str]:
    got = [one for one in trial.readings() if _SUMMED_UP.get(one["kind"]) == what]
    if wanted is None or len(got) != 1:
        if wanted is not None or got:
            yield f"{what}: wanted {'none' if wanted is None else 'one'}, got {len(got)}"
        return
    if isinstance(wanted, dict):
        rest = {name: value for name, value in wanted.items() if name != "min_repeats"}
        if "min_repeats" in wanted and got[0].get("repeats", 0) < wanted["min_repeats"]:
            yield f"{what}: wanted at least {wanted['min_repeats']} repeats, got {got[0].get('repeats')}"
        yield from _differences(what, rest, got[0])


def _differences(where: str, wanted: object, got: object, tolerance: float = 0.0) -> Iterator[str]:
    """Say where `got` does not hold what is wanted; a wanted object may name fewer fields than there are."""
    if isinstance(wanted, dict):
        held = got if isinstance(got, dict) else {}
        for name, value in wanted.items():
            if name not in held:
                yield f"{where}.{name}: missing"
            else:
                yield from _differences(f"{where}.{name}", value, held[name], TOLERANCES.get(name, 0.0))
    elif isinstance(wanted, list):
        held_list = list(got) if isinstance(got, list | tuple) else []
        if len(held_list) != len(wanted):
            yield f"{where}: wanted {wanted!r}, got {got!r}"
            return
        for at, (one_wanted, one_got) in enumerate(zip(wanted, held_list, strict=True)):
            yield from _differences(f"{where}[{at}]", one_wanted, one_got, tolerance)
    elif not _alike(wanted, got, tolerance):
        yield f"{where}: wanted {wanted!r}, got {got!r}"


def _alike(wanted: object, got: object, tolerance: float) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool) or wanted is None or got is None:
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= max(tolerance, 1e-6 * abs(wanted))
    return wanted == got


_COMPARISONS: Final[Mapping[str, Callable[[str, object, Trial], Iterator[str]]]] = {
    "readings": _compare_readings,
    "weighing": _compare_summed,
    "occupancy": _compare_summed,
    "health": _compare_health,
    "error": _compare_error,
    "reply_status": _compare_status,
    "request_hex": _compare_request,
    "reply_hex": _compare_reply,
    "session": _compare_session,
    "session_requires": _compare_nothing,
    "ack": _compare_ack,
    "reply_json_must_hold": _compare_json_reply,
    "distinct_passages": _compare_passages,
    "final": _compare_final,
    "valid": _compare_valid,
    "reply_text": _compare_reply,
}


def check_files(paths: Iterable[Path], now: Instant) -> Iterator[dict[str, Any]]:
    """Run every case of every file; a file that cannot be read is one failed case named after it."""
    for path in paths:
        try:
            cases = _cases(path)
        except (OSError, ValueError, KeyError, InputRefused) as wrong:
            yield {"id": str(path), "ok": False, "got": None, "why": f"not a case file: {wrong}"}
            continue
        for case in cases:
            yield check(case, now)


def _cases(path: Path) -> list[dict[str, Any]]:
    if path.stat().st_size > CASE_FILE_MAX:
        raise InputRefused(f"larger than {CASE_FILE_MAX} bytes")
    read = json.loads(path.read_bytes())
    cases = read["cases"] if isinstance(read, dict) else read
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise InputRefused("no list of cases in it")
    return cases
