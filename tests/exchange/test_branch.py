"""A message as branches: what is listed by name is what a plain look through all of them finds, whatever grew since."""

from __future__ import annotations

from collections import Counter

from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.kit.branch import OTHERS, UNREAD_PATHS_MAX, UNREAD_VALUES, Branch
from beket.exchange.kit.xml import opened

NAMES = ("A", "B", "C")
PATHS = ("A", "B", "A/B", "B/A/C", "A/", "Z", "A/Z", "")

TEXTS = ("", "x", "y")


def _branch(name: str, text: str, below: list[Branch]) -> Branch:
    branch = Branch(name, text, 1, [])
    branch.branches = below
    return branch


BRANCHES = st.recursive(
    st.builds(_branch, st.sampled_from(NAMES), st.sampled_from(TEXTS), st.builds(list)),
    lambda below: st.builds(_branch, st.sampled_from(NAMES), st.sampled_from(TEXTS), st.lists(below, max_size=5)),
    max_leaves=20,
)


def _looked_through(branch: Branch, path: str) -> list[Branch]:
    """Find what lies at a path as anybody would who has no list."""
    first, _, rest = path.partition("/")
    found = [below for below in branch.branches if below.name == first]
    return [one for below in found for one in _looked_through(below, rest)] if rest else found


def _texts(branch: Branch, without: list[Branch], path: str = "") -> list[tuple[str, str]]:
    """Tell every text below with its path, in the order written, but for those of some branches."""
    told = []
    for below in branch.branches:
        name = f"{path}/{below.name}" if path else below.name
        told += [(name, below.text)] if below.text and below not in without else []
        told += _texts(below, without, name)
    return told


def _up_to_a_text(found: list[Branch]) -> list[Branch]:
    """Give those that are looked at until one says something."""
    return found[: next((at for at, one in enumerate(found, 1) if one.text), len(found))]


@drawn(BRANCHES, st.lists(BRANCHES, max_size=3), st.sampled_from(PATHS))
def test_what_is_found_at_a_path_is_what_a_look_through_finds(tree: Branch, later: list[Branch], path: str) -> None:
    assert list(tree.all(path)) == _looked_through(tree, path)
    for one in later:
        tree.grow(one)
        assert list(tree.all(path)) == _looked_through(tree, path), "what grew after it was asked is found"
    tree.branches = [*later, *tree.branches][1:]
    assert list(tree.all(path)) == _looked_through(tree, path), "what was taken out is found no more"


@drawn(BRANCHES, st.lists(st.sampled_from(PATHS), max_size=4))
def test_what_nobody_asked_for_is_counted_by_its_path_with_its_first_values(tree: Branch, asked: list[str]) -> None:
    looked_at = [_up_to_a_text(_looked_through(tree, path)) for path in asked]
    assert [tree.says(path) for path in asked] == [found[-1].text or None if found else None for found in looked_at]
    left = _texts(tree, [one for found in looked_at for one in found])
    unread = tree.unread()
    assert [one.path for one in unread] == list(dict.fromkeys(path for path, _ in left))
    assert {one.path: one.count for one in unread} == Counter(path for path, _ in left)
    for one in unread:
        assert list(one.values) == [text for path, text in left if path == one.path][:UNREAD_VALUES]


def test_of_more_paths_than_are_kept_the_rest_is_counted_together() -> None:
    root = Branch("root", "", 1, [])
    root.branches = [Branch(f"N{number}", "x", 1, []) for number in range(UNREAD_PATHS_MAX + 7)]
    *kept, others = root.unread()
    assert [one.path for one in kept] == [f"N{number}" for number in range(UNREAD_PATHS_MAX)]
    assert (others.path, others.count, others.values) == (OTHERS, 7, ("x",) * UNREAD_VALUES)


def test_a_whole_number_is_told_from_one_with_a_part_behind_it() -> None:
    root = opened(b"<R>\n<A>7.00</A><B>7.5</B><C>-3</C><D>seven</D></R>")
    assert [root.whole(name) for name in "ABCDE"] == [7, None, -3, None, None]
    assert [(one.detail, one.where) for one in root.remarks] == [
        ("'7.5' is no number", "line 1: B"),
        ("'seven' is no number", "line 1: D"),
    ]
