"""Draws the inspector's page as the desk draws it, without a desk: `python -m tests.journeys.passages_shell FOLDER`.

A process of its own: Django reads its settings once, and those of the other tests name a database.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

PLACE: Final = "KG-TOR-A"
LOGIN: Final = "inspector"
LANGUAGES: Final = ("ky", "ru", "en")
THEMES: Final = ("dark", "light")


def main(folder: Path) -> None:
    """Draw it in each language and theme."""
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "beket.web.settings"
    import django

    django.setup()
    from django.template.loader import render_to_string
    from django.utils.translation import override

    from beket.web.passage_words import words
    from beket.web.templatetags.desk import SHAPES

    point = next(one for one in _checkpoints() if one["id"] == PLACE)
    for language, theme in product(LANGUAGES, THEMES):
        with override(language):
            name = point["short"][language]
            start = {"place": PLACE, "place_name": name, "zone": "Asia/Bishkek", "zone_word": "Bishkek", "login": LOGIN}
            context = {
                "user": SimpleNamespace(login=LOGIN, is_authenticated=True),
                "here": "passages",
                "navigation": [("passages", "/passages", "Inspection")],
                "languages": [(code, code) for code in LANGUAGES],
                "theme": theme,
                "levels": tuple(SHAPES),
                "place_name": name,
                "start": {**start, "form": "a token", **words()},
            }
            page = render_to_string("pages/passages.html", context)
        (folder / f"{language}-{theme}.html").write_text(page, "utf-8")


def _checkpoints() -> list[dict[str, Any]]:
    text = Path("src/beket/words/checkpoints.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["checkpoints"]
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
