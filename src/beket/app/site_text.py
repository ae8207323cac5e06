"""Writes posts as the site file has them: what is read from it again is the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from beket.words.site import Post


def site_toml(posts: Iterable[Post]) -> str:
    """Write posts as a site file that `beket run --site` serves."""
    lines = ["# A site: posts with their lanes and devices.", ""]
    for post in posts:
        lines += ["[[post]]", *_pairs(post, ("lanes", "devices")), ""]
        for lane in post.lanes:
            lines += ["[[post.lane]]", *_pairs(lane), ""]
        for device in post.devices:
            lines += ["[[post.device]]", *_pairs(device), ""]
    return "\n".join(lines)


def _pairs(row: Struct, leave: Sequence[str] = ()) -> Iterator[str]:
    for field in row.__struct_fields__:
        value = getattr(row, field)
        if field not in leave and value not in (None, (), {}):
            yield f"{field} = {_toml(value)}"


def _toml(value: object) -> str:
    """Write one value: the few shapes a site has, and a loud bug for any other."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case tuple() | list():
            return "[" + ", ".join(_toml(part) for part in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
        case Struct():
            return "{" + ", ".join(pair for pair in _pairs(value)) + "}"
        case _:
            message = f"a site file has no form for {value!r}"
            raise AssertionError(message)
