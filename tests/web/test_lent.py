"""What the wiring lends to pages: of several things the last counts, and it can be taken away."""

from __future__ import annotations

from beket.web.lent import Lent


def test_the_last_one_is_used_until_it_is_taken_away() -> None:
    lent: Lent[str] = Lent()
    assert lent.now() is None
    lent.install("first")
    lent.install("second")
    assert lent.now() == "second"
    lent.forget("second")
    assert lent.now() == "first"
