"""What the browser gets is committed: it is what its papers say, and it is small enough."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
STATIC: Final = ROOT / "src" / "beket" / "web" / "static"
LOCK: Final = json.loads((ROOT / "islands" / "package-lock.json").read_text("utf-8"))
ROW: Final = re.compile(r"^\| (\S+) \| (\S+) \| (\S+) \| (\S+) \| \S+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)
VENDORED: Final = [
    (folder, *row)
    for folder in (STATIC / "vendor", ROOT / "tests" / "web" / "vendor")
    for row in ROW.findall((folder / "VENDORED.md").read_text("utf-8"))
]

BUDGET_KIB: Final = {
    "islands": (["islands/map.js", "islands/map.css"], 12),
    "one device's page": (["islands/device.js", "vendor/uplot.min.js", "vendor/uplot.min.css"], 26),
    "the inspector's desk": (["islands/passages.js", "islands/passages.css", "islands/passages-worker.js"], 60),
    "the map library": (["vendor/maplibre-gl.js", "vendor/maplibre-gl-worker.js"], 450),
    "what every page loads": (["vendor/htmx.min.js", "vendor/idiomorph-ext.min.js"], 24),
    "basemap": ([f"basemap/{path.name}" for path in sorted((STATIC / "basemap").iterdir())], 1300),
}
"""Kilobytes on the wire, gzipped: a checkpoint's line may carry 256 kbit/s."""


def test_the_papers_name_every_library() -> None:
    assert {name for _, name, *_ in VENDORED} >= {
        "htmx.min.js",
        "idiomorph-ext.min.js",
        "maplibre-gl.js",
        "uplot.min.js",
        "axe.min.js",
    }


@pytest.mark.parametrize(
    ("folder", "name", "package", "version", "licence", "digest"), VENDORED, ids=lambda value: str(value)[-40:]
)
def test_a_vendored_file_is_what_its_paper_says(
    folder: Path, name: str, package: str, version: str, licence: str, digest: str
) -> None:
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert LOCK["packages"][f"node_modules/{package}"]["version"] == version
    assert licence in {"0BSD", "BSD-3-Clause", "MIT", "MPL-2.0"}
    assert (folder / f"LICENSE.{package}.txt").stat().st_size > 300


def test_every_vendored_file_has_a_row() -> None:
    for folder in {row[0] for row in VENDORED}:
        papers = {name for where, name, *_ in VENDORED if where == folder} | {"VENDORED.md"}
        assert {path.name for path in folder.iterdir() if not path.name.startswith("LICENSE.")} == papers


def test_the_lock_pins_by_hash_and_names_no_place() -> None:
    packages = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_what_we_ask_of_npm_is_exact() -> None:
    asked = json.loads((ROOT / "islands" / "package.json").read_text("utf-8"))
    versions = {**asked["dependencies"], **asked["devDependencies"]}
    assert [version for version in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.parametrize("what", BUDGET_KIB)
def test_it_is_small_enough_for_a_thin_line(what: str) -> None:
    files, most_kib = BUDGET_KIB[what]
    kib = sum(len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0)) for name in files) / 1024
    assert 0 < kib <= most_kib, f"{what}: {kib:.0f} KiB"


@pytest.mark.parametrize("path", sorted((STATIC / "basemap").glob("*.geojson")), ids=lambda path: path.stem)
def test_a_layer_is_whole_and_has_its_source_written_down(path: Path) -> None:
    layer = json.loads(path.read_text("utf-8"))
    assert layer["type"] == "FeatureCollection"
    assert layer["features"]
    assert f"| {path.name} |" in (STATIC / "basemap" / "SOURCES.md").read_text("utf-8")


def test_places_and_lakes_are_named_in_three_languages() -> None:
    for name in ("country_labels", "lakes", "roads_schematic"):
        for feature in json.loads((STATIC / "basemap" / f"{name}.geojson").read_text("utf-8"))["features"]:
            assert all(feature["properties"][f"name_{language}"] for language in ("ky", "ru", "en")), feature[
                "properties"
            ]


def test_the_checkpoints_are_the_thirty_six_each_named_in_three_languages() -> None:
    text = (ROOT / "src" / "beket" / "words" / "checkpoints.json").read_text("utf-8")
    checkpoints = json.loads(text)["checkpoints"]
    assert len({seen["id"] for seen in checkpoints}) == 36
    for seen in checkpoints:
        assert all(seen[kind][language] for kind in ("name", "short") for language in ("ky", "ru", "en"))
        assert 39 < seen["lat"] < 43.5
        assert 69 < seen["lon"] < 80.5
