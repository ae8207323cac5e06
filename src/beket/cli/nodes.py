"""Commands that run nodes: run, part, sim, site, doctor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from beket.settings import Settings

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    run = commands.add_parser("run", help="everything on this machine: engine, devices, loop, desk")
    run.add_argument("--demo", action="store_true", help="add the simulated country, over real sockets")
    run.add_argument("--site", help="TOML file with the posts, lanes and devices to serve")
    run.add_argument("--data", dest="data_dir", metavar="DIR", help="where everything is kept")
    run.add_argument("--host", help="address of the desk")
    run.add_argument("--port", type=int, help="port of the desk")
    run.add_argument("--field-host", help="address where HTTP devices are listened to")
    run.add_argument("--field-port", type=int, help="port where HTTP devices are listened to")
    run.add_argument("--dsn", help="a PostgreSQL to use instead of the embedded one")
    run.add_argument("--for", dest="seconds", type=float, metavar="SECONDS", help="stop by itself, with a JSON summary")
    _add_rehearsal(run)
    run.set_defaults(command=_run)

    part = commands.add_parser("part", help=argparse.SUPPRESS)
    part.add_argument("part", choices=("field", "loop", "intake", "web", "sim", "probe"))
    part.set_defaults(command=_part)

    sim = commands.add_parser("sim", help="the rehearsal against a running Beket; prints what its judge found")
    sim.add_argument("--data", dest="data_dir", metavar="DIR", help="data directory of the running Beket")
    sim.add_argument("--dsn", help="PostgreSQL of the running Beket")
    sim.add_argument("--field-host", help="address where the running Beket listens to HTTP devices")
    sim.add_argument("--field-port", type=int, help="port where the running Beket listens to HTTP devices")
    sim.add_argument("--host", help="address of the running Beket's desk")
    sim.add_argument("--port", type=int, help="port of the running Beket's desk")
    sim.add_argument("--token", help="token of an account that may send documents; without it there are no papers")
    sim.add_argument("--for", dest="seconds", type=float, default=60.0, metavar="SECONDS", help="how long (60)")
    _add_rehearsal(sim)
    sim.set_defaults(command=_sim)

    site = commands.add_parser("site", help="site files")
    verbs = site.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="say whether a site file can be used")
    check.add_argument("file")
    check.set_defaults(command=_site_check)
    demo = verbs.add_parser("demo", help="print the simulated country as a site file")
    _add_rehearsal(demo)
    demo.set_defaults(command=_site_demo)

    doctor = commands.add_parser("doctor", help="self-check: engine, disk, clock, ports, keys, versions")
    doctor.add_argument("--settings", action="store_true", help="print each setting and where it came from")
    doctor.add_argument("--data", dest="data_dir", metavar="DIR")
    doctor.add_argument("--dsn")
    doctor.set_defaults(command=_doctor)


def _add_rehearsal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, help="seed of the rehearsal: the same seed is the same country")
    parser.add_argument("--posts", type=int, help="only so many posts")
    parser.add_argument("--rate", type=float, help="times a country's ordinary day (about 2,000 vehicles)")
    parser.add_argument("--device-port", type=int, help="port of the simulated devices and of the road (4001)")
    parser.add_argument("--trackers", type=int, help="so many lorries and seals report from the road (24)")
    devices, papers = (
        "drop, resend, reorder, clock, buffered, cut",
        "underdeclared, other_plate, sums, damaged, more",
    )
    parser.add_argument("--faults", help=f"comma separated: of devices {devices}; of papers {papers}; all, none")


def _run(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.run import run

    return run(settings, demo=given.demo, seconds=given.seconds)


def _part(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.parts import run_part

    return run_part(given.part, settings)


def _sim(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.rehearsal import rehearse

    return rehearse(settings, given.seconds, given.token)


def _site_check(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.layouts import check_site

    return check_site(given.file)


def _site_demo(settings: Settings, _given: argparse.Namespace) -> int:
    from beket.app.layouts import print_demo_site

    return print_demo_site(settings)


def _doctor(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.doctor import examine, print_settings

    return print_settings(given.sourced) if given.settings else examine(settings)
