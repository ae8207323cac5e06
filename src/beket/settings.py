"""Typed settings: defaults, then a TOML file, then the environment, then flags; each value knows its source."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

PREFIX: Final = "BEKET_"

MIB: Final = 1024 * 1024

Port = Annotated[int, Meta(ge=1, le=65_535)]
Some = Annotated[int, Meta(ge=1)]
Days = Annotated[int, Meta(ge=1, le=36_500)]
Loops = Annotated[int, Meta(ge=1, le=64)]
Times = Annotated[float, Meta(gt=0, le=1_000_000)]


class SettingsTrouble(Exception):
    """A setting cannot be used; the message names it and where it came from."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one installation may choose."""

    data_dir: str = "data"
    """Where the engine, the evidence and the keys live."""

    dsn: str | None = None
    """A PostgreSQL 15 or newer to use; without it the embedded engine is started."""

    site: str | None = None
    """The TOML file that names posts, lanes and devices."""

    drivers_dir: str | None = None
    """Folder of the site's own drivers, each a manifest and a map; without it, `drivers` beside the site file."""

    host: str = "127.0.0.1"
    """Where the desk listens."""

    port: Port = 8080
    """Port of the desk."""

    field_host: str = "127.0.0.1"
    """Where HTTP devices (cameras) are listened to."""

    field_port: Port = 7080
    """Port for HTTP devices."""

    loops: Loops = 1
    """How many processes think, sharing the places: more than one pays on a machine with more than two cores."""

    field_tls_port: Port = 7443
    """Port for HTTP devices that prove by a certificate who they are (those with a tls_name in the site file)."""

    tls_certificate: str | None = None
    """The certificate that device listeners show (PEM, with its chain), for devices with a tls_name."""

    tls_key: str | None = None
    """The key of that certificate (PEM, without a password)."""

    tls_clients_ca: str | None = None
    """The authority that signs the certificates of devices (PEM)."""

    evidence_max_mib: Some = 20_480
    """Most disk that kept pictures may take; above it new pictures are refused and said so."""

    picture_max_mib: Some = 8
    """Largest single picture."""

    papers_max_mib: Some = 10_240
    """Most disk that papers may take which are too large for the log itself; above it such papers wait."""

    papers_days: Days = 30
    """How many days the inbox remembers a paper that was taken, and the folder `taken` keeps its file."""

    refused_papers_days: Days = 365
    """How many days a refused paper is kept with its bytes and the reason."""

    hosts: str = "localhost,127.0.0.1,[::1]"
    """Names under which the desk is reached, comma separated; it answers to no others."""

    origins: str = ""
    """Where forms may come from when the desk stands behind HTTPS, e.g. https://beket.example, comma separated."""

    https: bool = False
    """Whether browsers reach the desk through HTTPS; cookies are then bound to it."""

    require_passkeys: bool = False
    """Whether decisions take a passkey; else a password does for accounts without one. On, for anything but a trial."""

    desk_idle_min: Annotated[int, Meta(ge=1, le=24 * 60)] = 15
    """After how many minutes without use a desk asks who is there; a wall goes on, it shows no one's papers."""

    session_hours: Annotated[int, Meta(ge=1, le=24)] = 12
    """After how many hours everybody signs in anew: a shift."""

    oidc_issuer: str | None = None
    """Address of a provider of identities (OpenID Connect), exactly as it calls itself; none without it."""

    oidc_client: str | None = None
    """What the provider calls this desk (client id); its way back is /sign-in/returned."""

    oidc_secret_file: str | None = None
    """File with the client's secret, readable by its owner only."""

    oidc_secret_env: str | None = None
    """Name of an environment variable with the client's secret, where there is no file."""

    oidc_name: str | None = None
    """What people call the provider; it stands on the button of the sign-in page."""

    reference_dir: str | None = None
    """Folder of what papers are read and checked with (maps, anchors, nomenclature, rates, sources); without it,
    `reference` in the data folder."""

    ask_sources: bool = False
    """Whether sources of certificates and the National Bank may be asked over the network."""

    signer_key: str | None = None
    """The key that signs what leaves the house (PEM, without a password); without it a signer for demonstrations."""

    signer_certificate: str | None = None
    """The certificate of that key (PEM, with its chain)."""

    seed: int = 1
    """Seed of the rehearsal."""

    rate: Times = 20.0
    """Rehearsal only: how many times busier than a country's ordinary day (about 2,000 vehicles)."""

    device_port: Port = 4001
    """Rehearsal only: the port on which its scales and portals listen, each on a loopback address of its own."""

    posts: Some | None = None
    """Rehearsal only: how many posts, all when absent."""

    trackers: Annotated[int, Meta(ge=0, le=400)] | None = None
    """Rehearsal only: how many lorries and seals report from the road; when absent 24, and none in a load test."""

    faults: str = ""
    """Rehearsal only: faults to inject, comma separated."""


class Sourced(Struct, frozen=True):
    """A setting's value with where it came from."""

    name: str
    value: Any
    source: str


def load(
    flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None
) -> tuple[Settings, list[Sourced]]:
    """Gather settings in their order of weight; raises SettingsTrouble naming what cannot be used."""
    known = {name: (default, "default") for name, default in msgspec.to_builtins(Settings()).items()}
    if file is not None:
        for name, value in _file_values(file).items():
            known[_known(name, known, str(file))] = (value, str(file))
    for name in known:
        variable = PREFIX + name.upper()
        if variable in environment:
            known[name] = (environment[variable], variable)
    for name, value in flags.items():
        if value is not None:
            known[name] = (value, "--" + name.replace("_", "-"))
    return _checked(known), [Sourced(name, value, source) for name, (value, source) in sorted(known.items())]


def environment_of(settings: Settings) -> dict[str, str]:
    """Give the environment that makes a child process load the same settings."""
    values = msgspec.to_builtins(settings)
    return {PREFIX + name.upper(): _written(value) for name, value in values.items() if value is not None}


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def from_environment() -> Settings:
    """Load what a parent process handed down."""
    return load({}, os.environ, None)[0]


def _file_values(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsTrouble(f"settings file {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsTrouble(f"settings file {file}: {error}") from error


def _known(name: str, known: Mapping[str, object], where: str) -> str:
    if name not in known:
        raise SettingsTrouble(f"{where}: there is no setting {name!r}; known are {', '.join(sorted(known))}")
    return name


def _checked(known: Mapping[str, tuple[Any, str]]) -> Settings:
    for name, (value, source) in known.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsTrouble(f"setting {name} = {value!r} (from {source}): {error}") from error
    return msgspec.convert({name: value for name, (value, _) in known.items()}, Settings, strict=False)
