"""Maps that people save: each version follows the one before, and what cannot is refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from beket.core.documents.limits import MAPS_MAX
from beket.core.state import State, apply, decode, empty, encode
from beket.core.step import step
from beket.words.decisions import MAP_CHARS_MAX, MAP_TITLE_MAX, RetireMap, SaveMap
from beket.words.facts import DecisionRefused, Fact, MapRetired, MapSaved
from beket.words.ids import Instant, PlaceId, Sha256, entry_ref, sha256

NOON = Instant(1_795_000_000_000)
FIRST, SECOND = 'name = "ours"\n', 'name = "ours"\n# changed\n'


class Desk:
    """One place at which maps are saved."""

    def __init__(self) -> None:
        self.state: State = empty(PlaceId("KG-T"))
        self.facts: list[Fact] = []

    def save(self, text: str = FIRST, **said: Any) -> MapSaved | DecisionRefused:  # noqa: ANN401
        given = {"name": "ours", "title": "Ours", "sha256": _sha(text), "role": "duty_officer", "at": NOON, **said}
        fact = self._hears(SaveMap(decision_id="d", by="a.asanov", text=text, **given))
        assert isinstance(fact, MapSaved | DecisionRefused)
        return fact

    def retire(self, seen: str = FIRST, **said: Any) -> MapRetired | DecisionRefused:  # noqa: ANN401
        given = {"name": "ours", "sha256": _sha(seen), "role": "duty_officer", "why": "wrong column", **said}
        fact = self._hears(RetireMap(decision_id="d", by="b.bekov", at=NOON, **given))
        assert isinstance(fact, MapRetired | DecisionRefused)
        return fact

    def _hears(self, body: SaveMap | RetireMap) -> Fact:
        ref = entry_ref(2 * len(self.facts) + 1, 0)
        (fact,) = step(self.state, ref, body)
        assert fact.because == (ref,)
        apply(self.state, ref, fact)
        self.facts.append(fact)
        return fact


def _sha(text: str) -> Sha256:
    return sha256(text.encode())


def why(fact: Fact) -> str:
    assert isinstance(fact, DecisionRefused), fact
    return fact.why


def test_a_map_is_in_force_and_a_later_version_takes_its_place() -> None:
    desk = Desk()
    first = desk.save(made_from=_sha("paper"))
    second = desk.save(SECOND, replaces=_sha(FIRST))
    assert isinstance(first, MapSaved)
    assert isinstance(second, MapSaved)
    assert (first.version, first.replaces, first.text, first.by, first.made_from) == (
        1, None, FIRST, "a.asanov", _sha("paper"),
    )  # fmt: skip
    assert (second.version, second.replaces) == (2, _sha(FIRST))


def test_versions_follow_each_other_whatever_the_clock_of_the_desk_says() -> None:
    desk = Desk()
    first, second = desk.save(), desk.save(SECOND, replaces=_sha(FIRST), at=Instant(NOON - 60_000))
    assert first.at < second.at


def test_a_map_out_of_force_may_come_again() -> None:
    desk = Desk()
    desk.save()
    gone = desk.retire()
    assert isinstance(gone, MapRetired)
    assert (gone.by, gone.why, gone.version) == ("b.bekov", "wrong column", 1)
    assert why(desk.retire()) == "no_such_map"
    again = desk.save()
    assert isinstance(again, MapSaved)
    assert again.version == 2


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"role": "inspector"}, "not_allowed"),
        ({"role": "administrator"}, "not_allowed"),
        ({"name": "Ours"}, "no_map_name"),
        ({"name": "../ours"}, "no_map_name"),
        ({"name": "o" * 65}, "no_map_name"),
        ({"title": " "}, "no_map_title"),
        ({"title": "t" * (MAP_TITLE_MAX + 1)}, "no_map_title"),
        ({"text": " \n"}, "map_too_long"),
        ({"text": "#" * (MAP_CHARS_MAX + 1)}, "map_too_long"),
        ({"sha256": _sha("another")}, "map_torn"),
        ({"replaces": _sha("another")}, "map_changed_meanwhile"),
    ],
)
def test_what_cannot_be_saved_is_refused(said: dict[str, Any], because: str) -> None:
    assert why(Desk().save(**said)) == because


@pytest.mark.parametrize("said", [{"name": "o" * 64}, {"title": "t" * MAP_TITLE_MAX}, {"text": "#" * MAP_CHARS_MAX}])
def test_what_is_just_within_the_bounds_is_saved(said: dict[str, Any]) -> None:
    assert isinstance(Desk().save(**said), MapSaved)


def test_who_has_not_seen_the_version_in_force_changes_nothing() -> None:
    desk = Desk()
    desk.save()
    assert why(desk.save(SECOND)) == "map_changed_meanwhile"
    assert why(desk.save(replaces=_sha(FIRST))) == "map_is_the_same"
    desk.save(SECOND, replaces=_sha(FIRST))
    assert why(desk.retire(FIRST)) == "map_changed_meanwhile"


@pytest.mark.parametrize(
    ("said", "because"),
    [({"role": "inspector"}, "not_allowed"), ({"why": " "}, "no_reason"), ({"name": "other"}, "no_such_map")],
)
def test_what_cannot_be_put_out_of_force_stays(said: dict[str, Any], because: str) -> None:
    desk = Desk()
    desk.save()
    assert why(desk.retire(**said)) == because
    assert desk.state.documents.maps["ours"].sha256 == _sha(FIRST)


def test_names_are_bounded_and_versions_of_a_name_that_is_there_are_not() -> None:
    desk = Desk()
    saved = [desk.save(name=f"map_{number}") for number in range(MAPS_MAX)]
    assert all(isinstance(one, MapSaved) for one in saved)
    assert why(desk.save(name="one_more")) == "too_many_maps"
    assert isinstance(desk.save(SECOND, name="map_0", replaces=_sha(FIRST)), MapSaved)


def test_what_is_held_is_the_fold_of_the_facts_and_comes_back_from_a_snapshot() -> None:
    desk = Desk()
    desk.save()
    desk.save(SECOND, replaces=_sha(FIRST))
    desk.retire(SECOND)
    desk.save(name="other")
    folded = empty(PlaceId("KG-T"))
    for fact in desk.facts:
        apply(folded, fact.because[0], fact)
    assert folded == desk.state
    assert decode(encode(desk.state)) == desk.state
