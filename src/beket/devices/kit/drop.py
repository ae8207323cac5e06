"""A watched folder: files that have come to rest are read whole, kept, and only then moved away.

Who writes into the folder is believed as little as any network: no link is followed, no name is used as it came, no
file is read beyond its cap. A file that was kept and not yet moved when the power failed is read again and found known.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.devices.kit.clients import Secret
from beket.devices.kit.doors import plain
from beket.devices.kit.driver import Frame, Link, Out, Problem
from beket.devices.kit.line import Line
from beket.devices.kit.links import keep_trying
from beket.words.ids import Instant, sha256

LOOK_EVERY_S: Final = 1.0
"""How often the folder is looked at."""

REST_S: Final = 2.0
"""A file that has neither grown nor been touched for so long has come to rest."""

FILE_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one file, as of one post."""

FILES_MAX: Final = 1_000
"""Most files that one look goes over; the others wait for the next, so a flood of files costs no memory."""

NAME_MAX: Final = 80
"""Most characters of a file's own name that are kept in the name it gets."""

TAKEN: Final = "taken"
REFUSED: Final = "refused"

_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".filepart")
_HARMLESS: Final = re.compile(r"[^A-Za-z0-9._-]+")

_log: Final = logging.getLogger("beket.field")


class Lying(Struct, frozen=True):
    """A file as one look found it."""

    path: Path
    size: int
    touched_ns: int


class Folder:
    """One folder: what lies in it at rest, and where it goes once it is read."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._before: dict[Path, tuple[int, int, float]] = {}

    def at_rest(self, now_s: float) -> list[Lying]:
        """Look; give the files that have not changed for long enough, oldest first. Raises OSError."""
        lying = sorted(_lying(self.home), key=lambda one: (one.touched_ns, one.path.name))
        resting = [one for one in lying if now_s - self._since(one, now_s) >= REST_S]
        self._before = {one.path: (one.size, one.touched_ns, self._since(one, now_s)) for one in lying}
        return resting

    def read(self, one: Lying) -> bytes | Problem | None:
        """Read a file whole; a problem when it is none that may be read, None when it has changed or gone."""
        try:
            descriptor = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None  # it was taken away, or is a link by now: the next look tells
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            blob = file.read(FILE_MAX + 1)
            after = os.fstat(descriptor)
        if len(blob) > FILE_MAX:
            return Problem(kind="size", detail=f"more than {FILE_MAX} bytes", raw=blob)
        return blob if (after.st_size, after.st_mtime_ns) == (one.size, one.touched_ns) else None

    def put_away(self, one: Lying, blob: bytes, at: Instant, why: str | None) -> Path:
        """Move a file that was read: to `taken`, or to `refused` with the reason beside it. Raises OSError."""
        home = self.home / (TAKEN if why is None else REFUSED)
        home.mkdir(mode=0o750, exist_ok=True)
        target = home / f"{at}-{sha256(blob)[:12]}-{harmless(one.path.name)}"
        one.path.rename(target)
        if why is not None:
            target.with_name(target.name + ".why.txt").write_text(why + "\n", encoding="utf-8")
        _made_durable(home)
        self._before.pop(one.path, None)
        return target

    def _since(self, one: Lying, now_s: float) -> float:
        """Since when a file has lain as it lies now."""
        size, touched_ns, since = self._before.get(one.path, (-1, -1, now_s))
        return since if (size, touched_ns) == (one.size, one.touched_ns) else now_s


def _lying(home: Path) -> Iterator[Lying]:
    seen = 0
    with os.scandir(home) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.endswith(_UNFINISHED):
                continue
            if not entry.is_file(follow_symlinks=False):
                continue
            seen += 1
            if seen > FILES_MAX:
                return
            how = entry.stat(follow_symlinks=False)
            yield Lying(home / entry.name, how.st_size, how.st_mtime_ns)


def _made_durable(home: Path) -> None:
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def harmless(name: str) -> str:
    """Write a file's own name so that it can neither lead elsewhere nor upset who reads it."""
    kept = _HARMLESS.sub("_", name.encode("ascii", "replace").decode("ascii"))[-NAME_MAX:]
    return kept.lstrip(".-") or "file"


async def watch(line: Line, _link: Link, _secret: Secret) -> None:
    """Keep watching a device's folder: for ever, and through every trouble with it."""
    home = line.device.options.get("folder")
    if not isinstance(home, str) or not Path(home).is_absolute():
        line.state.link_trouble = "the site file gives no absolute folder to watch"
        _log.warning("%s: %s", line.device.id, line.state.link_trouble)
        await asyncio.Event().wait()
    folder = Folder(Path(str(home)))
    try:
        while True:
            await _looked_over(line, folder)
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        line.state.connected = False


async def _looked_over(line: Line, folder: Folder) -> None:
    """Take all that has come to rest; a folder that cannot be read or written is a link that is down."""
    loop = asyncio.get_running_loop()
    try:
        for one in await asyncio.to_thread(folder.at_rest, loop.time()):
            await _taken(line, folder, one)
    except OSError as trouble:
        line.state.connected = False
        line.state.link_trouble = f"folder {folder.home}: {trouble.strerror or trouble}"
        return
    if not line.state.connected:
        line.state.connected, line.state.link_trouble = True, None
        line.state.count.connects += 1


async def _taken(line: Line, folder: Folder, one: Lying) -> None:
    blob = await asyncio.to_thread(folder.read, one)
    if blob is None:
        return
    received = line.clock()
    async with line.lock:
        out = Out(problems=(blob,)) if isinstance(blob, Problem) else _heard(line, one, blob, received)
        problems = [problem for problem in out.problems if problem.fatal]
        await keep_trying(line, [out], str(folder.home))
    why = None if out.told or not problems else f"{problems[0].kind}: {problems[0].detail}"
    held = blob.raw if isinstance(blob, Problem) else blob
    await asyncio.to_thread(folder.put_away, one, held, received, why)


def _heard(line: Line, one: Lying, blob: bytes, received: Instant) -> Out:
    """Decode a file; one that says it is another device's is refused."""
    line.state.count.bytes += len(blob)
    line.show(blob)
    out = line.read(Frame(blob=blob, name=harmless(one.path.name)), received)
    wanted = line.device.declared_id
    if wanted and out.identities and plain(wanted) not in map(plain, out.identities):
        why = f"it is from {out.identities[0]!r}, and this folder is for {wanted!r}"
        return Out(problems=(Problem(kind="unknown", detail=why, raw=blob),))
    return out
