"""What a start prints can be used as it stands."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.house.camera import site_file
from tests.house.house import running


def test_a_desk_on_an_ipv6_address_is_greeted_with_one_a_browser_takes(folder: Path) -> None:
    _needs_ipv6()
    with running(folder, "--site", site_file(folder), "--host", "::1") as house:
        greeted = re.search(r"^  desk +(\S+)$", house.told, re.MULTILINE)
        assert greeted is not None
        assert greeted[1] == f"http://[::1]:{house.port}/"
        assert httpx.get(f"{greeted[1]}sign-in", trust_env=False).status_code == 200


def _needs_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 on loopback: {error}")
