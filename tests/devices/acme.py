"""A make of camera that nobody makes, described in a site's own folder: what the tests of site-local drivers share."""

from __future__ import annotations

import json
from pathlib import Path

MANIFEST = """
name = "acme_cam"
title = "Acme cameras"
models = ["A-1"]
transports = ["http-push", "mqtt"]
says = ["plate_read", "container_read"]
keeps = ["plate_read", "container_read"]
expected_period_s = 30
quality = "bench"
[thins]
[rules]
"""

MAP = """
media = ["json"]
identity = ["camera/serial"]
reply = { status = 200, body = '{"ok": true}', type = "application/json" }

[[message]]
says = "plate_read"
when = { kind = "passage" }
key = ["camera/serial", "id"]
[message.fields]
plate = "vehicle/number"
time = { path = "at", as = "epoch_s" }
confidence = { path = "vehicle/sure", as = "percent_to_unit" }
lane = "lane"
speed_kmh = { path = "vehicle/speed", as = "mps_to_kmh" }
direction = { path = "way", as = "lookup", table = { A = "approaching", B = "receding" }, otherwise = "unknown" }
event_id = "id"
buffered = { path = "late", as = "truth" }
[[message.picture]]
role = "scene"
path = "photo"

[[message]]
says = "alive"
when = { kind = "tick" }
[message.fields]
time = { path = "at", as = "epoch_s" }
fault = "trouble"
"""


def installed(home: Path, manifest: str = MANIFEST, map_toml: str = MAP) -> Path:
    """Write the driver into a folder of drivers."""
    folder = home / "acme_cam"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(manifest, "utf-8")
    (folder / "map.toml").write_text(map_toml, "utf-8")
    return home


def passage(number: str = "01 kg 777 abc", **more: object) -> bytes:
    """What such a camera writes of a vehicle."""
    said = {
        "kind": "passage",
        "id": "p-1",
        "at": 1_791_188_467.412,
        "camera": {"serial": "S-1"},
        "lane": 2,
        "way": "A",
        "vehicle": {"number": number, "sure": 97.5, "speed": 10},
    }
    return json.dumps(said | more).encode()
