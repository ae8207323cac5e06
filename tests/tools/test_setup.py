"""Setting up where packages cannot be had: it is said what is missing and how to bring it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SETUP = Path(__file__).resolve().parents[2] / "tools" / "setup.sh"
LOCK = f"beket-has-no-such-package==1.0 --hash=sha256:{64 * '0'}\n"


def test_without_a_network_it_is_said_what_is_missing_and_how_to_bring_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK, "utf-8")
    environment = {**os.environ, "PYTHON": sys.executable, "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        ["sh", SETUP, "venv"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "beket-has-no-such-package" in done.stderr
    assert "not all here" in done.stderr
    assert "PIP_FIND_LINKS=packages make run" in done.stderr
    assert "Traceback" not in done.stderr
