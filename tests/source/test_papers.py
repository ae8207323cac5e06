"""Sees that the papers agree with the house: links lead somewhere, the version is told, every dependency is locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import beket
from beket.devices.kit.classes import class_of
from beket.devices.kit.registry import HOME, drivers
from tests.source.tree import ROOT, own, relative

LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LOCKED: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+.*(?:\n +--hash=sha256:[0-9a-f]{64}.*)*", re.MULTILINE)
ARCHITECTURE_LINES_MAX: Final = 200
LISTENED_TO: Final = re.compile(r"^\| (\w+) \| ([^|]*) \| [^|]* \| (bench|lane|post) \|$", re.MULTILINE)


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def dead_links(page: Path) -> list[str]:
    """Name the relative links of a page that lead nowhere."""
    targets = (link.split("#")[0] for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))))
    near = (target for target in targets if target and "://" not in target and not target.startswith("mailto:"))
    return [f"{relative(page)}: {target}" for target in near if not (page.parent / target).exists()]


def canonical(name: str) -> str:
    """Fold a distribution's name as registries do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_names() -> set[str]:
    """Name what pyproject.toml asks for, to run and to develop."""
    asked = [*project()["project"]["dependencies"], *project()["dependency-groups"]["dev"]]
    return {canonical(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in asked}


def test_links_lead_somewhere() -> None:
    pages = [path for path in own() if path.suffix == ".md"]
    assert pages
    assert [line for page in pages for line in dead_links(page)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#part) [gone](gone.md) [far](https://example.org/x)\n```\n[x](y)\n```\n", "utf-8")
    assert dead_links(page) == ["page.md: gone.md"]


def test_the_readme_names_every_driver_with_its_class_and_rung() -> None:
    rows = LISTENED_TO.findall((ROOT / "README.md").read_text("utf-8"))
    told = sorted((name, klass, rung) for klass, makes, rung in rows for name in re.findall(r"`(\w+)`", makes))
    ours = [one.manifest for name, one in drivers().items() if (HOME / name).is_dir()]
    assert told == sorted((one.name, class_of(one), one.quality) for one in ours)


def test_what_is_said_of_the_last_rung_is_so() -> None:
    met = [name for name, one in drivers().items() if (HOME / name).is_dir() and one.manifest.quality == "post"]
    papers = {page: (ROOT / page).read_text("utf-8") for page in ("README.md", "docs/limits.md", "CHANGELOG.md")}
    none = [
        page for page, text in papers.items() if re.search(r"no driver has met real equipment", text, re.IGNORECASE)
    ]
    assert none == ([] if met else list(papers))


def test_decisions_are_numbered_without_holes_and_have_their_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    parts = ("## Context", "## Decision", "## Consequences")
    assert [page.name for page in pages if any(part not in page.read_text("utf-8") for part in parts)] == []


def test_the_version_is_one_and_the_operator_is_told() -> None:
    version = project()["project"]["version"]
    assert beket.__version__ == version
    assert f"\n## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_architecture_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= ARCHITECTURE_LINES_MAX


def test_every_dependency_is_locked_with_its_hashes() -> None:
    locked = {
        canonical(match[1]): match[0] for match in LOCKED.finditer((ROOT / "requirements.lock").read_text("utf-8"))
    }
    assert requirement_names() - set(locked) == set()
    assert [name for name, block in locked.items() if "--hash=sha256:" not in block] == []
