"""Writes down who may open and decide what, from the routes and roles themselves: docs/who-may-what.md."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, get_args

from beket.words.roles import DECIDES, MAY, SCOPED, Role, Verb

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "who-may-what.md"

EVERYWHERE, NAMED, NOWHERE = "●", "◐", "–"

BEFORE: Final = f"""# Who may what

Written by `python -m tools.who_may_what` from `words/roles.py` and the marks of every route. A test walks over each
route with each role, at its own post and at another's, and sees that it is so (`tests/web/test_access.py`). Nobody may
edit or delete what was said: there is no verb for it.

- {EVERYWHERE} in the whole country
- {NAMED} at the checkpoints that the duty names; others look as if they did not exist (404)
- {NOWHERE} refused (403)

Verbs in bold decide: each use takes a proof of presence not older than ten minutes. A system of another agency
(`answer_steps`) shows a token and signs each answer instead. Whoever has not signed in is led to do so.
"""

MARKS: Final = """
## Routes and verbs

`open`: to everybody. `person`: to whoever has signed in, about themselves. `panel`: what each panel's own page takes.
"""


def told(role: Role, verb: Verb) -> str:
    """One sign of the table."""
    if verb not in MAY[role]:
        return NOWHERE
    return NAMED if role in SCOPED else EVERYWHERE


def address(pattern: str) -> str:
    """A route as people write it."""
    bare = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", pattern.strip("^$"))
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", bare).replace("\\", "")


def rows(routes: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    """Each address with the verb that opens it, and the one that what is posted to it takes where that differs."""
    for route in routes:
        verb = str(route.callback.verb)
        posting = str(getattr(route.callback, "posting", verb))
        yield address(str(route.pattern)), verb, posting if posting != verb else ""


def table(head: list[str], lines: Iterable[list[str]]) -> str:
    """Write a table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines])


def written(routes: Iterable[Any]) -> str:
    """The whole page."""
    names = [role.replace("_", " ") for role in MAY]
    verbs = [
        [f"**{verb}**" if verb in DECIDES else verb, *(told(role, verb) for role in MAY)] for verb in get_args(Verb)
    ]
    lines = [[f"`{path}`", verb, posting or ""] for path, verb, posting in rows(routes)]
    return "\n".join(
        (
            BEFORE,
            "## Roles and verbs\n",
            table(["verb", *names], verbs),
            MARKS,
            table(["route", "opens it", "to post, besides"], lines),
            "",
        )
    )


def main(given: list[str]) -> int:
    """Write the page, or with --check say whether it is what it would be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(given).check
    from beket.web.prepare import open_desk  # noqa: PLC0415  the routes can be named only then

    open_desk("dbname=none")  # nothing is asked of it
    from beket.web.urls import urlpatterns  # noqa: PLC0415

    text = written(urlpatterns)
    if check:
        return int(text != PAGE.read_text("utf-8"))
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
