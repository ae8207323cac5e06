"""The source of certificates that these tests ask: the one of the papers' example."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from beket.exchange.certificates.source_map import Source, read_source

EXAMPLE: Final = Path(__file__).parents[3] / "docs" / "examples" / "sources" / "certificate-source.toml"


def written() -> str:
    """Give the example as it is written."""
    return EXAMPLE.read_text(encoding="utf-8")


def trial_source(was: str = "", becomes: str = "") -> Source:
    """Give the example, with a part of it written otherwise."""
    text = written()
    assert was in text
    return read_source(text.replace(was, becomes) if was else text, "trial.toml")


def said() -> dict[str, Any]:
    """Give what the trial register answers."""
    return {
        "state": "valid",
        "certificate": {
            "number": "№ KG-156/0001", "kind": "FT", "issued": "01.11.2026", "from": "2026-11-01T00:00:00",
            "until": "2026-11-30", "office": "Пробная инспекция",
            "sender": {"name": "Trial Fruit Co., Ltd", "country": "CN"},
            "receiver": {"name": "ОсОО «Пробный товар»", "country": "KG"}, "origin": "CN", "destination": "KG",
            "vehicle": "01KG777ABC / 01 0123 AB", "gross": 18500.5, "net": "18000", "places": 900, "colour": "green",
            "goods": [
                {
                    "code": "0808108006", "name": "Яблоки свежие", "net": 12000, "gross": 12300, "places": 600,
                    "origin": "CN",
                },
                {"code": "080830", "name": "Груши", "net": 6000},
            ],
        },
    }  # fmt: skip
