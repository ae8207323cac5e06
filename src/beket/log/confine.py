"""Lets the embedded engine run as nobody special and die with us: it refuses to run as root."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

_CLONE_NEWUSER: Final = 0x1000_0000
_PR_SET_PDEATHSIG: Final = 1
_NOBODY: Final = 65534

FALLBACK_USERS: Final = ("postgres", "nobody")
"""Whom the engine runs as when we are root and user namespaces are forbidden; the first that exists."""

Prepare = Callable[[], None]


class Confinement(Struct, frozen=True):
    """How a child becomes harmless just before it runs; `owner` must own its files when it is not us."""

    prepare: Prepare
    owner: tuple[int, int] | None
    how: str


class CannotConfine(Exception):
    """We are root and there is no way here to run a program as someone else."""


def confinement() -> Confinement:
    """Choose how the engine is run: as we are, in a user namespace of its own, or as an unprivileged user."""
    if os.geteuid() != 0:
        return Confinement(_die_with_parent, None, "as this user")
    if _namespace_works():
        return Confinement(_enter_namespace, None, "in a user namespace")
    for name in FALLBACK_USERS:
        user = _user(name)
        if user is not None:
            return Confinement(_becoming(user.pw_uid, user.pw_gid), (user.pw_uid, user.pw_gid), f"as user {name}")
    raise CannotConfine(
        "PostgreSQL refuses to run as root, user namespaces are forbidden here, and there is no user"
        f" {' or '.join(FALLBACK_USERS)}: start Beket as an ordinary user, or name a server in the setting dsn"
    )


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


LIBC: Final = _libc()
"""Loaded before any fork: a child between fork and exec must not load libraries."""


def _die_with_parent() -> None:
    """Ask for SIGINT (PostgreSQL's fast shutdown) when the thread that started us is gone."""
    LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)


def _enter_namespace() -> None:
    """Map our user to nobody in a namespace of its own; files stay ours, no user is made."""
    uid, gid = os.geteuid(), os.getegid()
    if LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden here")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {gid} 1", encoding="ascii")
    _die_with_parent()


def _becoming(uid: int, gid: int) -> Prepare:
    def become() -> None:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        _die_with_parent()

    return become


def _namespace_works() -> bool:
    """Try it on a program that does nothing."""
    try:
        subprocess.run(["/bin/true"], preexec_fn=_enter_namespace, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
