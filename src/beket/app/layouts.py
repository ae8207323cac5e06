"""What the site command does: says whether a site file can be used, and prints the simulated country as one."""

from __future__ import annotations

import sys
from pathlib import Path

from beket.app.counts import counted
from beket.app.folders import drivers_beside, look_for_drivers
from beket.app.posts import rehearsed_posts
from beket.app.site import SiteTrouble, load_site
from beket.app.site_text import site_toml
from beket.app.switching import orders_known
from beket.settings import Settings


def check_site(file: str) -> int:
    """Say whether a site file can be used; exit status 2 when it cannot."""
    look_for_drivers(drivers_beside(Path(file)))
    try:
        posts = load_site(Path(file))
    except SiteTrouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    for post in posts:
        lanes, devices = counted(len(post.lanes), "lane"), counted(len(post.devices), "device")
        sys.stdout.write(f"{post.id}: {lanes}, {devices}\n")
        for device in post.devices:
            if told := orders_known(device):
                sys.stdout.write(f"{device.id} may be written to: {', '.join(told)}\n")
    return 0


def print_demo_site(settings: Settings) -> int:
    """Print the simulated country as a site file; `beket sim` with the same settings rehearses against it."""
    sys.stdout.write(site_toml(rehearsed_posts(settings)))
    return 0
