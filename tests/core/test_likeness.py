"""The distance between plates: the closed forms agree with the whole table of edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.core.crossings.likeness import _COST, FAR, likeness

signs = st.text(alphabet="0ODQ8B1IL2ZAX7", min_size=1, max_size=7)


def whole_table(one: str, other: str) -> float:
    """Compute the distance the long way (reference 06 §4 rule 4)."""

    def edge(text: str, at: int) -> float:
        return 0.5 if at in (0, len(text) - 1) else 0.8

    rows = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if i == j == 0:
                continue
            ways = []
            if i:
                ways.append(rows[i - 1][j] + edge(one, i - 1))
            if j:
                ways.append(rows[i][j - 1] + edge(other, j - 1))
            if i and j:
                same = one[i - 1] == other[j - 1]
                cost = 0.0 if same else _COST.get(one[i - 1], {}).get(other[j - 1], 1.0)
                ways.append(rows[i - 1][j - 1] + cost)
            rows[i][j] = min(ways)
    return rows[-1][-1]


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("01777ABC", "01777ABC", 0.0),
        ("01777ABC", "0I777A8C", 0.65),
        ("01777ABC", "01777ABD", 1.0),
        ("01777ABC", "1777ABC", 0.5),
        ("01777ABC", "01777AXBC", 0.8),
        ("01777ABC", "1777ABCX", 1.0),
        ("01777ABC", "02888ABC", FAR),
        ("", "1", FAR),
    ],
)
def test_known_distances(one: str, other: str, far: float) -> None:
    assert likeness(one, other) == pytest.approx(far)


@given(one=signs, other=signs)
def test_closed_forms_agree_with_the_whole_table_as_far_as_matters(one: str, other: str) -> None:
    far = whole_table(one, other)
    expected = round(far, 2) if far <= 1.0 + 1e-9 else FAR
    assert likeness(one, other) == pytest.approx(expected)
    assert likeness(one, other) == likeness(other, one)
